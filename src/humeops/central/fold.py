# SPDX-License-Identifier: MIT
"""The events of a run, folded into what is known of the run: a function of the SET of its events.

Whatever way they took, in whatever order and batches they came: the same events give the same Summary. That holds
because a Summary keeps only sums and "first / last in the order in which things were said" (event.order_key), and both
can be merged in any order. The one condition is on the caller: each event is folded once (the store finds out, by id,
which events are new). Pure; called by central's store for every batch.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from humeops.event import LEVELS, SEVERITY, Event, Level, OrderKey, Outcome, order_key

State = Literal["running", "ok", "warning", "failed"]

MAX_TAGS_OF_RUN = 64  # a run's tags are the union over its events; a loop that invents tags must not fill the database
_KEPT_TEXT = 200  # of what is only quoted in a reason
_WARNING = SEVERITY["warning"]
_ERROR = SEVERITY["error"]


class Said(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of an event that matters to its run. Compared by `key`."""

    boot: str
    mono: int
    id: str
    time: int
    host: str
    task: str
    message: str = ""
    flag: str = ""
    line: int | None = None
    uid: int | None = None
    script: str = ""
    status: int | None = None
    outcome: Outcome | None = None

    @property
    def key(self) -> OrderKey:
        """Where this stands among what was said in the run."""
        return OrderKey(self.boot, self.mono, self.id)


class Summary(msgspec.Struct, array_like=True):
    """All that is known of one run. New fields go to the end, with a default: it is stored as an array."""

    run: str
    first: Said
    start: Said | None = None
    stop: Said | None = None
    flag: Said | None = None
    grumble: Said | None = None  # the last warning or worse
    error: Said | None = None  # the last error or worse that knows its line
    last_event_at: int = 0
    events: int = 0
    levels: dict[Level, int] = {}
    tags: list[str] = []

    @property
    def begin(self) -> Said:
        """The start, or the first thing said while the start has not arrived."""
        return self.start or self.first

    @property
    def task(self) -> str | None:
        """The task that the run's own start named; None until that start is there."""
        return self.start.task if self.start and self.start.id == self.run else None

    @property
    def ended_at(self) -> int | None:
        """When the stop was said."""
        return self.stop.time if self.stop else None

    @property
    def state(self) -> State:
        """What the run is: its last stop decides; one that was well but warned is a warning."""
        if self.stop is None:
            return "running"
        if self.stop.outcome == "failed":
            return "failed"
        if self.stop.outcome == "warning" or self.grumble is not None:
            return "warning"
        return "ok"

    @property
    def duration(self) -> int | None:
        """How long from begin to stop, or None while it runs."""
        return elapsed(self.begin, self.stop) if self.stop else None


def elapsed(begin: Said, end: Said) -> int:
    """Return ns from one to the other, never negative: by the clock that never jumps if both share a boot."""
    if begin.boot and begin.boot == end.boot:
        return max(0, end.mono - begin.mono)
    return max(0, end.time - begin.time)


def summarise(run: str, events: Iterable[Event]) -> Summary:
    """Return the summary of these events of one run, each of them once; there is at least one."""
    ordered = sorted(events, key=order_key)
    marks: dict[str, Event] = {}
    levels: dict[Level, int] = {}
    tags: set[str] = set()
    for event in ordered:
        tags.update(event.tags)
        if event.kind == "log":
            levels[event.level] = levels.get(event.level, 0) + 1
            _note_trouble(marks, event)
        elif event.kind == "start":
            marks["start"] = _truer_start(run, marks.get("start"), event)
        elif event.kind in ("stop", "flag"):
            marks[event.kind] = event
    return Summary(
        run=run,
        first=keep(ordered[0]),
        last_event_at=max(event.time for event in ordered),
        events=len(ordered),
        levels=_in_order(levels),
        tags=sorted(tags)[:MAX_TAGS_OF_RUN],
        **{name: keep(event, whole=name == "start") for name, event in marks.items()},
    )


def may_move(known: Summary | None, event: Event) -> bool:
    """Tell whether this event of the run may change what the run is, whose it is, or when it began."""
    if known is None or known.start is None or event.kind in ("start", "stop"):
        return True
    # Until the stop has come a warning changes nothing yet.
    return known.stop is not None and event.kind == "log" and SEVERITY[event.level] >= _WARNING


def merge(one: Summary, other: Summary) -> Summary:
    """Return the summary of both sets of events; they share none. Which is named first makes no difference."""
    levels = dict(one.levels)
    for level, count in other.levels.items():
        levels[level] = levels.get(level, 0) + count
    return Summary(
        run=one.run,
        first=min(one.first, other.first, key=_key),
        start=_first_start(one, other),
        stop=_last(one.stop, other.stop),
        flag=_last(one.flag, other.flag),
        grumble=_last(one.grumble, other.grumble),
        error=_last(one.error, other.error),
        last_event_at=max(one.last_event_at, other.last_event_at),
        events=one.events + other.events,
        levels=_in_order(levels),
        tags=one.tags if one.tags == other.tags else sorted({*one.tags, *other.tags})[:MAX_TAGS_OF_RUN],
    )


def keep(event: Event, whole: bool = False) -> Said:
    """Return what a summary keeps of this event; of its message only the beginning, unless `whole`."""
    origin = event.origin
    return Said(
        event.boot,
        event.mono,
        event.id,
        event.time,
        event.host,
        event.task,
        event.message if whole else event.message[:_KEPT_TEXT],
        event.flag,
        origin.line,
        origin.uid,
        origin.script,
        event.status,
        event.outcome,
    )


def _in_order(levels: dict[Level, int]) -> dict[Level, int]:
    # The same counts have to be the same text when they are stored.
    return {level: levels[level] for level in LEVELS if level in levels}


def _note_trouble(marks: dict[str, Event], event: Event) -> None:
    severity = SEVERITY[event.level]
    if severity >= _WARNING:
        marks["grumble"] = event
    if severity >= _ERROR and event.origin.line is not None:
        marks["error"] = event


def _truer_start(run: str, known: Event | None, event: Event) -> Event:
    # A run's id is that of its start. Another start that claims the run (a broken or hostile sayer) never displaces it.
    if known is None or (event.id == run and known.id != run):
        return event
    return known


def _first_start(one: Summary, other: Summary) -> Said | None:
    if one.start is None or other.start is None:
        return one.start or other.start
    return min(one.start, other.start, key=lambda said: (said.id != one.run, said.key))


def _last(one: Said | None, other: Said | None) -> Said | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=_key)


def _key(said: Said) -> OrderKey:
    return said.key
