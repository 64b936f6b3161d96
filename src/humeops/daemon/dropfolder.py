# SPDX-License-Identifier: MIT
"""The drop folder: what callers left as files while humed could not answer (docs/protocol.md, section 4).

Anybody on the host may write there, so every file is hostile until read: opened without following links, a regular file
with one link, of a bounded size, whole by its checksum. What is not goes to quarantine/ and holds nothing else up.
A file is deleted only after the group that holds its event is durable: a crash in between takes it in twice, with the
same id.

*Design.* All is done through one descriptor, so that nobody can swap the folder under a step. Callers go by the path: where
it names another folder by now (removed, replaced, mounted over), `follow` changes over to that one between two steps. What
lies in the folder that was left stays there, and the log says where.
"""

import contextlib
import errno
import logging
import os
import pathlib
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from humeops.daemon.folders import make_folder
from humeops.daemon.folderwatch import FolderWatch
from humeops.daemon.loudness import is_loud
from humeops.daemon.quarantine import Quarantine
from humeops.errors import MalformedEventError
from humeops.wire import dropfile

log = logging.getLogger(__name__)

# Files that go to quarantine, of which each is logged; after that one of many.
LOUD_FILES = 20
STALE_TMP_NS = 3_600 * 1_000_000_000
# What opening says of things that are no files to read; anything else is this host's trouble and not the file's fault.
_NOT_A_FILE = frozenset((errno.ELOOP, errno.ENXIO, errno.ENODEV, errno.EACCES, errno.EPERM))


class Dropped(NamedTuple):
    """One file of the folder, read: the event's bytes and the owner of the file."""

    name: str
    body: bytes
    uid: int


class Census(NamedTuple):
    """How many of its entries are events that wait, and how many are none of humed's: other names, and what it cannot move."""

    waiting: int
    foreign: int


class DropFolder:
    """The folder that the path names, read through one descriptor."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self._fd = _open(path)
        self._quarantine = Quarantine(self._fd)
        self._stuck: set[str] = set()
        self._aside: set[str] = set()
        self._aside_users: set[int] = set()
        self._put_away = 0  # into quarantine, by this humed
        self.has_put_off = False
        self.trouble = ""  # why what callers drop is not read, or not deleted; empty when all is well
        self.watch = FolderWatch(path)

    @property
    def quarantined(self) -> int:
        """How many files lie in quarantine or went there since this humed started."""
        return self._quarantine.count

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode of the folder that is read, by which others tell whether it is the one they drop into."""
        return _identity(os.fstat(self._fd))

    def follow(self) -> bool:
        """Change over to the folder that the path names by now; return whether it is another one. One stat if it is not.

        Where there is none it is made; where that fails, humed goes on with what it has, and `trouble` says why.
        """
        try:
            if _identity(os.stat(self.path)) == self.identity:
                self._complain(_lacks(self._fd, self.path))
                return False
        except OSError:
            pass  # nothing there that can be seen: opening it makes it, or says why not
        try:
            fd = _open(self.path)
        except OSError as error:
            self._complain(f"{self.path} is no longer the folder that humed reads: {os.strerror(error.errno or 0)}")
            return False
        self._leave()
        self._fd, self._quarantine, self._stuck = fd, Quarantine(fd), set()
        self.watch.turn_to(self.path)
        self._complain(_lacks(fd, self.path))
        return True

    def _leave(self) -> None:
        left = (
            f"; events stay in the one before, {_whereabouts(self._fd)}: {count}"
            if (count := len(self.names()))
            else ""
        )
        log.warning("%s is another folder now and is read from here on%s", self.path, left)
        self._quarantine.close()
        os.close(self._fd)

    def _complain(self, trouble: str) -> None:
        # Once for each trouble: it is looked at again with every heartbeat.
        if trouble and trouble != self.trouble:
            log.error("%s", trouble)
        self.trouble = trouble

    def names(self) -> list[str]:
        """Return the names of dropped events, oldest first: they begin with the time they were said."""
        with os.scandir(self._fd) as entries:
            found = {entry.name for entry in entries if dropfile.is_drop_name(entry.name)}
        return self._usable(found)

    def census(self) -> Census:
        """Count what lies there, also what `names` passes over."""
        with os.scandir(self._fd) as entries:
            found = [entry.name for entry in entries]
        waiting = len(self._usable(set(filter(dropfile.is_drop_name, found))))
        return Census(waiting + len(self._aside), sum(map(dropfile.is_foreign, found)) + len(self._stuck))

    def dropped(self, names: Iterable[str]) -> list[str]:
        """Return those of these names, that the kernel told, that are dropped events to look at."""
        return self._left_of(set(filter(dropfile.is_drop_name, names)))

    def _usable(self, found: set[str]) -> list[str]:
        """Return those to look at of all that there are."""
        self._stuck &= found
        self._aside &= found
        return self._left_of(found)

    def _left_of(self, found: set[str]) -> list[str]:
        # What can neither be moved nor deleted, such as somebody's full folder, must not be looked at again and again.
        return sorted(found - self._stuck - self._aside)

    def set_aside(self, file: Dropped) -> None:
        """Leave a file where it is and look at it no more until `recall`: others behind it must not wait for its user.

        Nor may what he dropped later overtake it: see `is_aside`.
        """
        self._aside.add(file.name)
        self._aside_users.add(file.uid)

    def is_aside(self, uid: int) -> bool:
        """Tell whether a file of this user was set aside, so that his others have to wait, too."""
        return uid in self._aside_users

    @property
    def has_aside(self) -> bool:
        """Whether files were set aside."""
        return bool(self._aside)

    def recall(self) -> None:
        """Look at the files that were set aside again."""
        self._aside.clear()
        self._aside_users.clear()

    def owners(self, names: list[str]) -> set[int]:
        """Return the users whose files these are, as far as they are still there."""
        found = set()
        for name in names:
            with contextlib.suppress(OSError):
                found.add(os.stat(name, dir_fd=self._fd, follow_symlinks=False).st_uid)
        return found

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
        self._put_away += 1
        if is_loud(self._put_away, LOUD_FILES):
            told = why.encode("unicode_escape").decode("ascii")
            log.warning("%s goes to quarantine: %s (%d so far)", name, told, self._put_away)
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
        self.watch.close()
        self._quarantine.close()
        os.close(self._fd)


def _open(path: pathlib.Path) -> int:
    make_folder(path, 0o700)
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _whereabouts(fd: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return "wherever it was moved to"  # no /proc here


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _lacks(fd: int, path: pathlib.Path) -> str:
    # Under systemd's ProtectSystem a folder that came later is read-only to this humed, whatever its rights.
    may = os.access(".", os.W_OK | os.X_OK, dir_fd=fd)
    return "" if may else f"humed may not delete in {path} what it has taken in"
