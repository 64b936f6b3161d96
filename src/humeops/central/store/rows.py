# SPDX-License-Identifier: MIT
"""How events stand in the database: ids as 16 bytes, what is only shown as one JSON text."""

import functools
from typing import Annotated, Any

import msgspec

from humeops.event import SEVERITY, Event, EventId, Origin, Outcome, Value
from humeops.wire.eventid import make_event_id

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
UPTO = 2**63 - 1  # the largest integer a column holds
_LAST_ID_NS = ((1 << 48) - 1) * 1_000_000


class Rest(msgspec.Struct, omit_defaults=True, gc=False):
    """What of an event is only shown, never searched."""

    data: dict[str, Value] = {}
    unit: str = ""
    ttl: int | None = None
    flag: str = ""
    progress: tuple[float, float] | None = None
    status: int | None = None
    outcome: Outcome | None = None
    cut: list[str] = []
    origin: Origin | None = None
    signal: int | None = None
    output: str = ""
    expect: dict[str, str] = {}


_to_json = msgspec.json.Encoder().encode
read_rest = msgspec.json.Decoder(Rest).decode
read_tags = msgspec.json.Decoder(list[str]).decode


def is_id(text: str) -> bool:
    """Tell whether this has the form of an event's id."""
    try:
        msgspec.convert(text, EventId)
    except msgspec.ValidationError:
        return False
    return True


def json_text(value: Any) -> str:
    """Return the JSON of a value, as text."""
    return _to_json(value).decode()


def key_of(event_id: str) -> bytes:
    """Return the 16 bytes of an id."""
    return bytes.fromhex(event_id.replace("-", ""))


# A run's id comes with each of its events, and several times more.
key_of_run = functools.lru_cache(maxsize=16_384)(key_of)


def id_of(key: bytes) -> str:
    """Return the id that these 16 bytes are."""
    digits = key.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def made_at(event_id: str) -> int:
    """Return when an id was made, by the clock of whoever made it, to the millisecond; ns."""
    return int(event_id[:8] + event_id[9:13], 16) * 1_000_000


def first_key(wall_ns: int) -> bytes:
    """Return the least id of that millisecond: its time, and nothing but zeros where chance would be."""
    return key_of(make_event_id(min(wall_ns, _LAST_ID_NS), 0))[:6] + bytes(10)


def event_row(event: Event, key: bytes, epoch: int, seq: int, received_at: int) -> tuple[Any, ...]:
    """Return the event as a row, in the order of the table's columns."""
    return (
        key,
        epoch,
        seq,
        event.kind,
        SEVERITY[event.level],
        event.time,
        event.boot,
        event.mono,
        event.host,
        event.task,
        key_of_run(event.run) if event.run else None,
        event.message,
        json_text(event.tags) if event.tags else None,
        _rest_text(event),
        received_at,
        key_of(event.link) if event.link else None,
    )


def _rest_text(event: Event) -> str:
    return json_text(
        Rest(
            event.data,
            event.unit,
            event.ttl,
            event.flag,
            event.progress,
            event.status,
            event.outcome,
            event.cut,
            event.origin,
            event.signal,
            event.output,
            event.expect,
        )
    )
