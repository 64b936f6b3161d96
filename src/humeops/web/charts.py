# SPDX-License-Identifier: MIT
"""What the charts draw, as JSON in an attribute: numbers, states and units, nothing else. Pure.

Without JavaScript the same numbers stand in the lists below them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from humeops import amounts
from humeops.central.store.questions import history
from humeops.central.store.questions.series import Point, Value
from humeops.central.usual import Past
from humeops.clock import NS_PER_SECOND
from humeops.event import is_number


class Chart(NamedTuple):
    """One chart: its name, what it draws, and the same in words for who cannot see it."""

    name: str
    drawn: str
    words: str


def durations(points: Sequence[Point], past: Past) -> Chart | None:
    """Return how long the runs took over time, with what is usual."""
    timed = [point for point in points if point.duration is not None]
    if len(timed) < 2:
        return None
    drawn: dict[str, object] = {
        "unit": "s",
        "x": [point.started_at / NS_PER_SECOND for point in timed],
        "y": [round((point.duration or 0) / NS_PER_SECOND, 6) for point in timed],
        "states": [point.state for point in timed],
        "runs": [point.run for point in timed],
    }
    median = past.duration.median
    words = f"duration of the last {len(timed)} runs"
    if median is not None:
        drawn["usual"] = round(median / NS_PER_SECOND, 6)
        drawn["range"] = [round(one / NS_PER_SECOND, 6) for one in _range(past.duration.values)]
        words += f", usually {amounts.amount(median / NS_PER_SECOND, 's')}"
    return Chart("duration", _json(drawn), words)


def numbers(key: str, unit: str, values: Sequence[Value]) -> Chart:
    """Return one number that runs told, over time."""
    known = amounts.unit_of(key, unit)
    drawn: dict[str, object] = {
        "unit": known,
        "x": [value.started_at / NS_PER_SECOND for value in values],
        "y": [value.value for value in values],
    }
    last = amounts.amount(values[-1].value, known)
    return Chart(key, _json(drawn), f"{key} of the last {len(values)} runs that told it; the last one {last}")


def values(key: str, unit: str, newest_first: Sequence[history.Point]) -> Chart | None:
    """Return what a piece of data was over time, as far as it was a number."""
    told = [point for point in reversed(newest_first) if is_number(point.value)]
    if len(told) < 2:
        return None
    known = amounts.unit_of(key, unit or told[-1].unit)
    drawn: dict[str, object] = {
        "unit": known,
        "x": [point.at / NS_PER_SECOND for point in told],
        "y": [point.value for point in told],
        "runs": [point.run for point in told],
    }
    return Chart(key, _json(drawn), f"{key}: its last {len(told)} numbers")


def _range(values: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(values)
    low, high = len(ordered) // 10, len(ordered) - 1 - len(ordered) // 10
    return ordered[low], ordered[high]


def _json(drawn: dict[str, object]) -> str:
    return msgspec.json.encode(drawn).decode()
