# SPDX-License-Identifier: MIT
"""A witness beside the spool: how far its numbering and central had come, so that a spool that went back is found out.

SQLite cannot tell: one flipped bit in the middle of a WAL discards every later committed transaction, and what is left
passes every check (docs/design/spool.md). So after each commit a few bytes are written to a small mapped file as well,
unsynced: they survive the death of humed, and after a power cut they may be behind the spool, never ahead of it. When the
witness is ahead at start, events that were acknowledged are gone from the spool.

Two places are written in turn, each with its sum: a torn or damaged one leaves the other.
"""

import contextlib
import errno
import mmap
import os
import pathlib
import stat
import struct
import uuid
import zlib
from typing import NamedTuple

from humeops.errors import ConfigError

_FORM = struct.Struct("<8s16sqqQ")  # magic, epoch, seq, committed_upto, and how often it was written
_SUM = struct.Struct("<I")
_MAGIC = b"HUMEHW2\0"
_LENGTH = _FORM.size + _SUM.size
_PLACE_BYTES = 64
NAME = "spool.high"  # beside the spool
# A witness that cannot be written now stays behind, which it may. Any other error is the disk failing.
_NO_ROOM_NOW = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class Mark(NamedTuple):
    """The furthest point of one epoch: the last seq given, and how far central had committed."""

    epoch: str
    seq: int
    committed_upto: int = 0


def peek(path: pathlib.Path) -> Mark | None:
    """Return what the witness says, for those who only look; None when there is none, or none to read."""
    try:
        # O_NONBLOCK: a FIFO of that name would keep us for ever.
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return _latest(fd)[1]
    except OSError:
        return None
    finally:
        os.close(fd)


def check_place(path: pathlib.Path) -> None:
    """Raise ConfigError when what is there is no file: humed cannot keep its witness in it."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ConfigError(
                f"{path}: humed's witness belongs there, and something else is in its place; move it away"
            )


class HighWater:
    """The file; made when absent. What is not readable counts as nothing seen."""

    def __init__(self, path: pathlib.Path) -> None:
        check_place(path)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            self._count, self._seen = _latest(self._fd)
            self._map = self._mapped()
        finally:
            os.close(self._fd)

    def read(self) -> Mark | None:
        """Return what had been noted last when the file was opened; None when nothing was, or nothing readable."""
        return self._seen

    def note(self, epoch: str, seq: int, committed_upto: int) -> None:
        """Write down that this much is committed; call it after the commit, never before."""
        if self._map is None:
            return
        self._count += 1
        content = _FORM.pack(_MAGIC, uuid.UUID(epoch).bytes, seq, committed_upto, self._count)
        place = self._count % 2 * _PLACE_BYTES
        self._map[place : place + _LENGTH] = content + _SUM.pack(zlib.crc32(content))

    def close(self) -> None:
        """Let go of the file."""
        if self._map is not None:
            self._map.close()

    def _mapped(self) -> mmap.mmap | None:
        # Written before it is mapped, so that its block is there: a store into a hole of a full disk would be the end.
        size = 2 * _PLACE_BYTES
        try:
            os.pwrite(self._fd, os.pread(self._fd, size, 0).ljust(size, b"\0"), 0)
        except OSError as error:
            if error.errno not in _NO_ROOM_NOW:
                raise
            return None
        return mmap.mmap(self._fd, size)


def _latest(fd: int) -> tuple[int, Mark | None]:
    places = (os.pread(fd, _LENGTH, number * _PLACE_BYTES) for number in range(2))
    return max(map(_unpack, places), key=_count_of)


def _unpack(place: bytes) -> tuple[int, Mark | None]:
    content, told = place[: _FORM.size], place[_FORM.size :]
    if len(told) != _SUM.size or _SUM.pack(zlib.crc32(content)) != told or not content.startswith(_MAGIC):
        return 0, None
    _, epoch, seq, committed_upto, count = _FORM.unpack(content)
    return count, Mark(str(uuid.UUID(bytes=epoch)), seq, committed_upto)


def _count_of(place: tuple[int, Mark | None]) -> int:
    return place[0]
