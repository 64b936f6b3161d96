# SPDX-License-Identifier: MIT
"""A file of nothing, kept for the day the disk is full.

On a full disk SQLite cannot even delete: the rows that central has committed could not be let go, and the spool would
never drain. humed then gives up its ballast, which frees enough for the deletes, and lays it down again when there is
room (docs/design/spool.md).
"""

import contextlib
import logging
import os
import pathlib

BALLAST_BYTES = 8 * 1024 * 1024
# A shared index of the WAL, a WAL with a group in it, a pid file.
OPENING_BYTES = 1024 * 1024

log = logging.getLogger(__name__)


class Ballast:
    """The file beside the spool; none is wanted when its size is 0."""

    def __init__(self, path: pathlib.Path, size_bytes: int = BALLAST_BYTES) -> None:
        self._path = path
        self._size = size_bytes
        self.held = False

    def lay(self, free_bytes: int) -> bool:
        """Take the space if it leaves as much again free; return whether it is held."""
        if self.held or self._has_size():
            self.held = True
        elif free_bytes > 2 * self._size:
            self.held = self._allocate()
        return self.held

    def drop(self) -> bool:
        """Give the space back; return whether there was any."""
        self.held = False
        with contextlib.suppress(OSError):
            self._path.unlink()
            return True
        return False

    def _has_size(self) -> bool:
        try:
            return self._path.stat().st_size >= self._size
        except OSError:
            return False

    def _allocate(self) -> bool:
        # posix_fallocate, not a sparse file: only blocks that exist can be given back.
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError:
            return False
        try:
            os.posix_fallocate(fd, 0, self._size)
        except OSError:
            self.drop()
            return False
        finally:
            os.close(fd)
        return True


def beside(spool: pathlib.Path) -> pathlib.Path:
    """Return where the ballast of this spool is."""
    return spool.with_name("spool.ballast")


def make_room_to_open(spool: pathlib.Path) -> None:
    """Give up the ballast of a full disk: SQLite needs some room to as much as open a spool, and else nothing would drain."""
    if free_bytes(spool.parent) < OPENING_BYTES and Ballast(beside(spool)).drop():
        log.warning("the disk is full: the ballast is given up, so that the spool can be opened")


def free_bytes(folder: pathlib.Path) -> int:
    """Return what an unprivileged process may still write on this folder's file system."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
