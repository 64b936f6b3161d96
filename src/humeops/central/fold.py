# SPDX-License-Identifier: MIT
"""The events of a run, folded into what is known of the run: a function of the SET of its events.

Whatever way they took, in whatever order and batches they came: the same events give the same Summary. That holds
because a Summary keeps only sums and "first / last in the order in which things were said" (event.order_key), and both
can be merged in any order. The one condition is on the caller: each event is folded once (the store finds out, by id,
which events are new). What humed says of the run (gone) is no word of the script: it is kept apart, and not counted.
Pure; called by central's store for every batch.
"""

import operator
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from humeops.event import LEVELS, SEVERITY, Event, Level, OrderKey, Origin, Outcome

# An event whose time is further ahead of its receipt than a clock kept by NTP ever is.
AHEAD_NS = 60_000_000_000
NOTHING_AHEAD: Mapping[str, int] = {}

State = Literal["running", "ok", "warning", "failed", "lost"]

MAX_TAGS_OF_RUN = 64  # a run's tags are the union over its events; a loop that invents tags must not fill the database
_KEPT_TEXT = 200  # of what is only quoted in a reason
_KEPT_CAUSE = 16  # longer than any that the protocol names
_WARNING = SEVERITY["warning"]
_ERROR = SEVERITY["error"]


class Rare(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What only few events have, apart from the rest: a summary is read and written again with every batch."""

    signal: int | None = None
    command: str = ""  # that failed at `line`
    file: str = ""  # where `line` counts, when that is not the script itself
    parent: str = ""
    cause: str = ""  # of gone
    progress: tuple[float, float] | None = None
    sorts_at: int | None = None  # the time of receipt, of what its host's clock said is yet to come


_NOTHING_RARE = Rare()
# event.order_key of an event, made in C.
_order = operator.attrgetter("boot", "mono", "id")


class Said(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is kept of an event that matters to its run. Compared by `key`. New fields go to the end, with a default."""

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
    more: Rare | None = None

    @property
    def rare(self) -> Rare:
        """What only few events have."""
        return self.more or _NOTHING_RARE

    @property
    def sorts_at(self) -> int:
        """Its time as lists sort by it: never one that was yet to come when it was received."""
        return self.time if self.more is None or self.more.sorts_at is None else self.more.sorts_at

    @property
    def key(self) -> OrderKey:
        """Where this stands among what was said in the run."""
        return OrderKey(self.boot, self.mono, self.id)


class Summary(msgspec.Struct, array_like=True, gc=False):
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
    gone: Said | None = None  # humed's first word that the run's process ended without a stop
    last: Said | None = None  # the last word of the script, as long as no stop has come: then nobody asks
    progress: Said | None = None
    ping: Said | None = None  # the last one, as long as no stop has come: it puts a deadline off

    @property
    def begin(self) -> Said:
        """The start, or the first thing said while the start has not arrived."""
        return self.start or self.first

    @property
    def begun(self) -> tuple[int, str]:
        """Where this run stands among those of its task."""
        return self.begin.sorts_at, self.run

    @property
    def task(self) -> str | None:
        """The task that the run's own start named; None until that start is there."""
        return self.start.task if self.start and self.start.id == self.run else None

    @property
    def parent(self) -> str | None:
        """The run within which this one was started, as its own start says."""
        named = self.start.rare.parent if self.start and self.start.id == self.run else ""
        return named if named != self.run and named else None

    @property
    def end(self) -> Said | None:
        """What ended the run: its stop, or humed's word that it is gone."""
        return self.stop or self.gone

    @property
    def ended_at(self) -> int | None:
        """When its end was said."""
        return self.end.time if self.end else None

    @property
    def state(self) -> State:
        """What the run is: its last stop decides, whenever it was said; one that was well but warned is a warning."""
        if self.stop is None:
            return "lost" if self.gone else "running"
        if self.stop.outcome == "failed":
            return "failed"
        if self.stop.outcome == "warning" or self.grumble is not None:
            return "warning"
        return "ok"

    @property
    def duration(self) -> int | None:
        """How long from begin to end, or None while it runs."""
        return elapsed(self.begin, self.end) if self.end else None


def elapsed(begin: Said, end: Said) -> int:
    """Return ns from one to the other, never negative: by the clock that never jumps if both share a boot."""
    if begin.boot and begin.boot == end.boot:
        return max(0, end.mono - begin.mono)
    return max(0, end.time - begin.time)


def summarise(run: str, events: Iterable[Event], ahead: Mapping[str, int] = NOTHING_AHEAD) -> Summary:
    """Return the summary of these events of one run, each of them once; there is at least one.

    `ahead` tells by id when those were received whose time was yet to come then.
    """
    ordered = sorted(events, key=_order)
    marks: dict[str, Event] = {}
    levels: dict[Level, int] = {}
    tags: set[str] = set()
    for event in ordered:
        if event.tags:
            tags.update(event.tags)
        if event.kind == "log":
            levels[event.level] = levels.get(event.level, 0) + 1
            _note_trouble(marks, event)
        elif event.kind == "start":
            marks["start"] = _truer_start(run, marks.get("start"), event)
        elif event.kind in ("stop", "flag", "progress", "ping"):
            marks[event.kind] = event
        elif event.kind == "gone":
            marks.setdefault("gone", event)
    spoken = [event for event in ordered if event.kind != "gone"] if "gone" in marks else ordered
    if spoken and "stop" not in marks:
        marks["last"] = spoken[-1]
    if "stop" in marks:
        marks.pop("ping", None)
    return Summary(
        run=run,
        first=keep((spoken or ordered)[0], ahead=ahead),
        last_event_at=max([event.time for event in spoken], default=0),
        events=len(spoken),
        levels=_in_order(levels),
        tags=sorted(tags)[:MAX_TAGS_OF_RUN],
        **{name: keep(event, name == "start", ahead) for name, event in marks.items()},
    )


def may_move(known: Summary | None, event: Event) -> bool:
    """Tell whether this event of the run may change what the run is, why it is not well, whose it is, or when it began."""
    if known is None or known.start is None or event.kind in ("start", "stop", "gone"):
        return True
    # Until the end has come nothing else changes anything yet; after it, each word may be part of the reason.
    return known.stop is not None or known.gone is not None


def merge(one: Summary, other: Summary) -> Summary:
    """Return the summary of both sets of events; they share none. Which is named first makes no difference."""
    stop = _last(one.stop, other.stop)
    levels = dict(one.levels)
    for level, count in other.levels.items():
        levels[level] = levels.get(level, 0) + count
    return Summary(
        run=one.run,
        first=_first_word(one, other),
        start=_first_start(one, other),
        stop=stop,
        flag=_last(one.flag, other.flag),
        grumble=_last(one.grumble, other.grumble),
        error=_last(one.error, other.error),
        last_event_at=max(one.last_event_at, other.last_event_at),
        events=one.events + other.events,
        levels=_in_order(levels),
        tags=one.tags if one.tags == other.tags else sorted({*one.tags, *other.tags})[:MAX_TAGS_OF_RUN],
        gone=_first(one.gone, other.gone),
        last=None if stop else _last(one.last, other.last),
        progress=_last(one.progress, other.progress),
        ping=None if stop else _last(one.ping, other.ping),
    )


def keep(event: Event, whole: bool = False, ahead: Mapping[str, int] = NOTHING_AHEAD) -> Said:
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
        _rare(event, origin, ahead.get(event.id)),
    )


