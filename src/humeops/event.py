# SPDX-License-Identifier: MIT
"""The event: what was said once, immutable. Fields and limits are those of docs/protocol.md, section 1.

One shape everywhere: on the wire, in the spool, in a batch, at central's intake. Pure: knows no clock, no socket, no disk.
Limits that msgspec can check stand here as types; the rest (names, finite numbers, what a kind requires) is in
humeops.wire.codec. Events hold no cycles, so the garbage collector need not look at them (`gc=False`).
"""

import typing
from typing import Annotated

import msgspec

VERSION = 1
MAX_EVENT_BYTES = 65_536
MAX_MESSAGE = 8_192
MAX_NAME = 64
MAX_TAGS = 16
MAX_DATA = 64
MAX_TEXT_VALUE = 1_024
MAX_SCRIPT = 512
MAX_CHAIN = 64
MAX_TREE = 64
MAX_TRACEPARENT = 64
MAX_OUTPUT = 16_384
MAX_PATH = 512
MAX_ARGS = 64
MAX_ARG = 256
MAX_CUT = 16
MAX_EXPECT = 16
MAX_INT64 = 2**63 - 1

Kind = typing.Literal["start", "log", "flag", "progress", "data", "ping", "stop", "loss", "gone"]
Level = typing.Literal["debug", "info", "ok", "warning", "error", "critical"]
Outcome = typing.Literal["ok", "warning", "failed"]

KINDS: tuple[Kind, ...] = typing.get_args(Kind)
LEVELS: tuple[Level, ...] = typing.get_args(Level)  # from least to most severe
OUTCOMES: tuple[Outcome, ...] = typing.get_args(Outcome)
SEVERITY: dict[Level, int] = {level: rank for rank, level in enumerate(LEVELS)}

EventId = Annotated[
    str, msgspec.Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", max_length=36)
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
Nanoseconds = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)]
Value = bool | int | float | Annotated[str, msgspec.Meta(max_length=MAX_TEXT_VALUE)]
Path = Annotated[str, msgspec.Meta(max_length=MAX_PATH)]
Short = Annotated[str, msgspec.Meta(max_length=64)]
ChainPlace = Annotated[int, msgspec.Meta(ge=0, lt=MAX_CHAIN)]
ChainLink = tuple[Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)], Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)]]


class Origin(msgspec.Struct, omit_defaults=True, gc=False):
    """Where an event was said: by whom, from which script, line and processes (docs/protocol.md, section 2)."""

    uid: int | None = None
    pid: int | None = None
    line: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    script: Annotated[str, msgspec.Meta(max_length=MAX_SCRIPT)] = ""
    chain: Annotated[list[ChainLink], msgspec.Meta(max_length=MAX_CHAIN)] = []
    traceparent: Annotated[str, msgspec.Meta(max_length=MAX_TRACEPARENT)] = ""
    tree: Annotated[list[Annotated[str, msgspec.Meta(max_length=128)]], msgspec.Meta(max_length=MAX_TREE)] = []
    via: Annotated[str, msgspec.Meta(max_length=16)] = ""
    file: Path = ""
    function: Annotated[str, msgspec.Meta(max_length=128)] = ""
    command: Path = ""
    # What started the run: only with its start.
    own: tuple[ChainPlace, ChainPlace] | None = None
    pidns: Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)] | None = None
    by: Annotated[str, msgspec.Meta(max_length=16)] = ""
    unit: Annotated[str, msgspec.Meta(max_length=256)] = ""
    invocation: Short = ""
    client: Short = ""
    tty: Short = ""
    user: Short = ""
    exe: Path = ""
    cwd: Path = ""
    args: Annotated[list[Annotated[str, msgspec.Meta(max_length=MAX_ARG)]], msgspec.Meta(max_length=MAX_ARGS)] = []
    sha256: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$", max_length=64)] = ""


class Event(msgspec.Struct, omit_defaults=True, gc=False):
    """One thing said; humed fills in host, run and what the kernel knows of the sayer. Times are ns."""

    v: typing.Literal[1]
    id: EventId
    kind: Kind
    time: Nanoseconds
    boot: Annotated[str, msgspec.Meta(max_length=36)] = ""
    mono: Nanoseconds = 0
    host: Annotated[str, msgspec.Meta(max_length=255)] = ""
    task: Annotated[str, msgspec.Meta(max_length=MAX_NAME)] = ""
    run: EventId | None = None
    within: EventId | None = None
    sayer: ChainLink | None = None
    parent: EventId | None = None
    link: EventId | None = None
    level: Level = "info"
    message: Annotated[str, msgspec.Meta(max_length=MAX_MESSAGE)] = ""
    tags: Annotated[list[Name], msgspec.Meta(max_length=MAX_TAGS)] = []
    data: Annotated[dict[Name, Value], msgspec.Meta(max_length=MAX_DATA)] = {}
    unit: Annotated[str, msgspec.Meta(max_length=16)] = ""
    ttl: Annotated[int, msgspec.Meta(ge=1, le=3_153_600_000)] | None = None
    flag: Annotated[str, msgspec.Meta(max_length=MAX_NAME)] = ""
    progress: tuple[float, float] | None = None
    status: Annotated[int, msgspec.Meta(ge=0, le=255)] | None = None
    outcome: Outcome | None = None
    signal: Annotated[int, msgspec.Meta(ge=1, le=64)] | None = None
    output: Annotated[str, msgspec.Meta(max_length=MAX_OUTPUT)] = ""
    cut: Annotated[list[str], msgspec.Meta(max_length=MAX_CUT)] = []
    expect: Annotated[
        dict[Short, Annotated[str, msgspec.Meta(max_length=MAX_TEXT_VALUE)]], msgspec.Meta(max_length=MAX_EXPECT)
    ] = {}
    origin: Origin = msgspec.field(default_factory=Origin)


class OrderKey(typing.NamedTuple):
    """Position among the events of one run: the order in which things were said, whatever way they took."""

    boot: str
    mono: int
    id: str


def order_key(event: Event) -> OrderKey:
    """Return where this event stands among those of its run."""
    return OrderKey(event.boot, event.mono, event.id)


def is_number(value: object) -> bool:
    """Tell whether a value is one that a unit belongs to. True is an int to Python, and no number."""
    return type(value) in (int, float)


def unit_of(value: Value, unit: str) -> str:
    """Return the unit of one of the values that were said together with a unit: numbers have it, the others none."""
    return unit if is_number(value) else ""
