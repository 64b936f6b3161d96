# SPDX-License-Identifier: MIT
"""Waits between tries grow to their bound, are drawn by chance below it, and begin anew after a success."""

from humeops.daemon.backoff import Backoff


def test_a_wait_is_drawn_between_a_tenth_of_its_bound_and_the_bound():
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return low

    backoff = Backoff(1.0, 8.0, draw)

    for _ in range(5):
        backoff.next_seconds()
    backoff.reset()
    backoff.next_seconds()

    assert drawn == [(0.1, 1.0), (0.2, 2.0), (0.4, 4.0), (0.8, 8.0), (0.8, 8.0), (0.1, 1.0)]
