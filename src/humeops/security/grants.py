# SPDX-License-Identifier: MIT
"""Grants: a role, on everything or on the tasks of a filter such as `tag:web` or `host:db*`. Pure.

A grant's filter says what is allowed, never what is not: it has no `not`, and only keys that stay true of a task whatever
happens to it. So what is not known of a thing can only ever take a right away.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, NamedTuple, TypeAlias

import msgspec

from humeops.filters import keys, parsing
from humeops.filters.tree import EVERYTHING, All, Any, FilterError, Match, Node, Not, Text, all_of, leaves

Rank = Literal["viewer", "operator", "admin"]

RANKS: Sequence[Rank] = ("viewer", "operator", "admin")
KEYS = ("host", "task", "tag")
_WHAT = f"a grant is on {', '.join(KEYS)}"
NOTHING: Node = Not(EVERYTHING)
MAX_LENGTH = 500
GrantFilter = Annotated[str, msgspec.Meta(max_length=MAX_LENGTH)]
GivenFilter: TypeAlias = GrantFilter | None  # of who may leave it out, for everything
BLANK = "it is empty; leave it out for everything"


class Grant(NamedTuple):
    """A role on what a filter holds for."""

    role: Rank
    within: Node = EVERYTHING


@functools.lru_cache(maxsize=1_024)
def read(text: str) -> Node:
    """Return the filter of a grant; FilterError for one that no grant can have. Empty means everything."""
    if len(text) > MAX_LENGTH:
        raise FilterError(f"a grant's filter has at most {MAX_LENGTH} characters", 0)
    node = _parsed(text)
    if _denies(node):
        raise FilterError("a grant says what is allowed, so it has no `not`", 0)
    for leaf in leaves(node):
        if isinstance(leaf, Text) or leaf.key not in KEYS:
            word = leaf.text if isinstance(leaf, Text) else leaf.key
            raise FilterError(_WHAT, leaf.at, word[:64])
    return node


def _parsed(text: str) -> Node:
    try:
        return parsing.parse(text, "tasks")
    except FilterError as error:
        # Which keys there are besides, and which words they take, is of no use to a grant.
        key = re.split("[<>=:]", error.word.lower())[0]
        if (key in keys.KEYS and key not in KEYS) or keys.UNKNOWN in str(error):
            raise FilterError(_WHAT, error.at, error.word) from None
        raise


def within(grants: Iterable[Grant], least: Rank) -> list[Node]:
    """Return where these grants allow what this role may do."""
    return [grant.within for grant in grants if RANKS.index(grant.role) >= RANKS.index(least)]


def narrowed(grants: Iterable[Grant], most: Rank, also: Node) -> tuple[Grant, ...]:
    """Return what is left of grants for a token of this role and filter: never more than either allows."""
    return tuple(
        Grant(
            min(grant.role, most, key=RANKS.index), grant.within if also == EVERYTHING else all_of([grant.within, also])
        )
        for grant in grants
    )


def highest(rights: Iterable[Grant]) -> Rank:
    """Return the highest role among these, viewer when there is none (on nothing, then)."""
    return max((grant.role for grant in rights), key=RANKS.index, default="viewer")


def rank(role: str) -> Rank:
    """Return the role of a person; what is none counts as the lowest."""
    return next((known for known in RANKS if known == role), "viewer")


def covers(mine: Node, theirs: Node) -> bool:
    """Tell whether what holds for `theirs` holds for `mine` by the way both are written; "no" where that does not show."""
    parts = theirs.nodes if isinstance(theirs, Any) else (theirs,)
    own = [frozenset(_all(part)) for part in (mine.nodes if isinstance(mine, Any) else (mine,))]
    return all(any(alone <= frozenset(_all(part)) for alone in own) for part in parts)


def hosts_alone(node: Node) -> bool:
    """Tell whether the filter asks for nothing but hosts' names: then it holds for hosts as such, too."""
    return all(isinstance(leaf, Match) and leaf.key == "host" for leaf in leaves(node))


def _all(node: Node) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, All) else (node,)


def _denies(node: Node) -> bool:
    if isinstance(node, Not):
        return True
    return any(_denies(part) for part in getattr(node, "nodes", ()))
