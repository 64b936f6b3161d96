# SPDX-License-Identifier: MIT
"""A witness beside the spool: how far its numbering had come, so that a spool that silently went back is found out.

SQLite cannot tell: one flipped bit in the middle of a WAL discards every later committed transaction, and what is left
passes every check (docs/design/spool.md). So the last committed seq is also written to a small mapped file after each
commit. That costs no system call; it survives the death of humed, and after a power cut it may be behind the spool but
never ahead of it. When it is ahead at start, events that were acknowledged are gone: humed says so in a loss event.
"""

import mmap
import os
import pathlib
import struct
import uuid
from typing import NamedTuple

_FORM = struct.Struct("<8s16sq")  # magic, epoch, seq
_MAGIC = b"HUMEHW1\0"


class Mark(NamedTuple):
    """The furthest point of one epoch."""

    epoch: str
    seq: int


class HighWater:
    """The mapped file; made when absent, and begun anew when it holds nothing sensible."""

    def __init__(self, path: pathlib.Path) -> None:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.ftruncate(fd, _FORM.size)
            self._map = mmap.mmap(fd, _FORM.size)
        finally:
            os.close(fd)

    def read(self) -> Mark | None:
        """Return what was noted last; None when nothing was, or nothing readable."""
        magic, epoch, seq = _FORM.unpack(self._map[:])
        return Mark(str(uuid.UUID(bytes=epoch)), seq) if magic == _MAGIC else None

    def note(self, epoch: str, seq: int) -> None:
        """Write down that this seq is committed; call it after the commit, never before."""
        self._map[:] = _FORM.pack(_MAGIC, uuid.UUID(epoch).bytes, seq)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
