# SPDX-License-Identifier: MIT
"""Which events a rule drops: all, one of so many, those over a rate, those that only repeat the one before. Pure: time comes in.

Sampling and rates never drop a start, a stop or a failure, whoever says how many. What is sampled hangs on the event's id
alone, so a copy that came another way meets the same fate.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from humeops.daemon.rules import parsing
from humeops.daemon.worth import NEVER_DROPPED, worth_of
from humeops.event import Event

# Tasks or users for which a rate or a repetition is kept in mind; beyond it the one that began first starts anew.
MAX_KEPT = 10_000
_NS = 1_000_000_000

Drops = Callable[[Event, int], bool]
_Sign = tuple[object, ...]


class Repeated(NamedTuple):
    """The last of some events that said the same, and how many were dropped, this one included."""

    last: Event
    times: int


class Repeats:
    """Drops events that say what the same run, or the same task outside of runs, said last; keeps count of them."""

    def __init__(self, seconds: float) -> None:
        self._ns = int(seconds * _NS)
        self._seen: dict[_Sign, tuple[_Sign, Event, int, int]] = {}
        self._done: list[Repeated] = []
        self._untold = 0

    def drops(self, event: Event, now_ns: int) -> bool:
        """Tell whether it is a repetition, and count it if so."""
        if event.kind != "log":
            return False
        key, sign = (event.task, event.run, event.origin.uid), (event.kind, event.level, event.message, event.tags)
        found = self._seen.get(key)
        if found is not None and found[0] == sign and now_ns < found[3] and found[1].data == event.data:
            self._seen[key] = (sign, event, found[2] + 1, found[3])
            self._untold += 1
            return True
        self._end(key)
        if len(self._seen) >= MAX_KEPT:
            self._end(next(iter(self._seen)))
        self._seen[key] = (sign, event, 0, now_ns + self._ns)
        return False

    @property
    def is_counting(self) -> bool:
        """Whether there is something to tell, now or when its time is over."""
        return bool(self._done) or self._untold > 0

    def _end(self, key: _Sign) -> None:
        if (found := self._seen.pop(key, None)) and found[2]:
            self._done.append(Repeated(found[1], found[2]))
            self._untold -= found[2]

    def take_done(self, now_ns: int | None) -> list[Repeated]:
        """Return the repetitions that are over, each once; all of them for None."""
        for key in [key for key, (*_, until) in self._seen.items() if now_ns is None or until <= now_ns]:
            self._end(key)
        done, self._done = self._done, []
        return done


def compile_drops(rule: parsing.Rule, repeats: Repeats | None) -> Drops | None:
    """Return what tells whether the rule drops an event that it matches; None when it never does."""
    if rule.drop:
        return lambda _event, _now_ns: True
    limits: list[Drops] = []
    if rule.sample is not None:
        limits.append(_sampling(rule.sample, hashlib.sha256(rule.name.encode()).digest()[:16]))
    if rule.rate is not None:
        limits.append(_limiting(rule.rate))
    if repeats is None:
        return (lambda event, now_ns: _is_spent(limits, event, now_ns)) if limits else None
    return lambda event, now_ns: repeats.drops(event, now_ns) or _is_spent(limits, event, now_ns)


def _is_spent(limits: list[Drops], event: Event, now_ns: int) -> bool:
    return worth_of(event) < NEVER_DROPPED and any(drops(event, now_ns) for drops in limits)


def _sampling(one_in: int, salt: bytes) -> Drops:
    # Salted: of two rules that keep one in ten each, one in a hundred is left.
    def drops(event: Event, _now_ns: int) -> bool:
        number = hashlib.blake2b(event.id.encode(), digest_size=8, salt=salt).digest()
        return int.from_bytes(number, "big") % one_in != 0

    return drops


def _limiting(rate: parsing.Rate) -> Drops:
    of_task = rate.per == "task"
    each_ns = int(rate.seconds * _NS / rate.events)
    burst_ns = each_ns * (rate.events - 1)
    # When the next would be due if they came evenly (GCRA): one number for each task or user.
    due: dict[object, int] = {}

    def drops(event: Event, now_ns: int) -> bool:
        key = event.task if of_task else event.origin.uid
        at = max(due.get(key, 0), now_ns)
        if at - now_ns > burst_ns:
            return True
        if key not in due and len(due) >= MAX_KEPT:
            del due[next(iter(due))]
        due[key] = at + each_ns
        return False

    return drops
