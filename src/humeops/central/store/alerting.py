# SPDX-License-Identifier: MIT
"""One step of judging, one transaction: what changed moves alerts, what is due is told, and what is to be told becomes rows.

1. Be the only one who judges (a lock on the row `alerting`); whoever comes second goes and sends.
2. Take changes out of the outbox, in their order, and let each move its alert (`course.note`).
3. With nothing left there, look at the alerts that are due (`course.look`), and at those that are told with them. Not before:
   a trouble that was over before anybody was told is told as such.
4. Gather what is to be told, by channel, and write it down. What falls into quiet hours waits for the digest.

All of it is committed, or none: whoever is killed here is followed by the next one, who finds the same rows.
"""

import logging
from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from humeops import spans
from humeops.central.alerts import book, course, gathering, routing, silence
from humeops.central.alerts.course import Alert, Entry, News, Told
from humeops.central.alerts.gathering import Saying
from humeops.central.notify.message import Message
from humeops.central.store import (
    alertbooks,
    alertrows,
    digests,
    notifications,
    observing,
    outbox,
    processes,
    rerouting,
    rows,
    silences,
    surroundings,
)
from humeops.central.store.alertrows import Stored
from humeops.central.store.driver import Pair
from humeops.central.store.outbox import Change
from humeops.central.store.questions import tellings
from humeops.filters.facts import Facts

# One step is one transaction, for which intake waits where there is one writer.
MOST = 200
PUT_OFF_NS = 5 * spans.MINUTE
_WELL = ("ok", "warning")
_OF_HOSTS = ("silent", processes.COPIED)  # what is told of hosts

log = logging.getLogger(__name__)


def is_any_due(connection: sa.Connection, now_ns: int) -> bool:
    """Tell whether there is anything to judge; a look into indexes."""
    return (
        outbox.waits(connection) or alertrows.is_any_due(connection, now_ns) or digests.is_any_due(connection, now_ns)
    )


def judge(connection: sa.Connection, now_ns: int, most: int = MOST) -> bool:
    """Do one step; return whether there may be more to do at once."""
    if not alertbooks.lock(connection, now_ns):
        return False
    judging = _Judging(connection, now_ns)
    changes = outbox.take(connection, most)
    judging.take_in(changes)
    if len(changes) == most:
        judging.write()
        return True
    looked = judging.look(alertrows.due(connection, now_ns, most))
    judging.tell()
    judging.tell_digests()
    judging.write()
    return looked > 0


