# SPDX-License-Identifier: MIT
"""Whether what is expected of a task has not come, and when to look again: a function of facts and the time. Pure.

The facts are those of the set of events (last sign of life, open runs, runs a day), so whatever order events come in, and
whoever looks how often, the same facts at the same time are judged the same. What becomes wrong by the passing of time
alone becomes so at `due`, which the store keeps as a row; nobody has to look before.
"""

import datetime
import zoneinfo
from collections.abc import Iterable
from typing import Literal, NamedTuple

from humeops import spans
from humeops.central.watches import schedule, spanning
from humeops.central.watches.expectation import Expectation

Judged = Literal["", "late", "overdue", "unknown", "paused"]
FOREVER = 2**63 - 1
_MINUTE = 60 * spans.SECOND
# A host that is heard again while it is waited for is noticed so soon.
_AGAIN = 15 * spans.SECOND


class OpenRun(NamedTuple):
    """A run that has not ended: when it began, when its script last said `ping`, which flags it passed."""

    run: str
    began: int
    heard: int
    flags: frozenset[str] = frozenset()


class Doubt(NamedTuple):
    """When a host was heard last that should have been heard since, and until when it is waited for."""

    heard_at: int
    until: int


class Facts(NamedTuple):
    """All that a judgement depends on beside what is expected. Times are ns since 1970, by central's clock where it matters."""

    declared_at: int
    sign_at: int | None = None  # the last start, word outside of runs, or ping, never later than it was received
    runs: tuple[OpenRun, ...] = ()
    days: tuple[int, int] = (0, 0)  # how many runs began on the day before `reckoned_day`, and on that day
    silent_since: int | None = None  # when the host was heard last, if it is silent
    paused_until: int | None = None
    held_until: int = 0  # after an outage of central: until then nothing is found missing that was not before
    before: Judged = ""
    doubt: Doubt | None = (
        None  # the host may be silent; then what is missing since it was heard last is no fault of the task
    )


class Judgement(NamedTuple):
    """What is wrong, since when and why; when the next start is expected; when to look again (None: no need to)."""

    state: Judged
    since: int | None
    why: str
    expected_at: int | None
    due: int | None


class _Miss(NamedTuple):
    state: Judged
    at: int
    why: str


def judge(wanted: Expectation, facts: Facts, now_ns: int) -> Judgement:
    """Return how the task stands against what is expected of it."""
    if facts.paused_until is not None and now_ns < facts.paused_until:
        due = facts.paused_until if facts.paused_until < FOREVER else None
        return Judgement("paused", None, "", None, due)
    expected = _expected(wanted, facts)
    misses = [*_late(wanted, expected), *_too_few(wanted, facts, now_ns), *_overdue(wanted, facts.runs)]
    past = [one for one in misses if one.at <= now_ns]
    ahead = min((one.at for one in misses if one.at > now_ns), default=None)
    # A run that hangs says more than a start that is missing: it is likely why.
    worst = min(past, key=lambda one: (one.state != "overdue", one.at), default=None)
    return _weigh(facts, worst, Judgement("", None, "", expected, ahead), now_ns)


def _weigh(facts: Facts, worst: _Miss | None, well: Judgement, now_ns: int) -> Judgement:
    silent = facts.silent_since
    if silent is not None and (facts.runs or worst) and not (worst and worst.at <= silent):
        return well._replace(state="unknown", since=silent, why="nothing is heard of its host")
    if worst is None:
        return well
    if facts.before != worst.state and (until := _held_until(facts, worst, now_ns)):
        return well._replace(state=facts.before, since=None, due=until)
    return well._replace(state=worst.state, since=worst.at, why=worst.why)


def _held_until(facts: Facts, worst: _Miss, now_ns: int) -> int:
    """Return when to look again at what is missing and not to be told yet; 0 when it is."""
    if now_ns < facts.held_until:
        return facts.held_until
    doubt = facts.doubt
    if doubt is None or worst.at <= doubt.heard_at or now_ns >= doubt.until:
        return 0
    return min(doubt.until, now_ns + _AGAIN)


