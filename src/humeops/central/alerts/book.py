# SPDX-License-Identifier: MIT
"""What people wrote of alerts: rules, routes, parents, channels (`reading` reads it). Pure.

The names are those of docs/reference/alerts.md. What is not written has a default: with no rule every failed, lost, late and
overdue task and every silent host is told of, with no route to every channel there is.
"""

import functools
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

import msgspec

from humeops.central.alerts import windows
from humeops.central.watches import spanning
from humeops.filters import facts, keys, parsing
from humeops.filters.tree import EVERYTHING, FilterError, Match, Node, leaves

MOST = 200  # rules, routes, parents, channels each
_KEYS = ("host", "task", "tag", "state")
SETUP = "set-up"  # the channel to the address given at set-up

Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._@+-]*$")]
Filter: TypeAlias = Annotated[str, msgspec.Meta(max_length=parsing.MAX_LENGTH)]
Span: TypeAlias = Annotated[str, msgspec.Meta(max_length=32)]
FindingKind: TypeAlias = Literal[
    "slow_run", "short_run", "slow_stretch", "missing_flag", "odd_data", "limit", "too_many"
]
Of: TypeAlias = Literal["tasks", "hosts", "findings"]
Group: TypeAlias = Literal["host", "task", "rule", "none"]


class Fault(NamedTuple):
    """One thing that is wrong, and where it is written, such as `rule[0].when`, as far as that is known."""

    place: str
    text: str


