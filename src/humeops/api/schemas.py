# SPDX-License-Identifier: MIT
"""What the REST API answers, as types: filled in by the API, read by the command line (which imports nothing else of it).

All times are integer ns since 1970 (UTC), all durations ns. Absent means unknown or not yet. Lists come in pages:
`next` is the opaque cursor of the following page, to be handed back as `after`. It is long because the API's answers are one vocabulary, looked up in one place.
"""

from typing import Annotated, Literal

import msgspec

from humeops.event import Kind, Level, Outcome, Value

RunState = Literal["running", "ok", "warning", "failed", "lost"]
TaskState = Literal["new", "running", "ok", "warning", "failed", "lost", "late", "overdue", "unknown", "paused"]

FindingKind = Literal["slow_run", "short_run", "slow_stretch", "missing_flag", "odd_data", "limit", "too_many"]


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
    parent: str | None = None  # id of the run within which it was started
    signal: int | None = None  # that ended it
    progress: tuple[float, float] | None = None  # done and total, as said last


class TakenView(msgspec.Struct, omit_defaults=True):
    """Who has a trouble in hand (nobody: empty), and since when."""

    by: str
    at: int


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
    expected_at: int | None = None  # when its next start is expected, if it is watched
    notice: str = ""  # what is wrong with a declaration of its script, which was not taken
    taken: TakenView | None = None  # who has its trouble in hand


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
    file: str = ""  # where `line` counts, when a sourced file said it
    function: str = ""
    command: str = ""  # of a stop: the command that failed
    signal: int | None = None
    link: str | None = None  # id of a run that it speaks of without being part of it


class Stretch(msgspec.Struct, omit_defaults=True):
    """The way from one mark of a run to the next. The last one of a running run is open: `open` is true, it lasts until now."""

    name: str  # the flag it led to; "end" for the last one
    begins: int  # ns since the run's start
    lasts: int
    open: bool = False
    toward: str = ""  # of the last one of a run that did not get through: the flag that usually comes next
    usual: int | None = None  # median of the good runs; of one that did not get there, of the way to `toward`
    unusual: bool = False  # far longer


class FindingView(msgspec.Struct, omit_defaults=True):
    """Something unusual about a run. It is no state: a run can be well and slow."""

    kind: FindingKind
    sentence: str
    subject: str = ""  # the flag a stretch leads to ("": the end), the missing flag, or the name of a number
    value: float | None = None  # ns for times
    usual: float | None = None  # the median; of a missing flag: in how many of the good runs it came


class NumberView(msgspec.Struct, omit_defaults=True):
    """A number that a run told of itself, in its data or with its stop."""

    key: str
    value: int | float
    unit: str = ""
    usual: float | None = None
    unusual: bool = False


class OriginView(msgspec.Struct, omit_defaults=True):
    """What started a run, as its start tells."""

    by: str = ""  # cron, systemd, at, ssh, terminal
    unit: str = ""
    invocation: str = ""
    client: str = ""
    tty: str = ""
    user: str = ""
    uid: int | None = None
    script: str = ""
    exe: str = ""
    cwd: str = ""
    args: list[str] = []
    sha256: str = ""
    traceparent: str = ""


class EndView(msgspec.Struct, omit_defaults=True):
    """What ended a run, as its stop or `gone` tells."""

    kind: Kind
    message: str = ""
    status: int | None = None
    signal: int | None = None
    line: int | None = None
    file: str = ""
    function: str = ""
    command: str = ""
    data: dict[str, Value] = {}


class UsualView(msgspec.Struct, omit_defaults=True):
    """The good runs that a run is compared with: up to 20, never itself. Below five nothing is usual yet."""

    runs: int
    duration: int | None = None  # median


class OutlookView(msgspec.Struct, omit_defaults=True):
    """When a running run will likely be through, and what tells: the share it said is done, or how long it usually takes."""

    ends_at: int
    by: Literal["progress", "usual"]


