# SPDX-License-Identifier: MIT
"""The course of one alert: a function of the alert as it stands, of what changed or that its time has come, and of now. Pure.

    (nothing) ── trouble ──▶ waiting ── often and long enough ──▶ open ── well again ──▶ closed

A task, or a host, has one alert at a time that is not closed. What is to be told is not told at once: `tell` says what waits
to be, `due` when to look again. `look` alone tells, so whoever tells asks in the same step whether it is silenced, whether
something above it is down, and what else goes into the same message.

What an event says that is older than what raised the alert clears nothing and tells nothing (`is_late`).

It is long because every step of the course stands beside those that it can follow.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec

from humeops import spans
from humeops.central.alerts.book import Rule, span_ns
from humeops.central.alerts.routing import Way

State = Literal["waiting", "open", "closed"]
Tell = Literal["", "problem", "recovery"]
Kind = Literal["problem", "recovery", "reminder", "escalation"]
What = Literal["raised", "again", "flapping", "told", "held", "reminded", "escalated", "late", "closed"]

# The trouble of a task that is well, and of whose last run something was found that is told of.
ODD = "odd"
# Opened so often in so long, and it is flapping: then it has to be well for a while before that is told.
FLAPPING_NS = spans.HOUR
CALM_NS = 30 * spans.MINUTE
# What is above it is looked at again so often.
RECHECK_NS = spans.MINUTE
# While one of these is shown, the trouble that the events told of before is no less there.
_NO_NEWS = {
    "running": ("failed", "lost", "warning", ODD),
    "new": ("failed", "lost", "warning", ODD),
    "unknown": ("failed", "lost", "warning", "late", "overdue", ODD),
}


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One alert as it stands. Times are central's, ns since 1970; `said_at` is the own time of what raised it last."""

    host: str
    task: str  # empty: of the host itself
    rule: str
    state: State = "waiting"
    trouble: str  # the state that is the trouble
    before: str
    reason: str
    run: str = ""
    since: int
    said_at: int
    failures: int = 1
    opened_at: int | None = None
    closed_at: int | None = None
    told_at: int | None = None  # when it was told last
    tell: Tell = ""
    tell_at: int | None = None
    grouping: str = ""
    channels: tuple[str, ...] = ()  # which were told of it
    steps: int = 0  # of its escalation, done
    reminders: int = 0
    flapping: bool = False
    well_since: int | None = None  # well, and not closed for it
    well_state: str = ""
    taken_by: str = ""
    silenced_until: int | None = None
    quieted_by: str = ""
    due: int | None = None


class News(NamedTuple):
    """A change of what is shown of a task or a host. `said_at`: when what made it was said; by a deadline, `at`. `since`: when it became so, if earlier."""

    host: str
    task: str
    before: str
    after: str
    reason: str
    run: str
    at: int
    said_at: int
    since: int | None = None


class Around(NamedTuple):
    """What else matters at the moment of looking."""

    taken_by: str = ""
    silenced_until: int | None = None
    quieted_by: str = ""  # what above it is down, in words


class Entry(NamedTuple):
    """A line of the alert's history."""

    what: What
    text: str = ""


class Told(NamedTuple):
    """What is to be told now; `to` names channels of an escalation."""

    kind: Kind
    to: tuple[str, ...] = ()


class Step(NamedTuple):
    """The alert afterwards (None: there is none), what is told, what its history keeps."""

    alert: Alert | None
    told: tuple[Told, ...] = ()
    entries: tuple[Entry, ...] = ()


def note(alert: Alert | None, rule: Rule | None, news: News, openings: int = 0, own: Rule | None = None) -> Step:
    """Take in a change. `rule`: that which wants to be told of the new state, None for none; `openings` of the last hour.

    `own`: the rule that raised the alert, if it is there still.
    """
    if rule is not None:
        return _raise(alert, rule, news, openings)
    if alert is None or alert.trouble in _NO_NEWS.get(news.after, ()):
        return Step(alert)
    return _recover(alert, news, own)


