# SPDX-License-Identifier: MIT
"""What the REST API answers beside single things: hosts, states and their changes, histories, two runs side by side.

As in schemas: times are integer ns since 1970, and the command line may read these types.
"""

import msgspec

from humeops.api import schemas
from humeops.event import Value


class HostView(msgspec.Struct, omit_defaults=True):
    """A host that reports, with its tasks counted by state."""

    host: str
    last_seen_at: int | None = None
    skew: int | None = None
    tasks: dict[str, int] = {}


class StateCounts(msgspec.Struct):
    """Answer of GET /api/v1/states: how many tasks are in each state."""

    tasks: dict[str, int]


class TransitionView(msgspec.Struct, omit_defaults=True):
    """A change of a task's state; `at` is when central noted it."""

    id: int
    host: str
    task: str
    from_state: str
    to_state: str
    run: str | None
    event: str | None
    at: int
    reason: str = ""


class PointView(msgspec.Struct, omit_defaults=True):
    """A value: a number that a run told, `at` when that began, or what an event outside of runs said."""

    at: int
    value: Value
    unit: str = ""
    run: str | None = None
    event: str | None = None


class StretchPair(msgspec.Struct, omit_defaults=True):
    """The stretch to one flag in two runs, in ns; absent in the one that has it not."""

    name: str
    lasts: int | None = None
    other: int | None = None


class NumberPair(msgspec.Struct, omit_defaults=True):
    """One number in two runs."""

    key: str
    value: int | float | None = None
    other: int | float | None = None
    unit: str = ""


class ComparisonView(msgspec.Struct):
    """Answer of GET /api/v1/runs/NAME/comparison."""

    run: schemas.RunView
    other: schemas.RunView
    stretches: list[StretchPair]
    data: list[NumberPair]


class HostPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/hosts, by name."""

    items: list[HostView]
    next: str | None = None


class TransitionPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/transitions, newest first unless order=oldest."""

    items: list[TransitionView]
    next: str | None = None


class HistoryPage(msgspec.Struct, omit_defaults=True):
    """Answer of GET /api/v1/data/history, newest first."""

    items: list[PointView]
    next: str | None = None
