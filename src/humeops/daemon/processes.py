# SPDX-License-Identifier: MIT
"""The processes of this host as humed sees them in /proc: which is alive, who stands above whom, whose they are.

A process is named by its number and its start time, which together are never used twice within one boot. What is not
there is None or nothing, never an error: processes end while one looks at them. But what cannot be read for another reason
(no descriptor left, a /proc that hides other users' processes) is not taken for ended: a living script must not be declared
gone. Reading one takes about 10 µs, so this is asked only where something hangs on it, never for each event.
"""

import os
import pathlib
from collections.abc import Iterator
from typing import NamedTuple

from humeops.event import MAX_CHAIN

Link = tuple[int, int]  # process number and start time in ticks, as in `origin.chain`

PROC = pathlib.Path("/proc")
_BOOT_ID = "sys/kernel/random/boot_id"
# Fields of /proc/PID/stat, counted from the state, which follows the command's name; proc_pid_stat(5).
_STATE, _PARENT, _THREADS, _START = 0, 1, 17, 19
_ENDED_STATES = (b"Z", b"X")
_STAT_BYTES = 1_024
_STATUS_BYTES = 8_192


class Seen(NamedTuple):
    """One process at the moment it was looked at."""

    link: Link
    parent: int
    is_ended: bool


class Processes:
    """The kernel's table of processes. `proc`: where it is mounted."""

    def __init__(self, proc: pathlib.Path = PROC) -> None:
        self._proc = str(proc)
        self.boot = self._read_if_readable(_BOOT_ID).decode("ascii", "replace").strip()
        self.pidns = self._number_of_namespace()

    def look(self, pid: int) -> Seen | None:
        """Return this process, or None when there is none of this number; raise OSError when that cannot be told."""
        raw = self._read(f"{pid}/stat", _STAT_BYTES)
        if not raw:
            return None
        # The command's name may hold anything, brackets too: what follows the last one is the kernel's.
        fields = raw[raw.rfind(b")") + 2 :].split()
        try:
            # The first thread may have ended while others work on.
            is_ended = fields[_STATE] in _ENDED_STATES and int(fields[_THREADS]) <= 1
            return Seen((pid, int(fields[_START])), int(fields[_PARENT]), is_ended)
        except (IndexError, ValueError):
            return None

    def is_alive(self, link: Link) -> bool:
        """Tell whether this very process still runs, as far as can be told; one that only waits to be reaped does not."""
        try:
            seen = self.look(link[0])
        except OSError:
            return True
        return seen is not None and seen.link == link and not seen.is_ended

    def is_hidden(self, pid: int) -> bool:
        """Tell whether a process of this number is there though nothing of it can be read."""
        try:
            if self.look(pid) is not None:
                return False
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True  # it may not be touched: so it is there
        return self._look_if_readable(pid) is None

    def above(self, pid: int) -> Iterator[Link]:
        """Yield this process and those above it, nearest first."""
        youngest: int | None = None
        for _ in range(MAX_CHAIN + 2):
            seen = self._look_if_readable(pid) if pid > 0 else None
            # Nobody is older than his parent: else the number was taken by another between two looks.
            if seen is None or (youngest is not None and seen.link[1] > youngest):
                return
            yield seen.link
            pid, youngest = seen.parent, seen.link[1]

    def user_of(self, pid: int) -> int | None:
        """Return the user in whose name this process acts."""
        for line in self._read_if_readable(f"{pid}/status").splitlines():
            if line.startswith(b"Uid:"):
                return int(line.split()[2])  # real, effective, saved, of the file system
        return None

    def groups_of(self, pid: int) -> str:
        """Return the lines of the process's control groups, one a hierarchy; empty when they cannot be read."""
        return self._read_if_readable(f"{pid}/cgroup").decode("utf-8", "surrogateescape")

    def _number_of_namespace(self) -> int | None:
        try:
            return os.stat(f"{self._proc}/self/ns/pid").st_ino
        except OSError:
            return None

    def _look_if_readable(self, pid: int) -> Seen | None:
        try:
            return self.look(pid)
        except OSError:
            return None

    def _read_if_readable(self, name: str) -> bytes:
        try:
            return self._read(name, _STATUS_BYTES) or b""
        except OSError:
            return b""

    def _read(self, name: str, most: int) -> bytes | None:
        try:
            fd = os.open(f"{self._proc}/{name}", os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            return os.read(fd, most)
        except ProcessLookupError:
            return None  # it ended between the two
        finally:
            os.close(fd)