class BookError(ValueError):
    """What is written cannot be taken; the text names each fault's place and mend, a line each."""

    def __init__(self, *faults: Fault | str) -> None:
        """A text is a fault of the whole."""
        self.faults = [Fault("", one) if isinstance(one, str) else one for one in faults]
        super().__init__("\n".join(one.text for one in self.faults))


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom to tell as well when nobody has taken it after so long."""

    after: Span
    to: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=16)]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is told of, and how often. Of several rules that fit the first one counts."""

    name: Name
    when: Filter = ""
    of: Of = "tasks"
    findings: list[FindingKind] = []
    failures: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 1
    after: Span = ""
    wait: Span = "30s"
    group: Group = "host"
    repeat: Span = "1d"
    escalate: Annotated[list[Step], msgspec.Meta(max_length=8)] = []
    recovery: bool = True
    flapping: Annotated[int, msgspec.Meta(ge=0, le=100)] = 5

    def escalates_at(self, step: int) -> int | None:
        """Return after how many ns the step of this number is due."""
        return span_ns(self.escalate[step].after) if step < len(self.escalate) else None


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where what fits goes. Of several routes that fit the first one counts, unless it says `go_on`."""

    to: Annotated[list[Name], msgspec.Meta(max_length=16)]
    when: Filter = ""
    time: Annotated[list[str], msgspec.Meta(max_length=16)] | str = ""
    quiet: Annotated[list[str], msgspec.Meta(max_length=16)] | str = ""
    tz: str = ""
    go_on: bool = False


class Parent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Tasks that are kept quiet while the one they depend on (`db1:postgres`, or a host) is down."""

    when: Annotated[str, msgspec.Meta(min_length=1, max_length=parsing.MAX_LENGTH)]
    on: Annotated[str, msgspec.Meta(min_length=1, max_length=320)]

    @property
    def place(self) -> tuple[str, str]:
        """Host and task that they depend on; no task: the host itself."""
        host, _, task = self.on.partition(":")
        return host, task


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All of it. Channels are kept as they were written: what may stand in them is `central.notify`'s to say."""

    rule: Annotated[list[Rule], msgspec.Meta(max_length=MOST)] = []
    route: Annotated[list[Route], msgspec.Meta(max_length=MOST)] = []
    parent: Annotated[list[Parent], msgspec.Meta(max_length=MOST)] = []
    channel: dict[Name, dict[str, Any]] = {}
    fallback: Annotated[list[Name], msgspec.Meta(max_length=16)] = []

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules in force."""
        return self.rule or DEFAULT_RULES

    def rule_named(self, name: str) -> Rule | None:
        """Return the rule of this name, if there is one still."""
        return next((rule for rule in self.rules if rule.name == name), None)

    @property
    def finds(self) -> frozenset[str]:
        """The kinds of findings that some rule tells of."""
        return frozenset(
            kind
            for rule in self.rules
            if rule.of == "findings"
            for kind in rule.findings or typing.get_args(FindingKind)
        )

    def first_finding_rule(self, seen: facts.Facts, kinds: Iterable[str]) -> Rule | None:
        """Return the first rule that tells of one of these kinds of findings in a run of this task."""
        found = set(kinds)
        return next(
            (
                rule
                for rule in self.rules
                if rule.of == "findings"
                and (not rule.findings or found & set(rule.findings))
                and holds(rule.when, seen)
            ),
            None,
        )

    def first_rule(self, of: Of, seen: facts.Facts) -> Rule | None:
        """Return the first rule that fits; None when nobody wants to be told."""
        return next((rule for rule in self.rules if rule.of == of and _fits(rule, seen)), None)


# What was declared (docs/guide/watches.md) is meant to be told of; what is merely unusual is told to whoever asks for it.
DECLARED: tuple[FindingKind, ...] = ("limit", "too_many")
DEFAULT_RULES = (
    Rule("troubles"),
    Rule("silent hosts", of="hosts"),
    Rule("broken limits", of="findings", findings=list(DECLARED)),
)
# What is told of by a rule that says nothing of states.
_TOLD_OF = ("failed", "lost", "late", "overdue")
# The states in which something is looked at: a host is a task of which nothing is known, findings are of runs that went well.
STATES_OF: Mapping[Of, Sequence[str]] = {"tasks": keys.PROBLEMS, "hosts": ("unknown",), "findings": ("ok", "warning")}


def span_ns(text: str) -> int:
    """Return a span that was checked in ns; none is nothing."""
    return spanning.ns(spanning.read(text)) if text and text != "0" else 0


def read_windows(told: Sequence[str] | str) -> list[windows.Window]:
    """Return the windows that were written, one or several."""
    texts = [told] if isinstance(told, str) else told
    return [windows.read(text) for text in texts if text]


def holds(when: str, seen: facts.Facts) -> bool:
    """Tell whether a filter of the book holds."""
    return facts.holds(parse(when), seen)


def keeps_quiet(when: str, seen: facts.Facts, within: Sequence[facts.Facts] = ()) -> bool:
    """Tell whether a filter that keeps quiet holds.

    For a host, which has the tags of all its tasks, it holds if it does so whatever runs there, or for all of them (`within`):
    one task that is silenced must not silence the host of others.
    """
    if seen.task:
        return holds(when, seen)
    is_of_host = holds(when, seen) and holds(when, seen._replace(tag=()))
    return is_of_host or (bool(within) and all(holds(when, one) for one in within))


def _fits(rule: Rule, seen: facts.Facts) -> bool:
    if rule.of != "tasks":
        return holds(rule.when, seen)
    names_states = any(isinstance(leaf, Match) and leaf.key == "state" for leaf in leaves(parse(rule.when)))
    return seen.state in (keys.PROBLEMS if names_states else _TOLD_OF) and holds(rule.when, seen)


@functools.lru_cache(maxsize=4_096)
def parse(when: str) -> Node:
    """Return the tree of a filter over tasks and hosts as alerts see them; raise FilterError."""
    if not when.strip():
        return EVERYTHING
    node = parsing.parse(when)
    for leaf in leaves(node):
        if isinstance(leaf, Match) and leaf.key not in _KEYS:
            raise FilterError(f"alerts are chosen by {', '.join(_KEYS)} and text", leaf.at, leaf.key)
    return node
