# SPDX-License-Identifier: MIT
"""The seal beside each event in the spool: its number, its length, and a sum over both and the bytes. Pure.

SQLite keeps no sum of what it stores. The seal tells a changed event from a sound one, whether it comes as a row or is
found in the raw bytes of a damaged file, where the seal lies right before the event.
"""

import struct
import zlib

_FORM = struct.Struct(">QII")  # seq, length of the body, CRC-32 of the two and the body
_HEAD = struct.Struct(">QI")
SIZE = _FORM.size


def make_seal(seq: int, body: bytes) -> bytes:
    """Return the seal of this event."""
    return _FORM.pack(seq, len(body), zlib.crc32(body, zlib.crc32(_HEAD.pack(seq, len(body)))))


def find_sealed(data: bytes, start: int) -> tuple[int, bytes] | None:
    """Return seq and bytes of the event that begins here, if a seal that fits lies before it."""
    if start < SIZE:
        return None
    seal = data[start - SIZE : start]
    seq, length, _ = _FORM.unpack(seal)
    body = data[start : start + length]
    return (seq, body) if make_seal(seq, body) == seal else None
