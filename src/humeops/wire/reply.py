# SPDX-License-Identifier: MIT
"""humed's reply, one line: `CODE SP ID [SP TEXT]` (docs/protocol.md, section 3). Pure.

The codes are exit codes, so that the client's `--strict` status is the reply itself.
"""

import typing

from humeops.errors import Exit, MalformedEventError

MAX_REPLY_BYTES = 1_024


class Reply(typing.NamedTuple):
    """What became of an event: a code, the event's id (or `-`), and why when it was not stored."""

    code: int
    id: str
    text: str


def pack_reply(code: Exit, event_id: str = "-", text: str = "") -> bytes:
    """Return the frame; a long reason is cut, so that a client's fixed buffer always holds it."""
    line = f"{code.value} {event_id} {' '.join(text.split())}" if text else f"{code.value} {event_id}"
    frame = line.encode("utf-8", "replace")
    # The cut may fall inside a character, whose first bytes then go too.
    return frame if len(frame) <= MAX_REPLY_BYTES else frame[:MAX_REPLY_BYTES].decode("utf-8", "ignore").encode()


def unpack_reply(frame: bytes) -> Reply:
    """Return the reply in this frame, or raise MalformedEventError."""
    code, _, rest = frame.decode("utf-8", "replace").partition(" ")
    if not (code.isascii() and code.isdigit() and len(code) <= 3 and rest):
        raise MalformedEventError("not a reply of humed")
    event_id, _, text = rest.partition(" ")
    return Reply(int(code), event_id, text)