def _raise(alert: Alert | None, rule: Rule, news: News, openings: int) -> Step:
    if alert is None:
        made = Alert(
            host=news.host,
            task=news.task,
            rule=rule.name,
            trouble=news.after,
            before=news.before,
            reason=news.reason,
            run=news.run,
            since=news.at if news.since is None else min(news.since, news.at),
            said_at=news.said_at,
            grouping=_grouping(rule, news),
        )
        return _open_in_time(made, rule, news.at, openings)
    if news.said_at < alert.said_at:
        return Step(alert, entries=(Entry("late", f"{news.after}, said before what is known already"),))
    return _go_on(alert, rule, news, openings)


def _go_on(alert: Alert, rule: Rule, news: News, openings: int) -> Step:
    """Trouble, and there was some before."""
    is_other = alert.trouble != news.after
    now = msgspec.structs.replace(
        alert,
        trouble=news.after,
        before=news.before,
        reason=news.reason,
        run=news.run or alert.run,
        said_at=news.said_at,
        failures=alert.failures + (not _is_same_run(alert, news)),
        well_since=None,
        well_state="",
    )
    if alert.state == "waiting":
        return _open_in_time(now, rule, news.at, openings)
    # The same again is a matter of reminding; while it flaps, and until it is told at all, there is nothing to add.
    if is_other and not alert.flapping and alert.told_at is not None:
        now = _telling(now, "problem", news.at + span_ns(rule.wait))
    elif alert.well_since is not None:
        now = msgspec.structs.replace(now, due=alert.tell_at if alert.tell else _next_due(now, rule, news.at))
    return Step(now, entries=(Entry("again", f"{news.after}: {news.reason}" if news.reason else news.after),))


def _open_in_time(alert: Alert, rule: Rule, now_ns: int, openings: int) -> Step:
    if alert.failures < rule.failures:
        return Step(msgspec.structs.replace(alert, due=None))
    ready = alert.since + span_ns(rule.after)
    if ready > now_ns:
        return Step(msgspec.structs.replace(alert, due=ready))
    return _open(alert, rule, now_ns, openings)


def _open(alert: Alert, rule: Rule, now_ns: int, openings: int) -> Step:
    flapping = bool(rule.flapping) and openings + 1 >= rule.flapping
    made = msgspec.structs.replace(alert, state="open", opened_at=now_ns, flapping=flapping)
    entries = [Entry("raised", f"{alert.trouble}: {alert.reason}" if alert.reason else alert.trouble)]
    if flapping:
        entries.append(Entry("flapping", f"raised {openings + 1} times within {spans.rough(FLAPPING_NS)}"))
    return Step(_telling(made, "problem", now_ns + span_ns(rule.wait)), entries=tuple(entries))


def _recover(alert: Alert, news: News, own: Rule | None) -> Step:
    # What came late may show that a run was as it should be: then there was no trouble.
    is_taken_back = alert.trouble == ODD and alert.told_at is None and _is_same_run(alert, news)
    if alert.state == "waiting" or is_taken_back:
        return Step(None)
    well = msgspec.structs.replace(alert, well_since=news.at, well_state=news.after)
    if news.said_at < alert.said_at:
        # Told as late, closed by whatever is said in time. Until then nobody is reminded of what is over.
        return Step(
            msgspec.structs.replace(well, due=None),
            entries=(Entry("late", f"{news.after}, said before it was raised"),),
        )
    if alert.flapping and news.after != "paused":
        return Step(msgspec.structs.replace(well, due=news.at + CALM_NS))
    return Step(_closed(well, own, news.at), entries=(Entry("closed", news.after),))


def _is_same_run(alert: Alert, news: News) -> bool:
    return bool(news.run) and news.run == alert.run


