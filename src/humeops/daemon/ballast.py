# SPDX-License-Identifier: MIT
"""A file of nothing, kept for the day the disk is full.

On a full disk SQLite cannot even delete: the rows that central has committed could not be let go, and the spool would
never drain. humed then gives up its ballast, which frees enough for the deletes, and lays it down again when there is
room (docs/design/spool.md).
"""

import contextlib
import os
import pathlib

BALLAST_BYTES = 8 * 1024 * 1024


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


def free_bytes(folder: pathlib.Path) -> int:
    """Return what an unprivileged process may still write on this folder's file system."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
