# SPDX-License-Identifier: MIT
"""What the API says of alerts, silences and channels, as types; the command line reads them, too. Times are ns since 1970."""

from typing import Annotated, Any, Literal

import msgspec

from humeops.event import MAX_INT64

Moment = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)]


class TellingView(msgspec.Struct, omit_defaults=True):
    """What became of the last word on an alert to one channel. `quiet`: it waits for the end of quiet hours, until `at`."""

    channel: str
    kind: str
    state: Literal["sent", "waiting", "failed", "quiet"]
    at: int | None = None  # when it was accepted, or will be told
    error: str = ""
    through: list[tuple[str, bool]] = []  # other channels in its place, and whether they have it


class AlertView(msgspec.Struct, omit_defaults=True):
    """One trouble of a task, or of a host (then `task` is empty)."""

    id: int
    host: str
    task: str
    state: Literal["waiting", "open", "taken", "silenced", "closed"]
    trouble: str  # the state that is the trouble
    reason: str
    since: int
    rule: str
    run: str = ""
    failures: int = 1
    opened_at: int | None = None
    told_at: int | None = None  # when it was told last
    closed_at: int | None = None
    channels: list[str] = []  # which were told of it
    reminders: int = 0
    taken_by: str = ""
    silenced_until: int | None = None
    quieted_by: str = ""  # what above it is down
    flapping: bool = False
    well_since: int | None = None  # well, and not closed for it: it came late, or may not last
    next_at: int | None = None  # when it is looked at again
    tellings: list[TellingView] = []


class AlertPage(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/alerts."""

    items: list[AlertView]
    next: str | None = None


class EntryView(msgspec.Struct):
    """A line of an alert's history."""

    at: int
    what: str
    text: str


class AlertDetail(msgspec.Struct):
    """Answer of /api/v1/alerts/NUMBER."""

    alert: AlertView
    entries: list[EntryView]


class SilenceView(msgspec.Struct, omit_defaults=True):
    """A silence: what is not told, from when until when, said by whom and why."""

    id: int
    what: str
    state: Literal["holds", "ahead", "over"]
    starts_at: int
    author: str
    why: str
    made_at: int
    ends_at: int | None = None
    cron: str = ""
    calendar: str = ""
    tz: str = ""
    lasts: int = 0  # seconds, of one that repeats
    holds_until: int | None = None
    next_at: int | None = None
    ended_at: int | None = None
    ended_by: str = ""
    tasks: int | None = None  # how many fit it; said when it is made
    within: str = ""  # of these tasks alone: what its maker was granted


class SilencePage(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/silences."""

    items: list[SilenceView]
    next: str | None = None


class NewSilence(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/v1/silences. One that repeats has `cron` or `calendar`, and `lasts` seconds each time."""

    what: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    ends_at: Moment | None = None
    starts_at: Moment | None = None  # now, unless it is said
    cron: Annotated[str, msgspec.Meta(max_length=256)] = ""
    calendar: Annotated[str, msgspec.Meta(max_length=256)] = ""
    tz: Annotated[str, msgspec.Meta(max_length=64)] = ""
    lasts: Annotated[int, msgspec.Meta(ge=0, le=31_536_000)] = 0


class OldSilence(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/v1/silences/ended."""

    id: Moment


class ChannelView(msgspec.Struct, omit_defaults=True):
    """A channel and how it fares; its settings without their secrets."""

    name: str
    type: str
    state: Literal["unused", "works", "fails", "dead"]
    settings: dict[str, Any]
    ok_at: int | None = None
    failing_since: int | None = None
    dead_at: int | None = None
    error: str = ""
    waiting: int = 0


class ChannelPage(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/channels; all on one page."""

    items: list[ChannelView]
    trouble: str = ""  # that nobody tells anybody, if so


class ChannelName(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/v1/channels/tested."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class NotificationView(msgspec.Struct, omit_defaults=True):
    """What was, or is to be, told to one channel."""

    id: int
    channel: str
    kind: str
    at: int
    state: Literal["waiting", "sent", "failed"]
    about: list[str]  # HOST:TASK of what it is about
    attempts: int = 0
    sent_at: int | None = None
    due: int | None = None
    error: str = ""
    note: str = ""


class NotificationPage(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/notifications, the newest first."""

    items: list[NotificationView]
    next: str | None = None


class BookView(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/alertbook: what is in force, as TOML and as it was read; secrets are not shown."""

    toml: str
    book: dict[str, Any]
    author: str = ""
    at: int | None = None


class NewBook(msgspec.Struct, forbid_unknown_fields=True):
    """Body of PUT /api/v1/alertbook."""

    book: dict[str, Any]
    dry_run: bool = False
    by: Annotated[str, msgspec.Meta(max_length=200)] = ""  # what it comes from, such as a file's name
    unchecked: bool = False  # channels are not tried: whoever tells has what is missing here


class BookChange(msgspec.Struct):
    """One entry that changes: `+` new, `-` gone, `~` otherwise."""

    sign: str
    what: str
    lines: list[str]


class BookChanges(msgspec.Struct):
    """Answer of PUT /api/v1/alertbook."""

    changes: list[BookChange]