def _closed(alert: Alert, own: Rule | None, now_ns: int) -> Alert:
    """Close it; that it is over waits to be told as long as the trouble did, and so gathers with others."""
    made = msgspec.structs.replace(alert, state="closed", closed_at=now_ns)
    is_known = alert.told_at is not None or alert.tell == "problem"
    if alert.well_state == "paused" or not is_known:
        return msgspec.structs.replace(made, tell="", tell_at=None, due=None)
    if alert.told_at is not None:
        # Whoever heard of it is told that it is over. What keeps that quiet now is another matter than what kept the trouble.
        made = msgspec.structs.replace(made, silenced_until=None, quieted_by="")
    # It waits to be told already: then both are told as one, when the trouble would have been.
    told_at = alert.tell_at if alert.tell == "problem" else None
    return _telling(made, "recovery", now_ns + _wait(own) if told_at is None else told_at)


def _wait(rule: Rule | None) -> int:
    return span_ns(rule.wait) if rule is not None else 0


def look(
    alert: Alert, rule: Rule | None, around: Around, now_ns: int, openings: int = 0, is_pulled: bool = False
) -> Step:
    """Do what is due; afterwards it is due later, or no more. Without a rule nothing repeats.

    `is_pulled`: others of its group are told now, so this one is, too.
    """
    rule = rule or Rule(alert.rule, repeat="")
    was_held = alert.silenced_until is not None or bool(alert.quieted_by)
    alert = msgspec.structs.replace(alert, taken_by=around.taken_by, silenced_until=around.silenced_until)
    if alert.state == "waiting":
        return _open_in_time(alert, rule, now_ns, openings)
    if alert.state == "open" and alert.well_since is not None:
        return _look_at_calm(alert, rule, now_ns)
    is_unheard = alert.state == "open" and not (alert.tell or alert.channels or alert.taken_by)
    if is_unheard and not _escalates(alert, rule, now_ns):
        # Nobody was there to be told; perhaps now somebody is.
        alert = msgspec.structs.replace(alert, tell="problem", tell_at=now_ns)
    if alert.tell:
        if not is_pulled and alert.tell_at is not None and alert.tell_at > now_ns:
            return Step(msgspec.structs.replace(alert, due=alert.tell_at))
        return _held(alert, around, now_ns, was_held) or _tell(alert, rule, now_ns)
    return _remind(alert, rule, around, now_ns, was_held) if alert.state == "open" else Step(_at_rest(alert))


def told_to(alert: Alert, channels: Iterable[str]) -> Alert:
    """Return the alert, known from now on to those channels as well."""
    return msgspec.structs.replace(alert, channels=tuple(dict.fromkeys((*alert.channels, *channels))))


def named(entries: Iterable[Entry], ways: Sequence[Way]) -> Iterable[Entry]:
    """Return lines of history that say who was told, and who has quiet hours, where they are about telling."""
    now, quiet = (
        ", ".join(way.channel for way in ways if (way.quiet_until is None) == is_now) for is_now in (True, False)
    )
    for entry in entries:
        is_about_telling = entry.what in ("told", "reminded")
        if not is_about_telling or now or not quiet:
            yield entry._replace(text=f"{entry.text} to {now or 'nobody'}".strip()) if is_about_telling else entry
        if is_about_telling and quiet:
            yield Entry("held", f"quiet hours of {quiet}")


def _look_at_calm(alert: Alert, rule: Rule, now_ns: int) -> Step:
    if not alert.flapping or alert.well_since is None:
        return Step(_at_rest(alert))
    if now_ns < alert.well_since + CALM_NS:
        return Step(msgspec.structs.replace(alert, due=alert.well_since + CALM_NS))
    return Step(_closed(alert, rule, now_ns), entries=(Entry("closed", f"{alert.well_state}, and calm"),))