def _rare(event: Event, origin: Origin, sorts_at: int | None) -> Rare | None:
    is_gone = event.kind == "gone"
    if not (is_gone or event.signal or event.parent or event.progress or origin.command or origin.file or sorts_at):
        return None
    file, cause = origin.file.rpartition("/")[2], event.data.get("cause") if is_gone else None
    return Rare(
        event.signal,
        origin.command[:_KEPT_TEXT],
        "" if file == origin.script.rpartition("/")[2] else file,
        event.parent or "",
        cause[:_KEPT_CAUSE] if isinstance(cause, str) else "",
        event.progress,
        sorts_at,
    )


def _in_order(levels: dict[Level, int]) -> dict[Level, int]:
    # The same counts have to be the same text when they are stored.
    return levels if len(levels) < 2 else {level: levels[level] for level in LEVELS if level in levels}


def _note_trouble(marks: dict[str, Event], event: Event) -> None:
    severity = SEVERITY[event.level]
    if severity < _WARNING:
        return
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


def _first_word(one: Summary, other: Summary) -> Said:
    # Of a run of which only `gone` has arrived that is the first; a word of the script takes its place.
    if bool(one.events) != bool(other.events):
        return one.first if one.events else other.first
    return min(one.first, other.first, key=_key)


def _first(one: Said | None, other: Said | None) -> Said | None:
    if one is None or other is None:
        return one or other
    return min(one, other, key=_key)


def _last(one: Said | None, other: Said | None) -> Said | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=_key)


def _key(said: Said) -> OrderKey:
    return said.key
