# SPDX-License-Identifier: MIT
"""A silence: what it holds for, and until when it holds now. It ends by itself. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from humeops.central.alerts import book, windows
from humeops.central.watches import schedule, spanning
from humeops.filters.facts import Facts


class Silence(NamedTuple):
    """Of what (a filter), from when until when; or again and again within that time, each time so many seconds."""

    id: int
    what: str
    starts_at: int
    ends_at: int | None  # None: until somebody ends it, which only repeating ones may
    cron: str
    calendar: str
    tz: str
    lasts: int  # seconds; 0 unless it repeats
    author: str
    why: str
    made_at: int
    ended_at: int | None = None
    ended_by: str = ""
    within: str = ""  # a filter: of these tasks alone, since its maker may not silence others; empty: of all

    @property
    def plan(self) -> schedule.Plan | None:
        """When it begins again; None when it is there once."""
        return schedule.Plan(0, self.cron, self.calendar, self.tz) if self.cron or self.calendar else None


def holds_until(one: Silence, now_ns: int) -> int | None:
    """Return until when this silence holds, None when it does not now."""
    over = one.ends_at
    if one.ended_at is not None or now_ns < one.starts_at or (over is not None and now_ns >= over):
        return None
    plan = one.plan
    if plan is None:
        return over
    until = windows.repeated_until(plan, spanning.ns(one.lasts), now_ns)
    return until if until is None or over is None else min(until, over)


def next_at(one: Silence, now_ns: int) -> int | None:
    """Return when it begins the next time; None when it holds now, or never again."""
    over = one.ends_at
    if one.ended_at is not None or (over is not None and now_ns >= over) or holds_until(one, now_ns) is not None:
        return None
    plan = one.plan
    if plan is None or now_ns < one.starts_at:
        return one.starts_at
    begins = schedule.next_after(plan, now_ns)
    return None if begins is None or (over is not None and begins >= over) else begins


def of(silences: Iterable[Silence], seen: Facts, now_ns: int, within: Sequence[Facts] = ()) -> int | None:
    """Return until when what is seen is silenced, by whichever silence holds longest; None when it is not.

    `within` are the tasks of a host that is asked about.
    """
    ends = (holds_until(one, now_ns) for one in silences if _fits(one, seen, within))
    return max((end for end in ends if end is not None), default=None)


def _fits(one: Silence, seen: Facts, within: Sequence[Facts]) -> bool:
    return all(book.keeps_quiet(text, seen, within) for text in (one.what, one.within) if text)
