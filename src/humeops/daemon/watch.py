# SPDX-License-Identifier: MIT
"""Tells when a process ends: by a descriptor of the process that becomes readable then, or by looking at it now and again.

Descriptors (pidfds) cost nothing until something happens, and all of them stand in one epoll, whose own descriptor waits in
humed's loop. There is a most to them: libzmq ends the whole process when a socket finds none left, so some are kept free.
Processes beyond that are looked at in rounds, each within ten seconds, a few at a time, so that the loop never waits. They
move up as descriptors become free.
"""

import collections
import contextlib
import enum
import errno
import os
import resource
import select

from humeops.clock import NS_PER_SECOND
from humeops.daemon.processes import Link, Processes

MOST_DESCRIPTORS = 10_000
# For callers' connections, the spool, the forwarding thread.
KEPT_FREE = 512
ROUND_SECONDS = 10.0
LOOKS_EVERY_SECONDS = 0.2
_LOOKS_A_ROUND = int(ROUND_SECONDS / LOOKS_EVERY_SECONDS)


class _State(enum.Enum):
    HELD = enum.auto()
    ENDED = enum.auto()
    NO_ROOM = enum.auto()


class Watch:
    """Processes that are watched. One instance lives in humed's loop; `add` as often as you like, `ended` at each turn."""

    def __init__(self, processes: Processes, most: int | None = None) -> None:
        self._processes = processes
        self._most = find_room() if most is None else most
        self._epoll = select.epoll()
        self._fds: dict[Link, int] = {}
        self._by_fd: dict[int, Link] = {}
        self._looked_at: collections.OrderedDict[Link, None] = collections.OrderedDict()
        self._next_looks_ns = 0
        self._ended: list[Link] = []

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when a process ends."""
        return self._epoll.fileno()

    @property
    def held(self) -> int:
        """How many are watched by a descriptor."""
        return len(self._fds)

    @property
    def looked_at(self) -> int:
        """How many are looked at in rounds."""
        return len(self._looked_at)

    def add(self, link: Link) -> None:
        """Watch this process; one that has ended already is among those that `ended` tells next."""
        if link not in self._fds and link not in self._looked_at and self._look(link) is _State.NO_ROOM:
            self._looked_at[link] = None

    def remove(self, link: Link) -> None:
        """Let go of it."""
        self._looked_at.pop(link, None)
        if (fd := self._fds.pop(link, None)) is not None:
            del self._by_fd[fd]
            os.close(fd)  # which takes it out of the epoll

    def ended(self, now_ns: int) -> list[Link]:
        """Return those that ended since the last call, and let go of them."""
        for fd, _ in self._epoll.poll(0):
            link = self._by_fd[fd]
            self.remove(link)
            self._ended.append(link)
        self._look_around(now_ns)
        ended, self._ended = self._ended, []
        return ended

    def patience_seconds(self, now_ns: int) -> float | None:
        """Return how long the loop may wait before `ended` has something to look at; None: until the descriptor says so."""
        if self._ended:
            return 0.0
        return max(0.0, (self._next_looks_ns - now_ns) / NS_PER_SECOND) if self._looked_at else None

    def close(self) -> None:
        """Let go of all."""
        for link in list(self._fds):
            self.remove(link)
        self._epoll.close()

    def _look_around(self, now_ns: int) -> None:
        if not self._looked_at or now_ns < self._next_looks_ns:
            return
        self._next_looks_ns = now_ns + int(LOOKS_EVERY_SECONDS * NS_PER_SECOND)
        for _ in range(-(-len(self._looked_at) // _LOOKS_A_ROUND)):
            link, _ = self._looked_at.popitem(last=False)
            if self._look(link) is _State.NO_ROOM:
                self._looked_at[link] = None

    def _look(self, link: Link) -> _State:
        state = self._hold(link) if self.held < self._most else _State.NO_ROOM
        if state is _State.NO_ROOM and not self._lives(link):
            state = _State.ENDED
        if state is _State.ENDED:
            self._ended.append(link)
        return state

    def _hold(self, link: Link) -> _State:
        try:
            fd = os.pidfd_open(link[0])
        except OSError as error:
            # Whatever the kernel has against it (no descriptors left, no such call), looking at it still works.
            return _State.ENDED if error.errno == errno.ESRCH else _State.NO_ROOM
        # The descriptor holds whoever had the number when it was opened: only now is it worth asking who that is.
        if not self._lives(link):
            os.close(fd)
            return _State.ENDED
        self._fds[link], self._by_fd[fd] = fd, link
        self._epoll.register(fd, select.EPOLLIN)
        return _State.HELD

    def _lives(self, link: Link) -> bool:
        return self._processes.is_alive(link) or self._processes.is_hidden(link[0])


def find_room() -> int:
    """Return how many descriptors may be held, after raising this process's limit as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        # A service's limits are its unit's; where they may not be changed, fewer are held.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    allowed = MOST_DESCRIPTORS + KEPT_FREE if soft == resource.RLIM_INFINITY else soft
    return max(0, min(MOST_DESCRIPTORS, allowed - KEPT_FREE))