class RunDetail(msgspec.Struct, omit_defaults=True):
    """One run with its timeline, and what explains it."""

    run: RunView
    stretches: list[Stretch] = []
    events: list[EventView] = []  # in the order they were said
    more_events: bool = False  # the run has more than the API shows at once; ask /events?run=
    origin: OriginView | None = None
    end: EndView | None = None
    output: str = ""  # the end of what the command wrote
    usual: UsualView | None = None
    findings: list[FindingView] = []
    data: list[NumberView] = []
    outlook: OutlookView | None = None
    parent: RunView | None = None
    children: list[RunView] = []  # started within it, at whatever depth; each names its parent
    more_children: bool = False
    links: list[EventView] = []  # what was said of it without being part of it
    expected_at: int | None = None  # when the next start of its task is expected, if it is watched


class WordView(msgspec.Struct):
    """Whose word a part of what is expected is; `about`: it was said of the task itself."""

    source: Literal["script", "file", "person", "pattern", "about"]
    maker: str
    at: int


class WatchView(msgspec.Struct, omit_defaults=True):
    """What is expected of a task, and how it stands against that."""

    host: str
    task: str
    expect: dict[str, str]  # as it is declared (docs/guide/watches.md)
    maker: str  # whose the latest word on it is
    made_at: int
    state: Literal["", "late", "overdue", "unknown", "paused"] = ""
    since: int | None = None
    why: str = ""
    expected_at: int | None = None  # when the next start is expected
    due: int | None = None  # when it is looked at again at the latest
    paused_until: int | None = None
    fault: str = ""  # what is wrong with a later declaration, which was not taken
    pattern: str = ""  # of hosts (and `#tag`), if some of it comes from one
    words: dict[str, WordView] = {}  # by the names in `expect`: who said it last
    fits: int | None = None  # of a declaration for many hosts: on how many it fits


