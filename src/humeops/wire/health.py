# SPDX-License-Identifier: MIT
"""How a humed fares, as it tells central with its keepalive (docs/protocol.md, section 6). Pure.

It is a word for people, not a part of the record: one that cannot be read is left out, and costs its batch nothing.
"""

from typing import Annotated

import msgspec

from humeops.event import MAX_INT64

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)]
Word = Annotated[str, msgspec.Meta(max_length=64)]
MAX_BYTES = 4_096


class Health(msgspec.Struct, omit_defaults=True):
    """One humed at one moment."""

    version: Word = ""
    depth: Count = 0  # events that wait for central
    oldest_age_seconds: Annotated[float, msgspec.Meta(ge=0, le=1e12)] | None = None
    dropped: Count = 0  # events given up in the life of its spool, but for what rules dropped
    open_runs: Count = 0
    room: Word = ""  # what it takes now, when that is not everything
    drop_waiting: Count = 0  # files in its drop folder
    quarantined: Count = 0
    rules_trouble: bool = False
    outputs_waiting: Count = 0  # outputs that take no events
    uptime_seconds: Annotated[float, msgspec.Meta(ge=0, le=1e12)] = 0.0


_decoder = msgspec.json.Decoder(Health)
pack = msgspec.json.encode


def unpack(raw: bytes) -> Health | None:
    """Return what these bytes say; None when they say nothing of the kind."""
    if not raw or len(raw) > MAX_BYTES:
        return None
    try:
        return _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
