# SPDX-License-Identifier: MIT
"""How much comes and goes a second, over about the last minute: noted at each heartbeat, so that an idle humed does no more than that."""

import collections

from humeops.clock import NS_PER_SECOND

_KEPT = 13  # heartbeats of 5 s: a minute, and where it began
_LEAST_SECONDS = 1.0


class Rates:
    """Counts of several things at moments; the times are ns of a clock that does not step."""

    def __init__(self) -> None:
        self._noted: collections.deque[tuple[int, tuple[int, ...]]] = collections.deque(maxlen=_KEPT)

    def note(self, now_ns: int, counts: tuple[int, ...]) -> None:
        """Remember how many there were by now."""
        self._noted.append((now_ns, counts))

    def since(self, now_ns: int, counts: tuple[int, ...]) -> list[float]:
        """Return how many of each came a second since the oldest moment that is remembered."""
        began_ns, before = self._noted[0] if self._noted else (now_ns, counts)
        seconds = max(_LEAST_SECONDS, (now_ns - began_ns) / NS_PER_SECOND)
        return [round((now - then) / seconds, 2) for now, then in zip(counts, before, strict=True)]
