# SPDX-License-Identifier: MIT
"""How far one output has come in the spool: a line in a file of its own, so that nothing but humed's loop writes the spool.

It is moved after the output has an event, never before, so a death in between says an event twice and loses none. It is not
synced: after a power cut it may be behind, which again says some twice. A line that cannot be read counts as nothing read.
"""

import contextlib
import os
import pathlib
import zlib

from humeops.wire import batch

_MAX_BYTES = 256


class Cursor:
    """The file; made when absent."""

    def __init__(self, path: pathlib.Path, epoch: str, last_seq: int) -> None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        self._epoch = epoch
        known, seq = _unpack(os.pread(self._fd, _MAX_BYTES, 0))
        # Another life of the spool, or a spool that was put back: its numbers say nothing here.
        self.seq = seq if known == epoch and seq <= last_seq else 0

    def move(self, seq: int) -> None:
        """Note that the output has everything up to this one."""
        self.seq = seq
        # A full disk: what it missed to note is said again after a restart.
        with contextlib.suppress(OSError):
            os.pwrite(self._fd, _pack(self._epoch, seq), 0)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)


def _pack(epoch: str, seq: int) -> bytes:
    said = f"{epoch} {seq:020d}"
    return f"{said} {zlib.crc32(said.encode()):08x}\n".encode()


def _unpack(line: bytes) -> tuple[str, int]:
    parts = line.decode("ascii", "replace").split()
    if len(parts) != 3 or not batch.is_epoch(parts[0]) or not parts[1].isdigit() or len(parts[1]) != 20:
        return "", 0
    epoch, seq = parts[0], int(parts[1])
    return (epoch, seq) if _pack(epoch, seq).split() == line.split() else ("", 0)
