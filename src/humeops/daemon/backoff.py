# SPDX-License-Identifier: MIT
"""How long to wait before the next try: doubling, bounded, with full jitter so that a fleet does not come back at once.

Source: the "full jitter" form of exponential back-off (a uniform draw below the doubled bound).
"""

import random
from collections.abc import Callable


class Backoff:
    """Counts failures; knows no clock and does not sleep."""

    def __init__(
        self, first_seconds: float, longest_seconds: float, draw: Callable[[float, float], float] = random.uniform
    ) -> None:
        self._first = first_seconds
        self._longest = longest_seconds
        self._draw = draw
        self._bound = first_seconds

    def next_seconds(self) -> float:
        """Return the wait after one more failure: at least a tenth of the bound, so that it never spins."""
        wait = self._draw(self._bound / 10, self._bound)
        self._bound = min(self._bound * 2, self._longest)
        return wait

    def reset(self) -> None:
        """Begin anew after a success."""
        self._bound = self._first
