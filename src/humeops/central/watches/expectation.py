# SPDX-License-Identifier: MIT
"""What is expected of a task, as it was declared: read from pairs of texts, whoever says them, with every fault named.

A script's start, the command line, the API and a TOML file all say the same pairs (docs/guide/watches.md). What is wrong in
one of them is told with its name; the rest of the declaration is then not taken either: half of what was meant would
look like all of it. Pure.
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from humeops import moments
from humeops.central.watches import schedule, spanning
from humeops.wire import codec

# How long after its time a start may come when nothing is said of it.
USUAL_GRACE_SECONDS = 600
MOST_PER_DAY = 100_000
_MOST_LISTED = 16
_LIMIT = re.compile(
    r"\s*(?P<key>[^\s<>=]+)\s*(?P<sign>>=|<=|>|<)\s*(?P<number>-?\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*)\s*"
)
_WITHIN = re.compile(r"\s*(?P<key>[^\s<>=]+)\s+within\s+(?P<number>\d+(?:\.\d+)?)\s*%\s*")
_FACTORS = {"": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_FACTORS |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Limit(msgspec.Struct, frozen=True):
    """Where a number of the task's runs has to be: `backup_bytes > 1GB`, or `rows within 50%` of what is usual."""

    key: str
    sign: str
    number: float
    text: str

    def holds(self, value: float, usual: float | None = None) -> bool:
        """Tell whether a value keeps to it; what is not known yet is nothing to be far away from."""
        if self.sign == "within":
            return usual is None or abs(value - usual) <= abs(usual) * self.number / 100
        kept = {">": value > self.number, ">=": value >= self.number, "<": value < self.number}
        return kept.get(self.sign, value <= self.number)


class Expectation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is expected; spans are seconds. With no schedule nothing is ever late, and a run may be overdue all the same."""

    every: int = 0
    cron: str = ""
    calendar: str = ""
    tz: str = ""
    grace: int = 0
    max: int = 0
    flags: dict[str, int] = {}  # flag → within how long of the start it comes
    limits: list[Limit] = []
    at_least: int = 0  # runs a day
    at_most: int = 0
    describe: str = ""
    runbook: str = ""
    owner: str = ""

    @property
    def slack(self) -> int:
        """How long after its time a start may come, in seconds."""
        return self.grace or min(USUAL_GRACE_SECONDS, self.every or USUAL_GRACE_SECONDS)

    @property
    def plan(self) -> schedule.Plan | None:
        """When starts are expected; None when that was not said."""
        if not (self.every or self.cron or self.calendar):
            return None
        return schedule.Plan(self.every, self.cron, self.calendar, self.tz)


class DeclarationError(ValueError):
    """A declaration that cannot be taken; the text names the pair and the mend."""


def read(pairs: Mapping[str, str]) -> Expectation:
    """Return what these pairs declare; raise DeclarationError. An empty text says that nothing is expected there."""
    found: dict[str, object] = {}
    for name, text in pairs.items():
        reader = _READERS.get(name)
        if reader is None:
            raise DeclarationError(f"`{name[:60]}`: no such expectation; there are {', '.join(_READERS)}")
        if not text:
            continue
        try:
            found[name] = reader(text)
        except ValueError as error:
            raise DeclarationError(f"`{name}`: {error}") from None
    made = Expectation(**found)  # type: ignore[arg-type]
    check(made)
    return made


def pairs_of(made: Expectation) -> dict[str, str]:
    """Return the pairs from which this would be read again, in the order of the fields."""
    told: dict[str, str] = {}
    for name in _READERS:
        value = getattr(made, name)
        if not value:
            continue
        if name in ("every", "grace", "max"):
            told[name] = spanning.write(value)
        elif name == "flags":
            told[name] = ", ".join(f"{flag} {spanning.write(seconds)}" for flag, seconds in value.items())
        elif name == "limits":
            told[name] = ", ".join(limit.text for limit in value)
        else:
            told[name] = str(value)
    return told


def check(made: Expectation) -> None:
    """Raise DeclarationError for parts that do not go together."""
    said = [name for name in ("every", "cron", "calendar") if getattr(made, name)]
    if len(said) > 1:
        raise DeclarationError(f"`{said[0]}` and `{said[1]}`: one of them says when the task runs, not both")
    if made.at_least and made.at_most and made.at_least > made.at_most:
        raise DeclarationError(f"`at_least`: {made.at_least} is more than `at_most`, {made.at_most}")
    _check_zone(made)
    plan = made.plan
    if plan is None:
        return
    try:
        nothing = schedule.next_after(plan, schedule.SOME_MOMENT) is None
    except ValueError as error:
        raise DeclarationError(f"`{said[0]}`: {error}") from None
    if nothing:
        raise DeclarationError(f"`{said[0]}`: there is no such moment in the coming years")


def _check_zone(made: Expectation) -> None:
    named = made.calendar.split()[-1:]
    if made.tz and named and schedule.is_zone(named[0]) and named[0] != made.tz:
        raise DeclarationError(f"`calendar` names {named[0][:60]} and `tz` {made.tz}: say one zone, once")


def _cron(text: str) -> str:
    if text.startswith("@") and text not in schedule.NICKNAMES:
        raise ValueError(f"{text[:60]!a}: there are {', '.join(schedule.NICKNAMES)}; else it is written `15 3 * * *`")
    return _text(256)(text)


def _text(most: int) -> Callable[[str], str]:
    def read_text(text: str) -> str:
        if len(text) > most:
            raise ValueError(f"{len(text)} characters; the most is {most}")
        return text

    return read_text


def _zone(text: str) -> str:
    if text:
        moments.zone_of(text)
    return text


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII) or not 1 <= int(text) <= MOST_PER_DAY:
        raise ValueError(f"{text[:60]!a} is no number of runs a day, 1 to {MOST_PER_DAY}")
    return int(text)


def _flags(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in _listed(text):
        flag, _, within = part.rpartition(" ")
        flag = flag.strip()
        if not flag or not codec.is_name(flag) or len(flag) > 64:
            raise ValueError(f"{part[:60]!a}: it is written FLAG SPAN, such as `db-dumped 20m`")
        if flag in found:
            raise ValueError(f"{flag!a} stands here twice")
        found[flag] = spanning.read(within)
    return found


def _limits(text: str) -> list[Limit]:
    return [_limit(part) for part in _listed(text)]


def _limit(text: str) -> Limit:
    if near := _WITHIN.fullmatch(text):
        return Limit(near["key"], "within", float(near["number"]), " ".join(text.split()))
    found = _LIMIT.fullmatch(text)
    if found is None or found["unit"] not in _FACTORS:
        raise ValueError(
            f"{text[:60]!a}: it is written `backup_bytes > 1GB`, with >, >=, < or <=, or `rows within 50%`"
        )
    number = float(found["number"]) * _FACTORS[found["unit"]]
    return Limit(found["key"], found["sign"], number, " ".join(text.split()))


def _listed(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > _MOST_LISTED:
        raise ValueError(f"{len(parts)} of them; the most is {_MOST_LISTED}")
    return [part for part in parts if part]


_READERS: dict[str, Callable[[str], object]] = {
    "every": spanning.read,
    "cron": _cron,
    "calendar": _text(256),
    "tz": _zone,
    "grace": spanning.read,
    "max": spanning.read,
    "flags": _flags,
    "limits": _limits,
    "at_least": _count,
    "at_most": _count,
    "describe": _text(1_024),
    "runbook": _text(1_024),
    "owner": _text(256),
}
NAMES = tuple(_READERS)