def _tell(alert: Alert, rule: Rule, now_ns: int) -> Step:
    is_wanted = alert.tell == "problem" or rule.recovery or alert.told_at is None
    told: tuple[Told, ...] = (Told(alert.tell),) if alert.tell and is_wanted else ()
    after = msgspec.structs.replace(alert, tell="", tell_at=None, told_at=now_ns, quieted_by="", due=None)
    if after.state == "open":
        after = msgspec.structs.replace(after, due=_next_due(after, rule, now_ns))
    return Step(after, told, (Entry("told", alert.tell),) if told else ())


def _held(alert: Alert, around: Around, now_ns: int, was_held: bool) -> Step | None:
    """Return what becomes of it while it is to be kept quiet, None when it is not. A recovery of which nobody heard the trouble ends."""
    if around.silenced_until is None and not around.quieted_by:
        return None
    why = "silenced" if around.silenced_until is not None else around.quieted_by
    entries = () if was_held else (Entry("held", why),)
    held = msgspec.structs.replace(alert, quieted_by=around.quieted_by)
    if alert.state == "closed" and alert.told_at is None:
        return Step(_at_rest(held), entries=entries)
    again = around.silenced_until if around.silenced_until is not None else now_ns + RECHECK_NS
    return Step(msgspec.structs.replace(held, due=again), entries=entries)


def _remind(alert: Alert, rule: Rule, around: Around, now_ns: int, was_held: bool) -> Step:
    if alert.taken_by or alert.told_at is None:
        return Step(_at_rest(alert))
    due = _next_due(alert, rule, now_ns)
    if due is None or due > now_ns:
        # When its silence ends, that is to be seen as well.
        moments = [moment for moment in (due, around.silenced_until) if moment is not None]
        return Step(msgspec.structs.replace(alert, due=min(moments, default=None)))
    return _held(alert, around, now_ns, was_held) or _repeat(alert, rule, now_ns)


def _repeat(alert: Alert, rule: Rule, now_ns: int) -> Step:
    if _escalates(alert, rule, now_ns):
        to = tuple(rule.escalate[alert.steps].to)
        after = msgspec.structs.replace(alert, steps=alert.steps + 1, quieted_by="")
        told, entry = Told("escalation", to), Entry("escalated", ", ".join(to))
    else:
        after = msgspec.structs.replace(alert, told_at=now_ns, reminders=alert.reminders + 1, quieted_by="")
        told, entry = Told("reminder"), Entry("reminded")
    # Where several are due, as after an outage, one after the other is told in as many looks.
    due = _next_due(after, rule, now_ns)
    return Step(msgspec.structs.replace(after, due=due and max(due, now_ns + 1)), (told,), (entry,))


def _escalates(alert: Alert, rule: Rule, now_ns: int) -> bool:
    at = rule.escalates_at(alert.steps)
    return at is not None and (alert.opened_at or 0) + at <= now_ns


def _at_rest(alert: Alert) -> Alert:
    """Nothing more is due of it by the passing of time."""
    return msgspec.structs.replace(alert, tell="" if alert.state == "closed" else alert.tell, due=None)


def _next_due(alert: Alert, rule: Rule, now_ns: int) -> int | None:
    """Return when to remind or to escalate, whichever comes first."""
    moments = []
    if repeat := span_ns(rule.repeat):
        moments.append((alert.told_at or now_ns) + repeat)
    if (at := rule.escalates_at(alert.steps)) is not None:
        moments.append((alert.opened_at or now_ns) + at)
    return min(moments, default=None)


def _telling(alert: Alert, what: Tell, at: int) -> Alert:
    return msgspec.structs.replace(alert, tell=what, tell_at=at, due=at)


def _grouping(rule: Rule, news: News) -> str:
    """Return what all those have in common that are told of in one message; empty: it is told alone."""
    by = {"host": f"host {news.host}", "task": f"task {news.task}", "rule": "", "none": ""}[rule.group]
    return f"{rule.name}: {by}" if rule.group != "none" else ""
