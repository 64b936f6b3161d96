# SPDX-License-Identifier: MIT
"""How long things are kept: which rule decides about an event or a run, and until which moment it lets go. Pure.

There are three ages: of debug events, of what was good, and of what was bad. `[[retention.keep]]` gives others to some tasks,
hosts or tags. Of the entries that match and name the age in question, the first in the file decides; where none does, the
settings of `[retention]` do. So each thing has one rule, and each rule one moment, which only moves forward with time.
"""

import functools
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec

from humeops import spans

Sort = Literal["debug", "good", "bad"]
SORTS: tuple[Sort, ...] = ("debug", "good", "bad")
FOREVER = "forever"
# Nothing goes before a day has passed: a batch may be on its way for a while.
AGE_FORM = rf"^([1-9][0-9]{{0,4}}[dwy]|{FOREVER})$"
_UNITS = {"d": spans.DAY, "w": 7 * spans.DAY, "y": 365 * spans.DAY}

Age = Annotated[str, msgspec.Meta(pattern=AGE_FORM)]
_Pattern = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class KeepSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Other ages for some; patterns with `*` and `?`, all of those given have to match."""

    host: _Pattern = "*"
    task: _Pattern = "*"
    tag: _Pattern = ""
    debug: Age | None = None
    good: Age | None = None
    bad: Age | None = None


class RetentionSettings(msgspec.Struct, forbid_unknown_fields=True):
    """How long things are kept, and where they go before they are deleted."""

    debug: Age = "14d"
    good: Age = "90d"
    bad: Age = "365d"
    audit: Age = FOREVER
    export: str = ""
    keep: Annotated[list[KeepSettings], msgspec.Meta(max_length=100)] = []


class Rule(NamedTuple):
    """Lets go of things of one sort after a time; `age` None: never."""

    sort: Sort
    place: int  # among the rules of its sort: the first that matches decides
    age: int | None
    host: str = "*"
    task: str = "*"
    tag: str = ""

    @property
    def words(self) -> str:
        """What it is about, for people."""
        named = [f"{name} {text}" for name, text in (("host", self.host), ("task", self.task)) if text != "*"]
        return " ".join([self.sort, *named, *([f"tag {self.tag}"] if self.tag else [])])

    def until(self, now_ns: int) -> int:
        """Return the moment before which it lets go."""
        return max(0, now_ns - self.age) if self.age is not None else 0

    def matches(self, host: str, task: str, tags: Iterable[str]) -> bool:
        """Tell whether it is about a thing of its sort that has these names."""
        if not (_pattern(self.host).match(host) and _pattern(self.task).match(task)):
            return False
        return not self.tag or any(_pattern(self.tag).match(tag) for tag in tags)


class Rules(NamedTuple):
    """All rules, and a name for what they choose: with other rules, another name."""

    every: Sequence[Rule]
    name: str
    audit: int | None = None  # how long lines of the audit log are kept, ns; None: for ever

    def deciding(self, sort: Sort, host: str, task: str, tags: Sequence[str]) -> Rule:
        """Return the rule that decides about a thing of this sort with these names."""
        return next(rule for rule in self.every if rule.sort == sort and rule.matches(host, task, tags))

    @property
    def ask_for_tags(self) -> bool:
        """Tell whether any rule looks at tags."""
        return any(rule.tag for rule in self.every)


def rules_of(settings: RetentionSettings) -> Rules:
    """Return the rules that these settings are."""
    every: list[Rule] = []
    for sort in SORTS:
        named = [(one, age) for one in settings.keep if (age := getattr(one, sort)) is not None]
        every += [Rule(sort, place, age_ns(age), one.host, one.task, one.tag) for place, (one, age) in enumerate(named)]
        every.append(Rule(sort, len(named), age_ns(getattr(settings, sort))))
    # Not the ages: with another age a rule goes on from where it is.
    chosen = "\n".join("\t".join((rule.sort, rule.host, rule.task, rule.tag)) for rule in every)
    return Rules(every, hashlib.sha256(chosen.encode()).hexdigest()[:12], age_ns(settings.audit))


def age_ns(text: str) -> int | None:
    """Return the length of an age, None for ever."""
    return None if text == FOREVER else int(text[:-1]) * _UNITS[text[-1]]


@functools.lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(sign, re.escape(sign)) for sign in text) + r"\Z", re.DOTALL)