class WatchWish(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/v1/watches: of a host by name, or of all that fit a pattern and have a task with the tag.

    What is named in `expect` with an empty text is not expected any more. With `by` it is all that this says: what it named before is taken back.
    """

    task: str
    host: str = "*"
    tag: str = ""
    expect: dict[str, str] = {}
    by: str = ""  # what it comes from, such as a file's name


class WatchWishes(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/v1/watches/applied: all of them, or none; with `dry_run` they are only checked."""

    watches: Annotated[list[WatchWish], msgspec.Meta(max_length=10_000)]
    dry_run: bool = False


class PauseWish(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/v1/watches/pause."""

    host: str
    task: str
    until: int | None = None  # None: it goes on


class Changed(msgspec.Struct):
    """Answer of what changes watches: how many."""

    count: int


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


class ScriptView(msgspec.Struct, omit_defaults=True):
    """A script that a task runs, as its last run showed it. Times are ns since 1970."""

    host: str
    task: str
    path: str
    sha256: str
    at: int  # when it was seen last
    since: int  # when it was first seen as it is
    signature: str = ""  # ok, or in one word why it did not verify; empty: nobody asked
    signer: str = ""
    version: int | None = None
    until: int | None = None  # what it was signed until
    former: str = ""  # the hash of what it was before; empty: nobody saw it otherwise
    marks: list[Literal["signed", "unsigned", "unverified", "changed", "expiring"]] = []
    run: str | None = None


class ScriptPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/scripts."""

    items: list[ScriptView]
    next: str | None = None


class EpochView(msgspec.Struct, omit_defaults=True):
    """One life of one humed's spool: how far it has arrived, how many of its events were lost."""

    epoch: str
    committed_upto: int  # everything up to this number is here, or known to be lost
    declared_lost: int = 0  # its humed said so
    silently_lost: int = 0  # missing without a word


class HealthView(msgspec.Struct, omit_defaults=True):
    """How a humed fares, as it said with its last keepalive."""

    at: int  # when central heard it
    version: str = ""
    depth: int = 0  # events that waited for central
    oldest_age_seconds: float | None = None
    dropped: int = 0  # events given up in the life of its spool, but for what rules dropped
    open_runs: int = 0
    room: str = ""  # what it took, when that was not everything
    drop_waiting: int = 0
    quarantined: int = 0
    rules_trouble: bool = False
    outputs_waiting: int = 0
    uptime_seconds: float = 0.0


class SharerView(msgspec.Struct, omit_defaults=True):
    """One of several humeds with the same credential."""

    host: str  # what its machine calls itself
    first_at: int
    last_at: int


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
    shared_at: int | None = None  # when two humeds were last seen to use its credential in turn, and which
    shared_by: list[SharerView] = []
    epochs: list[EpochView] = []  # the first one first
    health: HealthView | None = None
    silent_since: int | None = None  # when it was heard last, once it counts as silent
    certificate: str = ""  # the client certificate that its credential goes with, as the proxy names it
    revoked_at: int | None = None  # when its credential was revoked, if it has had none since


class TaskPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/tasks."""

    items: list[TaskView]
    next: str | None = None


class RunPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/runs, newest first."""

    items: list[RunView]
    next: str | None = None


class EventPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/events, newest first unless order=oldest.

    `looked_to`: the page is not full, since no index finds what is asked for: it was looked until this moment, and `next` goes on.
    """

    items: list[EventView]
    next: str | None = None
    looked_to: int | None = None


class DataPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/data."""

    items: list[DatumView]
    next: str | None = None


class AgentPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/agents, by host."""

    items: list[AgentView]
    next: str | None = None


class NoteView(msgspec.Struct, omit_defaults=True):
    """Something a person wrote on a task or on a run; or that they took its trouble in hand, or gave it back."""

    id: int
    time: int
    author: str
    kind: Literal["note", "take", "release"]
    host: str
    task: str
    text: str = ""
    run: str | None = None


class NotePage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/notes, newest first; at most 200."""

    items: list[NoteView]
    next: str | None = None


class GivenTagView(msgspec.Struct):
    """A tag that a person gave to a task."""

    tag: str
    author: str
    at: int


class AboutView(msgspec.Struct, omit_defaults=True):
    """What a task is for: what people said of it, else what its watch declares; and the tags that people gave it."""

    at: int | None = None  # when people said something of it last, if ever
    author: str = ""  # who did
    owner: str = ""
    description: str = ""
    runbook: str = ""
    words: dict[str, WordView] = {}  # whose each of these three is
    tags: list[GivenTagView] = []


class BadgeView(msgspec.Struct):
    """Where a badge is, to be put behind central's address."""

    svg: str
    json: str


class LinkView(msgspec.Struct, omit_defaults=True):
    """Answer of POST /api/v1/links: where the pages are entered, once."""

    path: str  # to be put behind central's address
    expires_at: int


class WatchPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/watches, by host and task."""

    items: list[WatchView]
    next: str | None = None
    patterns: list[
        WatchView
    ] = []  # of hosts, on the first page, to whoever may read all watches: `host` is the pattern


class Reported(msgspec.Struct, omit_defaults=True):
    """Answer of POST /api/v1/report: the event's id, and the run it is of; `queued`: it is not committed yet."""

    id: str
    run: str | msgspec.UnsetType = msgspec.UNSET
    queued: bool | msgspec.UnsetType = msgspec.UNSET


class Fault(msgspec.Struct):
    """One thing that is wrong with what was given; `place` is where, as a path: `channel.ops.url`, `rule[0].when`."""

    place: str
    text: str


class Problem(msgspec.Struct, omit_defaults=True):
    """Every error of the API (RFC 9457, application/problem+json)."""

    title: str
    status: int
    detail: str = ""
    type: str = "about:blank"
    faults: list[Fault] = []  # where several things are wrong: each of them
