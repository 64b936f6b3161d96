# SPDX-License-Identifier: MIT
"""Whether a filter holds for one thing at hand: what is streamed live is chosen so, without a database. Pure."""

import fnmatch
import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

from humeops import moments
from humeops.event import LEVELS
from humeops.filters.keys import PROBLEMS
from humeops.filters.tree import All, Any, Match, Node, Not, Text, Value

_ORDER: dict[str, Callable[[int, int], bool]] = {
    ":": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


class Facts(NamedTuple):
    """What is known of one thing; empty is what it has not. A key of the language is a field here, but for the time."""

    host: str = ""
    task: str = ""
    tag: Sequence[str] = ()
    state: str = ""
    level: str = ""
    kind: str = ""
    run: Sequence[str] = ()  # its id, and the short one
    user: Sequence[str] = ()  # name, number
    key: Sequence[str] = ()
    time: int = 0
    texts: Sequence[str] = ()
    script: str = ""  # this and what follows: of scripts and of the audit log, which are not streamed
    signer: str = ""
    signature: str = ""
    actor: str = ""
    act: str = ""
    object: str = ""
    address: str = ""
    outcome: str = ""


def holds(node: Node, facts: Facts) -> bool:
    """Tell whether the filter, its moments settled, holds for this thing."""
    if isinstance(node, Not):
        return not holds(node.node, facts)
    if isinstance(node, All):
        return all(holds(part, facts) for part in node.nodes)
    if isinstance(node, Any):
        return any(holds(part, facts) for part in node.nodes)
    if isinstance(node, Text):
        return any(node.text.casefold() in text.casefold() for text in facts.texts)
    return _matches(node, facts)


def _matches(node: Match, facts: Facts) -> bool:
    if node.key in ("since", "until"):
        at = moments.parse_moment(node.values[0].text, 0)
        return facts.time >= at if node.key == "since" else facts.time < at
    if node.key == "level":
        compare = _ORDER[node.op]
        ranks = [LEVELS.index(value.text) for value in node.values]
        return facts.level in LEVELS and any(compare(LEVELS.index(facts.level), rank) for rank in ranks)
    if node.key == "state":
        return facts.state in states(node)
    has: str | Sequence[str] = getattr(facts, node.key)
    return any(_fits(text, value) for text in ((has,) if isinstance(has, str) else has) for value in node.values)


def states(node: Match) -> list[str]:
    """Return the states that a condition on the state means."""
    return [state for value in node.values for state in (PROBLEMS if value.text == "problem" else (value.text,))]


def _fits(text: str, value: Value) -> bool:
    if not value.is_pattern:
        return text == value.text
    return fnmatch.fnmatchcase(text, value.text.replace("[", "[[]"))
