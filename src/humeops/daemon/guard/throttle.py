# SPDX-License-Identifier: MIT
"""The rate of each user: who says more than that waits for his acks, and he alone.

*Design.* A request over the rate is held here, in its user's own line, and handed out when it is due; nobody else's stands behind it. A line is bounded,
in number and bytes: who goes on beyond it is told 75 at once. Nothing that is held is acknowledged, so a death loses nothing.
"""

import collections
import enum
from collections.abc import Iterator

from humeops.clock import NS_PER_SECOND
from humeops.daemon.door import Request

MAX_HELD = 1_000
MAX_HELD_BYTES = 4 * 1024 * 1024
# Users for whom a rate is kept in mind; one who has been silent for a while is forgotten.
MAX_USERS = 4_096


class Place(enum.Enum):
    """Where a request goes."""

    NOW = 1
    HELD = 2
    FULL = 3


class _Line:
    def __init__(self) -> None:
        self._requests: collections.deque[Request] = collections.deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._requests)

    def __iter__(self) -> Iterator[Request]:
        return iter(self._requests)

    @property
    def is_full(self) -> bool:
        return len(self._requests) >= MAX_HELD or self._bytes > MAX_HELD_BYTES

    def join(self, request: Request) -> None:
        self._requests.append(request)
        self._bytes += _size(request)

    def leave(self) -> Request:
        request = self._requests.popleft()
        self._bytes -= _size(request)
        return request


def _size(request: Request) -> int:
    return len(request.body) if isinstance(request.body, bytes) else 0


class Throttle:
    """Holds back what is over the rate; 0: no rate. Times are ns of one clock that does not step."""

    def __init__(self, events_per_second: float, burst_events: int) -> None:
        self._lines: dict[int | None, _Line] = {}
        self._due: dict[int | None, int] = {}
        self.adopt(events_per_second, burst_events)

    def adopt(self, events_per_second: float, burst_events: int) -> None:
        """Go by this rate from now on."""
        self._each_ns = int(NS_PER_SECOND / events_per_second) if events_per_second else 0
        self._burst_ns = self._each_ns * (burst_events - 1)

    @property
    def refill_seconds(self) -> float:
        """After how long somebody who said nothing may say a whole burst again, as far as it is of use to know: 0.1 to 1."""
        return min(1.0, max(0.1, self._burst_ns / NS_PER_SECOND))

    def is_within(self, uid: int | None, now_ns: int) -> bool:
        """Tell whether this user may say one more now, and count it if so."""
        if not self._each_ns:
            return True
        at = max(self._due.get(uid, 0), now_ns)
        if at - now_ns > self._burst_ns:
            return False
        if uid not in self._due and len(self._due) >= MAX_USERS:
            self._due = {user: due for user, due in self._due.items() if due > now_ns}
        self._due[uid] = at + self._each_ns
        return True

    def place(self, request: Request, now_ns: int) -> Place:
        """Say whether this request is taken now, held, or sent away."""
        uid = request.sayer.uid
        line = self._lines.get(uid)
        if line is None:
            if self.is_within(uid, now_ns):
                return Place.NOW
            line = self._lines[uid] = _Line()
        elif line.is_full:
            return Place.FULL
        line.join(request)
        return Place.HELD

    def take_due(self, now_ns: int, most: int) -> list[Request]:
        """Return held requests whose time has come, of each user in the order they came."""
        due: list[Request] = []
        for uid in list(self._lines):
            line = self._lines[uid]
            while len(line) and len(due) < most and self.is_within(uid, now_ns):
                due.append(line.leave())
            if not len(line):
                del self._lines[uid]
        return due

    def take_all(self) -> list[Request]:
        """Return everything that is held: at the end there is no waiting."""
        held = [request for line in self._lines.values() for request in line]
        self._lines.clear()
        return held

    def patience_ns(self, now_ns: int) -> int | None:
        """Return how long until a held request is due; None when none is held."""
        return min((max(0, self._due[uid] - self._burst_ns - now_ns) for uid in self._lines), default=None)
