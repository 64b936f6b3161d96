# SPDX-License-Identifier: MIT
"""The drop folder: what callers left as files while humed could not answer (docs/protocol.md, section 4).

Anybody on the host may write there, so every file is hostile until read: opened without following links, a regular file
with one link, of a bounded size, whole by its checksum. What is not goes to quarantine/ and holds nothing else up.
A file is deleted only after the group that holds its event is durable: a crash in between takes it in twice, with the
same id.
"""

import contextlib
import errno
import logging
import os
import pathlib
import stat
from collections.abc import Iterator
from typing import NamedTuple

import inotify_simple

from humeops.daemon.folders import make_folder
from humeops.daemon.quarantine import Quarantine
from humeops.errors import MalformedEventError
from humeops.wire import dropfile

log = logging.getLogger(__name__)

STALE_TMP_NS = 3_600 * 1_000_000_000
_NEWS_BYTES = 65_536
# What opening says of things that are no files to read; anything else is this host's trouble and not the file's fault.
_NOT_A_FILE = frozenset((errno.ELOOP, errno.ENXIO, errno.ENODEV, errno.EACCES, errno.EPERM))


class Dropped(NamedTuple):
    """One file of the folder, read: the event's bytes and the owner of the file."""

    name: str
    body: bytes
    uid: int


class DropFolder:
    """Reads the folder through one descriptor, so that nobody can swap the folder under it."""

    def __init__(self, path: pathlib.Path) -> None:
        make_folder(path, 0o700)
        self._fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._quarantine = Quarantine(self._fd)
        self._stuck: set[str] = set()
        self.has_put_off = False
        self._inotify = _watch(path)

    @property
    def quarantined(self) -> int:
        """How many files lie in quarantine or went there since this humed started."""
        return self._quarantine.count

    def fileno(self) -> int | None:
        """Return the descriptor that becomes readable when a file comes; None where the kernel gives none."""
        return None if self._inotify is None else self._inotify.fileno()

    def has_news(self) -> bool:
        """Tell whether files may have come since the last call; without inotify always."""
        if self._inotify is None:
            return True
        # What the kernel says is thrown away unread: only that it says something matters, and this is on every ack's way.
        try:
            return bool(os.read(self._inotify.fileno(), _NEWS_BYTES))
        except BlockingIOError:
            return False

    def names(self) -> list[str]:
        """Return the names of dropped events, oldest first: they begin with the time they were said."""
        with os.scandir(self._fd) as entries:
            found = {entry.name for entry in entries if dropfile.is_drop_name(entry.name)}
        # What can neither be moved nor deleted, such as somebody's full folder, must not be looked at again and again.
        self._stuck &= found
        return sorted(found - self._stuck)

    def read(self, names: list[str]) -> Iterator[Dropped]:
        """Yield the files that hold a whole event; quarantine the others, skip those that went away.

        A file that cannot be read for a reason of this host's (no descriptor left, a failing disk) stays where it is, and
        `has_put_off` says that there is something to come back to.
        """
        self.has_put_off = False
        for name in names:
            try:
                yield self._read_one(name)
            except FileNotFoundError:
                continue
            except MalformedEventError as error:
                # The operator sees it in `hume queue`; the file is kept for him to look at.
                self.quarantine(name, str(error))
            except OSError as error:
                if error.errno in _NOT_A_FILE:
                    self.quarantine(name, f"not a file to be read: {os.strerror(error.errno)}")
                else:
                    self.has_put_off = True

    def _read_one(self, name: str) -> Dropped:
        # O_NONBLOCK: a FIFO put there must not hold humed; O_NOFOLLOW: nor a link lead it elsewhere.
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._fd)
        try:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or found.st_size > dropfile.MAX_FILE_BYTES:
                raise MalformedEventError("not a regular file of its own and a fair size")
            return Dropped(name, dropfile.unpack(os.read(fd, dropfile.MAX_FILE_BYTES)), found.st_uid)
        finally:
            os.close(fd)

    def quarantine(self, name: str, why: str) -> None:
        """Move a file out of the way, keeping it; one that cannot be moved is deleted or, failing that, ignored.

        The log says why; the reason may quote what somebody dropped, so what could steer a terminal is spelt out.
        """
        log.warning("%s goes to quarantine: %s", name, why.encode("unicode_escape").decode("ascii"))
        if not self._quarantine.take(name):
            self._stuck.add(name)

    def remove(self, names: list[str]) -> None:
        """Delete files whose events are durable in the spool."""
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._fd)

    def sweep(self, wall_ns: int) -> None:
        """Delete what callers that died half way left behind more than an hour ago."""
        with os.scandir(self._fd) as entries:
            for entry in entries:
                if dropfile.is_temporary_name(entry.name):
                    with contextlib.suppress(OSError):
                        if wall_ns - entry.stat(follow_symlinks=False).st_mtime_ns > STALE_TMP_NS:
                            os.unlink(entry.name, dir_fd=self._fd)

    def close(self) -> None:
        """Let go of the folder."""
        if self._inotify is not None:
            self._inotify.close()
        self._quarantine.close()
        os.close(self._fd)


def _watch(path: pathlib.Path) -> inotify_simple.INotify | None:
    # A host may have used up its inotify instances; humed then looks into the folder at every turn of its loop instead.
    try:
        watcher = inotify_simple.INotify(nonblocking=True)
        watcher.add_watch(path, inotify_simple.flags.CREATE | inotify_simple.flags.MOVED_TO)
    except OSError:
        return None
    return watcher