class _Judging:
    def __init__(self, connection: sa.Connection, now_ns: int) -> None:
        self._connection = connection
        self._now_ns = now_ns
        self._book = alertbooks.current(connection).book
        self._channels = alertbooks.names(connection, self._book)
        self._all_channels = list(alertbooks.channels(connection, self._book))
        self._silences = silences.live(connection, now_ns)
        self._within: dict[str, list[Facts]] = {}  # the tasks of hosts, for silences
        self._sayings: list[Saying] = []
        # Written at the end, many at once.
        self._entries: list[tuple[int, Entry]] = []
        self._messages: list[tuple[str, Message]] = []
        self._odd: dict[Pair, book.Rule] = {}  # the rules that tell of what runs were found to be

    def take_in(self, changes: Sequence[Change]) -> None:
        """Let these changes move their alerts."""
        for one in changes:
            if not one.host:
                self._tell_notice(one)
        of = [one for one in changes if one.host]
        names = {(one.host, one.task) for one in of}
        if not names:
            return
        tags = surroundings.tags(self._connection, names)
        of = [*self._with_findings(of, tags)]
        skews = surroundings.skews(self._connection, {one.host for one in of})
        known = alertrows.current(self._connection, names)
        openings = alertrows.openings(self._connection, names, self._now_ns)
        changed: dict[int, Alert] = {}
        for one in of:
            self._take_in(one, tags.get((one.host, one.task), ()), skews.get(one.host, 0), known, openings, changed)
        alertrows.put(self._connection, changed)

    def _take_in(
        self,
        one: Change,
        tags: Sequence[str],
        skew: int,
        known: dict[Pair, Stored],
        openings: dict[Pair, int],
        changed: dict[int, Alert],
    ) -> None:
        name = (one.host, one.task)
        stored = known.get(name)
        if one.again and not self._is_of_findings(one, stored):
            return
        rule = self._rule_for(one, tags)
        if one.aside and not self._is_news_aside(one, stored, rule):
            return
        own = self._rule_of(stored.alert, surroundings.seen(stored.alert, {name: tags})) if stored else None
        step = course.note(stored.alert if stored else None, rule, _news(one, skew), openings.get(name, 0), own)
        if step.alert is None:
            if stored is not None:
                alertrows.drop(self._connection, [stored.id])
                changed.pop(stored.id, None)
                del known[name]
            return
        number = stored.id if stored else alertrows.add(self._connection, step.alert)
        if stored is not None and step.alert != stored.alert:
            changed[number] = step.alert
        self._entries += ((number, entry) for entry in step.entries)
        if any(entry.what == "raised" for entry in step.entries):
            openings[name] = openings.get(name, 0) + 1
        if step.alert.state == "closed":
            # The next one of this task is another row: this one makes room for it first.
            alertrows.put(self._connection, {number: step.alert})
            changed.pop(number, None)
            known.pop(name, None)
        else:
            known[name] = Stored(number, step.alert)

    def _is_of_findings(self, one: Change, stored: Stored | None) -> bool:
        """Tell whether a second look at a run is about its findings: what else is wrong with the task is no matter of it."""
        return one.after == course.ODD if stored is None else stored.alert.trouble == course.ODD

    def _is_news_aside(self, one: Change, stored: Stored | None, rule: book.Rule | None) -> bool:
        """Tell whether the end of a run that does not decide its task is a matter of alerts.

        What is wrong with it is. That it went well says nothing of the task, unless it is what was told of as not well.
        """
        if rule is None:
            return stored is not None and stored.alert.run == one.run and one.before not in ("failed", "lost")
        # Numbers that come long after tell of a run once.
        return not one.again or not alertrows.is_told(self._connection, (one.host, one.task), one.run)

    def _with_findings(self, changes: Sequence[Change], tags: surroundings.Tags) -> Iterable[Change]:
        """Return the changes; of a run that went well, and was unusual in a way that is told of, that it was."""
        finds = self._book.finds
        ended = [one for one in changes if one.run and one.task and one.after in _WELL]
        expected = (
            observing.wanted(self._connection, [(one.host, one.task) for one in ended]) if finds and ended else {}
        )
        for one in changes:
            name = (one.host, one.task)
            is_asked = bool(finds - set(book.DECLARED)) or name in expected
            if not (finds and one.run and one.task and one.after in _WELL and is_asked):
                yield one
                continue
            seen = surroundings.facts_of(*name, one.after, one.reason, tags.get(name, ()))
            found = observing.of_run(self._connection, one.run, expected.get(name), self._now_ns)
            kinds = [finding.kind for finding in found]
            rule = self._book.first_finding_rule(seen, kinds) if kinds else None
            if rule is None or self._rule_for(one, tags.get(name, ())) is not None:
                yield one  # a rule that tells of the state says more
                continue
            self._odd[name] = rule
            told = [finding.sentence for finding in found if not rule.findings or finding.kind in rule.findings]
            yield msgspec.structs.replace(one, after=course.ODD, reason="; ".join(told)[:500])

    def _rule_of(self, alert: Alert, seen: Facts) -> book.Rule | None:
        """Return the rule by which an alert is repeated: its own, or where that is gone the first one that fits now."""
        own = self._book.rule_named(alert.rule)
        if own is not None or not alert.task:
            return own or self._book.first_rule("hosts", seen)
        if alert.trouble == course.ODD:
            return self._book.first_rule("findings", seen._replace(state="ok"))
        return self._book.first_rule("tasks", seen)

    def _rule_for(self, one: Change, tags: Sequence[str]) -> book.Rule | None:
        seen = surroundings.facts_of(one.host, one.task, one.after, one.reason, tags)
        if one.after == course.ODD:
            return self._odd.get((one.host, one.task))
        if one.again:
            return None
        if one.task:
            return self._book.first_rule("tasks", seen)
        return self._book.first_rule("hosts", seen) if one.after in _OF_HOSTS else None

    def look(self, due: Sequence[Stored]) -> int:
        """Look at these alerts, and at those that are told with them; return how many were due."""
        telling = [one.alert.grouping for one in due if one.alert.tell and one.alert.grouping]
        pulled = alertrows.together(self._connection, telling, [one.id for one in due])
        every = [*due, *pulled]
        if not every:
            return 0
        around = self._surroundings([one.alert for one in every])
        openings = alertrows.openings(
            self._connection,
            [(one.alert.host, one.alert.task) for one in due if one.alert.state == "waiting"],
            self._now_ns,
        )
        changed: dict[int, Alert] = {}
        for number, one in enumerate(every):
            try:
                after = self._look(one, around, openings, is_pulled=number >= len(due))
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
                # A fault of ours with one alert must not keep the others from being told; it is tried again later.
                log.exception("alert %d cannot be looked at", one.id)
                after = msgspec.structs.replace(one.alert, due=self._now_ns + PUT_OFF_NS)
            if after != one.alert:
                changed[one.id] = after
        alertrows.put(self._connection, changed)
        return len(due)

    def _surroundings(self, of: Sequence[Alert]) -> surroundings.Surroundings:
        places = [surroundings.Place(one.host, one.task, one.run) for one in of]
        if self._silences:
            hosts = {one.host for one in places if not one.task}
            self._within = surroundings.tasks_of(self._connection, hosts)
        return surroundings.around(self._connection, places, self._book)

    def _held(self, alert: Alert, around: surroundings.Surroundings, seen: Facts) -> course.Around:
        name = (alert.host, alert.task)
        within = () if alert.task else self._within.get(alert.host, ())
        silenced_until = silence.of(self._silences, seen, self._now_ns, within)
        return course.Around(around.taken.get(name, ""), silenced_until, around.above.get(name, ""))

    def _look(
        self, one: Stored, around: surroundings.Surroundings, openings: dict[Pair, int], is_pulled: bool
    ) -> Alert:
        alert = one.alert
        seen = surroundings.seen(alert, around.tags)
        held = self._held(alert, around, seen)
        rule = self._rule_of(alert, seen)
        if rule is not None and rule.name != alert.rule:
            alert = msgspec.structs.replace(alert, rule=rule.name)
        step = course.look(alert, rule, held, self._now_ns, openings.get((alert.host, alert.task), 0), is_pulled)
        assert step.alert is not None  # noqa: S101 - looking drops nothing
        after, ways = step.alert, list[routing.Way]()
        for told in step.told:
            to = self._route(one.id, after, told, seen)
            after = course.told_to(after, [way.channel for way in to])
            ways += to
        self._entries += ((one.id, entry) for entry in course.named(step.entries, ways))
        return after

    def _route(self, number: int, alert: Alert, told: Told, seen: Facts) -> list[routing.Way]:
        """Have it told to whom it concerns; return who that is, now or after their quiet hours."""
        item = gathering.item_of(alert, told.kind)
        ways = self._ways(number, alert, told, seen)
        for way in ways:
            if way.quiet_until is not None:
                digests.add(self._connection, way.channel, number, way.quiet_until)
            else:
                self._sayings.append(Saying(way.channel, told.kind, alert.grouping, item, f"alert-{number}"))
        return ways

    def _ways(self, number: int, alert: Alert, told: Told, seen: Facts) -> list[routing.Way]:
        if told.to:
            return [routing.Way(name) for name in told.to if name in self._all_channels]
        if told.kind == "recovery" and alert.channels:
            # Whoever heard of the trouble hears that it is over; of removed channels, who reads in their place.
            left = [name for name in alert.channels if name in self._all_channels]
            if left or not self._was_heard(number, alert):
                return [routing.Way(name, routing.quiet_until(self._book, name, seen, self._now_ns)) for name in left]
        return routing.ways(self._book, self._channels, seen, self._now_ns)

    def _was_heard(self, number: int, alert: Alert) -> bool:
        """Tell whether one of the channels that were to tell of it did so."""
        told = tellings.latest(self._connection, [Stored(number, alert)])[number]
        return any(one.state == "sent" and one.channel in alert.channels for one in told)

    def tell(self) -> None:
        """Write down what is to be told now."""
        for parcel in gathering.gather(self._sayings):
            self._add(parcel)
        self._sayings = []

    def tell_digests(self) -> None:
        """Write down what waited for the end of quiet hours."""
        for channel, numbers in digests.take(self._connection, self._now_ns).items():
            alerts = self._to_be_told(channel, alertrows.by_ids(self._connection, numbers))
            if channel not in self._all_channels:
                rerouting.hand_on(self._connection, alerts, self._now_ns)
                continue
            items = [
                gathering.item_of(alert, "recovery" if alert.state == "closed" else "problem")
                for _, alert in sorted(alerts.items())
            ]
            if items:
                self._add(gathering.Parcel(channel, "digest", items, "digest", ""))
                self._entries += ((number, Entry("told", f"digest to {channel}")) for number in sorted(alerts))

    def _to_be_told(self, channel: str, alerts: dict[int, Alert]) -> dict[int, Alert]:
        """Return those of these that nothing keeps quiet now. What is taken needs no telling; what is kept quiet waits on."""
        around = self._surroundings(list(alerts.values()))
        told: dict[int, Alert] = {}
        for number, alert in alerts.items():
            seen = surroundings.seen(alert, around.tags)
            held = self._held(alert, around, seen)
            if held.silenced_until is not None or held.quieted_by:
                again = self._now_ns + course.RECHECK_NS
                due = routing.quiet_until(self._book, channel, seen, again) or again
                digests.add(self._connection, channel, number, due)
            elif held.taken_by and alert.state != "closed":
                self._entries.append((number, Entry("held", f"not told to {channel}: {held.taken_by} has it in hand")))
            else:
                told[number] = alert
        return told

    def _tell_notice(self, one: Change) -> None:
        for channel in self._channels:
            made = notifications.messages(channel, "notice", (), f"central {one.at}", self._now_ns, note=one.reason)
            self._messages += ((channel, message) for message in made)

    def _add(self, parcel: gathering.Parcel) -> None:
        channel, kind, items, mark, thread = parcel
        made = notifications.messages(channel, kind, items, mark, self._now_ns, thread=thread)
        self._messages += ((channel, message) for message in made)

    def write(self) -> None:
        """Write the history of the alerts, and what is to be told."""
        alertrows.write(self._connection, self._entries, self._now_ns)
        notifications.put_all(self._connection, self._messages, self._now_ns)


def _news(one: Change, skew: int) -> News:
    said_at = min(one.at, rows.made_at(one.event) + skew) if one.event else one.at
    return News(one.host, one.task, one.before, one.after, one.reason, one.run, one.at, said_at, one.since)
