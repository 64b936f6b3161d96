# SPDX-License-Identifier: MIT
"""How fast a backlog goes to central: so that a fleet which comes back after an outage does not flatten it.

Only full batches count: a host that sends as it hears is never held up. The pauses are jittered, so that hosts which were let in at
the same moment do not stay in step.
"""

import random
from collections.abc import Callable

_JITTER = 0.2


class Pace:
    """Counts nothing and does not sleep; 0 events a second: no pace."""

    def __init__(self, events_per_second: float, draw: Callable[[float, float], float] = random.uniform) -> None:
        self._rate = events_per_second
        self._draw = draw

    def pause_seconds(self, events: int, took_seconds: float) -> float:
        """Return how long to wait after a full batch of so many events that took so long."""
        if not self._rate:
            return 0.0
        return max(0.0, events / self._rate * self._draw(1 - _JITTER, 1 + _JITTER) - took_seconds)
