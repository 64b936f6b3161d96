# SPDX-License-Identifier: MIT
"""What the REST API answers, as types: filled in by the API, read by the command line (which imports nothing else of it).

All times are integer ns since 1970 (UTC), all durations ns. Absent means unknown or not yet. Lists come in pages:
`next` is the opaque cursor of the following page, to be handed back as `after`.
"""

from typing import Literal

import msgspec

from humeops.event import Kind, Level, Outcome, Value

RunState = Literal["running", "ok", "warning", "failed", "lost"]
TaskState = Literal["new", "running", "ok", "warning", "failed", "lost", "late", "overdue", "unknown", "paused"]


class RunView(msgspec.Struct, omit_defaults=True):
    """One execution of a task."""

    id: str
    short: str  # last 8 characters of the id: what tables show, and enough to ask for it again
    host: str
    task: str
    state: RunState
    started_at: int  # when its start was said; of a run whose start never arrived: its first event
    ended_at: int | None = None
    duration: int | None = None  # by the host's monotonic clock where start and stop share a boot
    status: int | None = None  # exit status, when one was given
    reason: str = ""  # one sentence: "exit 3 at line 41, after db-dumped"; empty when all is well
    message: str = ""  # what was said at the start
    tags: list[str] = []
    last_flag: str = ""
    last_event_at: int | None = None
    events: int = 0
    levels: dict[Level, int] = {}  # how many events of each level, `log` events only
    uid: int | None = None
    script: str = ""


class TaskView(msgspec.Struct, omit_defaults=True):
    """A task as it is now."""

    host: str
    task: str
    state: TaskState
    since: int  # when it came into this state
    last_event_at: int
    reason: str = ""
    tags: list[str] = []
    last_run: RunView | None = None
    running: int = 0  # open runs; several copies may run at once


class EventView(msgspec.Struct, omit_defaults=True):
    """One event as stored."""

    id: str
    time: int
    received_at: int
    host: str
    kind: Kind
    level: Level
    task: str = ""
    run: str | None = None
    at: int | None = None  # inside a run's timeline: ns since the run's start
    message: str = ""
    tags: list[str] = []
    data: dict[str, Value] = {}
    unit: str = ""
    ttl: int | None = None
    flag: str = ""
    progress: tuple[float, float] | None = None
    status: int | None = None
    outcome: Outcome | None = None
    cut: list[str] = []
    uid: int | None = None
    line: int | None = None
    script: str = ""


class Stretch(msgspec.Struct, omit_defaults=True):
    """The way from one mark of a run to the next. The last one of a running run is open: `open` is true, it lasts until now."""

    name: str  # the flag it led to; "end" for the last one
    begins: int  # ns since the run's start
    lasts: int
    open: bool = False


class RunDetail(msgspec.Struct, omit_defaults=True):
    """One run with its timeline."""

    run: RunView
    stretches: list[Stretch] = []
    events: list[EventView] = []  # in the order they were said
    more_events: bool = False  # the run has more than the API shows at once; ask /events?run=


class DatumView(msgspec.Struct, omit_defaults=True):
    """A piece of shared data: its current value, who wrote it and when."""

    host: str
    task: str
    key: str
    value: Value
    time: int
    unit: str = ""
    run: str | None = None
    uid: int | None = None
    expires_at: int | None = None  # past it the value no longer holds; it is still shown, as expired


class EpochView(msgspec.Struct, omit_defaults=True):
    """One life of one humed's spool: how far it has arrived, how many of its events were lost."""

    epoch: str
    committed_upto: int  # everything up to this number is here, or known to be lost
    declared_lost: int = 0  # its humed said so
    silently_lost: int = 0  # missing without a word


class AgentView(msgspec.Struct, omit_defaults=True):
    """The humed of a host, as central knows it."""

    host: str
    created_at: int
    last_seen_at: int | None = None
    skew: int | None = None  # central's clock less the host's, at its last batch, with the way of the batch in it
    declared_lost: int = 0  # of all its epochs
    silently_lost: int = 0
    loss_at: int | None = None  # when its humed last declared a loss, and why
    loss_cause: str = ""
    epochs: list[EpochView] = []  # the first one first


class TaskPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/tasks."""

    items: list[TaskView]
    next: str | None = None


class RunPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/runs, newest first."""

    items: list[RunView]
    next: str | None = None


class EventPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/events, newest first unless order=oldest."""

    items: list[EventView]
    next: str | None = None


class DataPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/data."""

    items: list[DatumView]
    next: str | None = None


class AgentPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/agents, by host."""

    items: list[AgentView]
    next: str | None = None


class Problem(msgspec.Struct, omit_defaults=True):
    """Every error of the API (RFC 9457, application/problem+json)."""

    title: str
    status: int
    detail: str = ""
    type: str = "about:blank"