def reckoned_day(wanted: Expectation, now_ns: int) -> tuple[int, int, int]:
    """Return when the day before began, when the day began that is reckoned now, and when the next one does."""
    zone: datetime.tzinfo = zoneinfo.ZoneInfo(wanted.tz) if wanted.tz and wanted.tz != "UTC" else datetime.UTC
    reckoned = (now_ns - spanning.ns(wanted.slack)) // spans.SECOND
    today = datetime.datetime.fromtimestamp(max(reckoned, 0), zone).date()
    days = [today + datetime.timedelta(days=shift) for shift in (-1, 0, 1)]
    before, this, after = (_midnight(day, zone) for day in days)
    return before, this, after


def _midnight(day: datetime.date, zone: datetime.tzinfo) -> int:
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * spans.SECOND


def _base(facts: Facts) -> int:
    """Return from when on the next start is expected: what was before a declaration or a pause is not held against it."""
    return max(facts.declared_at, facts.sign_at or 0, facts.paused_until or 0)


def _expected(wanted: Expectation, facts: Facts) -> int | None:
    plan = wanted.plan
    return schedule.next_uncovered(plan, _base(facts)) if plan else None


def _late(wanted: Expectation, expected: int | None) -> Iterable[_Miss]:
    if expected is None:
        return
    at = expected + spanning.ns(wanted.slack)
    told = _exactly if spanning.ns(wanted.slack) < _MINUTE else clock
    yield _Miss("late", at, f"expected {told(expected, wanted.tz)}, and no start by {told(at, wanted.tz)}")


def _too_few(wanted: Expectation, facts: Facts, now_ns: int) -> Iterable[_Miss]:
    if not wanted.at_least:
        return
    before, day, after = reckoned_day(wanted, now_ns)
    grace, since = spanning.ns(wanted.slack), max(facts.declared_at, facts.paused_until or 0)
    if since <= before and facts.days[0] < wanted.at_least and facts.days[1] < wanted.at_least:
        yield _Miss("late", day + grace, _few(facts.days[0], wanted, before))
    # Whatever today brings, at its end it is looked at again; a day that was not watched from its beginning is passed over.
    yield _Miss("late", after + grace + (0 if since <= day else spans.DAY), _few(facts.days[1], wanted, day))


def _few(count: int, wanted: Expectation, day: int) -> str:
    return f"{count} of at least {wanted.at_least} runs on {clock(day, wanted.tz)[:10]}"


def _overdue(wanted: Expectation, runs: Iterable[OpenRun]) -> Iterable[_Miss]:
    for run in runs:
        if wanted.max:
            why = f"run {run.run[-8:]} runs longer than {spanning.write(wanted.max)}"
            yield _Miss("overdue", run.heard + spanning.ns(wanted.max), why)
        for flag, within in wanted.flags.items():
            if flag not in run.flags:
                why = f"run {run.run[-8:]} has not come to {flag} within {spanning.write(within)} of its start"
                yield _Miss("overdue", run.began + spanning.ns(within), why)


def clock(moment_ns: int, tz: str) -> str:
    """Return a moment as people of this zone read it."""
    return _told(moment_ns, tz, "%H:%M")


def _exactly(moment_ns: int, tz: str) -> str:
    return _told(moment_ns, tz, "%H:%M:%S")


def _told(moment_ns: int, tz: str, time: str) -> str:
    zone: datetime.tzinfo = zoneinfo.ZoneInfo(tz) if tz and tz != "UTC" else datetime.UTC
    return (
        f"{datetime.datetime.fromtimestamp(moment_ns // spans.SECOND, zone).strftime(f'%Y-%m-%d {time}')} {tz or 'UTC'}"
    )
