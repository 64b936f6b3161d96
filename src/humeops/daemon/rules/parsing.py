# SPDX-License-Identifier: MIT
"""`[[rules]]` of humed.toml as types, and what msgspec cannot check of them. docs/reference/humed-config.md says what each is for.

Nothing here needs the library of regular expressions: the command line reads humed's settings without it.
"""

import math
import typing
from collections.abc import Iterator
from typing import Annotated

import msgspec

from humeops import event as events
from humeops.wire import codec

MAX_RULES = 1_000

Pattern = Annotated[str, msgspec.Meta(min_length=1, max_length=1_024)]
# A list that is given and empty would be as if it were not: a rule that asks nothing is for every event, and may drop it.
Some = msgspec.Meta(min_length=1)
Patterns = Pattern | Annotated[list[Pattern], Some]
# fmt: off
LevelWord = typing.Literal[
    "debug", "info", "ok", "warning", "error", "critical",
    ">=debug", ">=info", ">=ok", ">=warning", ">=error", ">=critical",
    "<=debug", "<=info", "<=ok", "<=warning", "<=error", "<=critical",
]
# fmt: on
Levels = LevelWord | Annotated[list[LevelWord], Some]
Kinds = events.Kind | Annotated[list[events.Kind], Some]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


# Causes of dropping that somebody chose, in rules or processors: no loss, and no trouble.
CHOSEN = ("rule ", "processor ")


class Leaf(msgspec.Struct, forbid_unknown_fields=True):
    """Which events: all members that are given must hold; of several patterns for one member, one."""

    task: Patterns = []
    host: Patterns = []
    user: Patterns = []
    tag: Patterns = []
    key: Patterns = []
    message: Patterns = []
    kind: Kinds = []
    level: Levels = []


class Branch(Leaf, forbid_unknown_fields=True):
    """The same, and what must hold of others. Nothing nests for ever."""

    all: Annotated[list[Leaf], Some] = []
    any: Annotated[list[Leaf], Some] = []
    not_: Leaf | None = msgspec.field(default=None, name="not")


class Match(Leaf, forbid_unknown_fields=True):
    """The whole `match` of a rule: two levels deep, which is as deep as people can read."""

    all: Annotated[list[Branch], Some] = []
    any: Annotated[list[Branch], Some] = []
    not_: Branch | None = msgspec.field(default=None, name="not")


class Rate(msgspec.Struct, forbid_unknown_fields=True):
    """At most so many events in so many seconds, for each task or each user."""

    events: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    seconds: Seconds = 60.0
    per: typing.Literal["task", "user"] = "task"


class Rule(msgspec.Struct, forbid_unknown_fields=True):
    """One entry of `[[rules]]`."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=events.MAX_NAME)]
    match: Match = msgspec.field(default_factory=Match)
    level: events.Level | None = None
    raise_: events.Level | None = msgspec.field(default=None, name="raise")
    add_tags: Annotated[list[events.Name], msgspec.Meta(max_length=events.MAX_TAGS)] = []
    remove_tags: Patterns = []
    set: Annotated[dict[events.Name, events.Value], msgspec.Meta(max_length=events.MAX_DATA)] = {}
    redact: list[Pattern] = []
    truncate: Annotated[int, msgspec.Meta(ge=1, le=events.MAX_MESSAGE)] | None = None
    route: Annotated[str, msgspec.Meta(max_length=events.MAX_NAME - len("route."))] = ""
    keep: bool = False
    drop: bool = False
    sample: Annotated[int, msgspec.Meta(ge=2, le=1_000_000)] | None = None
    rate: Rate | None = None
    collapse: Seconds | None = None

    @property
    def cause(self) -> str:
        """Under which what it drops is counted."""
        return f"rule {self.name}"


Rules = Annotated[list[Rule], msgspec.Meta(max_length=MAX_RULES)]
_NO_ACTIONS = ("name", "match")


class Fault(typing.NamedTuple):
    """What is wrong with a rule: the setting, such as `rules[2].match`, and why it cannot work."""

    setting: str
    what: str


def find_fault(rules: list[Rule]) -> Fault | None:
    """Return the first thing that has the right form and yet cannot work; patterns are looked at when they are compiled."""
    seen: set[str] = set()
    for number, rule in enumerate(rules):
        for member, what in _faults(rule, seen):
            return Fault(f"rules[{number}].{member}" if member else f"rules[{number}]", what)
        seen.add(rule.name)
    return None


def _faults(rule: Rule, seen: set[str]) -> Iterator[tuple[str, str]]:
    if rule.name in seen:
        yield "name", f"there are two rules {rule.name!r}; what they drop is counted by name"
    if not codec.is_name(rule.name):
        yield "name", "a rule's name has no control characters, `:`, `/`, `,`, `=`"
    if rule.keep and (rule.drop or rule.sample or rule.rate or rule.collapse):
        yield "keep", "a rule that keeps cannot drop, sample, limit or collapse as well"
    if not any(getattr(rule, name) for name in rule.__struct_fields__ if name not in _NO_ACTIONS):
        yield "", f"rule {rule.name!r} does nothing: give it an action, such as drop = true"
    yield from _faults_of_names(rule)


def _faults_of_names(rule: Rule) -> Iterator[tuple[str, str]]:
    for member, names in (
        ("add_tags", rule.add_tags),
        ("set", rule.set),
        ("route", [rule.route] if rule.route else []),
    ):
        for name in names:
            if not codec.is_name(name):
                yield member, f"{name!a} cannot be a name: no control characters, `:`, `/`, `,`, `=`"
    for key, value in rule.set.items():
        if isinstance(value, float) and not math.isfinite(value):
            yield "set", f"{key}: a number is expected that has an end"
        if isinstance(value, int) and abs(value) > events.MAX_INT64:
            yield "set", f"{key}: integers have 64 bits"
