# SPDX-License-Identifier: MIT
"""Where dropped files go that hold no acceptable event: kept for the operator to look at, bounded, in nobody's way.

Whoever may drop files may drop bad ones without end, so only the newest are kept; the count goes on.
"""

import contextlib
import logging
import os

from humeops.wire import dropfile

NAME = dropfile.QUARANTINE
KEPT = 1_000

log = logging.getLogger(__name__)


class Quarantine:
    """The folder of that name inside the drop folder; used by humed's loop alone."""

    def __init__(self, folder_fd: int) -> None:
        self._folder_fd = folder_fd
        self._fd = _open_own(folder_fd)
        # Oldest first by when they came here; their names say what their sayers liked.
        self._held = dict.fromkeys(_by_arrival(self._fd)) if self._fd is not None else {}
        self.count = len(self._held)
        self._let_go()

    def take(self, name: str) -> bool:
        """Move this file here, or delete it where that fails; return False when it cannot be had out of the way."""
        self.count += 1
        if self._fd is None:
            return _delete(self._folder_fd, name)
        try:
            os.rename(name, name, src_dir_fd=self._folder_fd, dst_dir_fd=self._fd)
        except FileNotFoundError:
            return True
        except OSError:
            # Another user's folder cannot be moved, only deleted when it is empty.
            return _delete(self._folder_fd, name)
        self._held.pop(name, None)
        self._held[name] = None
        self._let_go()
        return True

    def _let_go(self) -> None:
        while self._fd is not None and len(self._held) > KEPT:
            oldest = next(iter(self._held))
            del self._held[oldest]
            _delete(self._fd, oldest)

    def close(self) -> None:
        """Let go of the folder."""
        if self._fd is not None:
            os.close(self._fd)


def _open_own(folder_fd: int) -> int | None:
    # The drop folder is open to all: what has the name may be a link or a folder that somebody else made first.
    with contextlib.suppress(FileExistsError):
        os.mkdir(NAME, 0o700, dir_fd=folder_fd)
    try:
        fd = os.open(NAME, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder_fd)
    except OSError:
        fd = None
    if fd is not None and os.fstat(fd).st_uid == os.geteuid():
        return fd
    if fd is not None:
        os.close(fd)
    log.warning("%s in the drop folder is not humed's own: bad files are deleted instead of kept", NAME)
    return None


def _by_arrival(fd: int) -> list[str]:
    with os.scandir(fd) as entries:
        return [
            name for _, name in sorted((entry.stat(follow_symlinks=False).st_ctime_ns, entry.name) for entry in entries)
        ]


def _delete(fd: int, name: str) -> bool:
    for delete in (os.unlink, os.rmdir):
        try:
            delete(name, dir_fd=fd)
        except FileNotFoundError:
            return True
        except OSError:
            continue
        return True
    return False
