# SPDX-License-Identifier: MIT
"""What is usual for a task: the facts of its last good runs, and what of another run is far from them. Pure.

*What is kept.* Of the last KEPT runs that ended well, by (began, id): how long each took, each of its stretches, its
numbers. So it is a function of the set of runs, and small enough to be read as one row.

*What is far.* With at least LEAST good runs to compare with, a value is far above the usual when it exceeds

    median + max(5 · 1.4826 · MAD, half the median, a floor)

and far below when it falls short by as much. MAD, the median of the distances from the median, does not mind an outlier as
a standard deviation does; times 1.4826 it estimates one, and five of them are not chance. A job that always takes the same
has a MAD of nothing, hence half the median; and below a second nobody cares, hence the floor for durations. What two or
more of the good runs did as well (the full backup every Sunday) is no finding: it is usual, too.
"""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from humeops import spans
from humeops.central import timeline
from humeops.central.fold import Said, Summary

KEPT = 20
LEAST = 5
MOST_STRETCHES = 64
MOST_NUMBERS = 64
FLOOR_NS = spans.SECOND
_SIGMAS = 5 * 1.4826
_MOST_OFTEN = 0.8  # a flag that comes in so many of the good runs is missed when it does not
_SEVERAL = 2

Place = tuple[str, int]  # a stretch: the flag it leads to ("" is the end) and which of that name it is, from 1
END: Place = ("", 1)


class Facts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is kept of a run that ended well. New fields go to the end, with a default: it is stored as an array."""

    duration: int
    stretches: list[tuple[str, int, int]]  # the place, and how long it took
    data: dict[str, float] = {}


class GoodRun(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A run that ended well. Its facts are JSON still: of most of the runs that are stored again nobody reads them."""

    began: int
    run: str
    raw: msgspec.Raw

    @property
    def key(self) -> tuple[int, str]:
        """Where this stands among the runs of its task."""
        return self.began, self.run

    @property
    def facts(self) -> Facts:
        """What is kept of it."""
        return _read_facts(self.raw)


_read_facts = msgspec.json.Decoder(Facts).decode


class Sample(NamedTuple):
    """The same value of several good runs."""

    values: Sequence[float]

    @property
    def median(self) -> float | None:
        """What is usual; None with too few to tell."""
        return statistics.median(self.values) if len(self.values) >= LEAST else None

    def is_far_above(self, value: float, floor: float = 0) -> bool:
        """Tell whether this is far more than usual."""
        return self._is_far(value, 1, floor)

    def is_far_below(self, value: float, floor: float = 0) -> bool:
        """Tell whether this is far less than usual."""
        return self._is_far(value, -1, floor)

    def _is_far(self, value: float, side: int, floor: float) -> bool:
        median = self.median
        if median is None:
            return False
        spread = statistics.median(abs(one - median) for one in self.values)
        margin = max(_SIGMAS * spread, abs(median) / 2, floor)
        as_far = sum((one - median) * side > margin for one in self.values)
        return (value - median) * side > margin and as_far < _SEVERAL


def good_run(summary: Summary, flags: Sequence[Said], data: Mapping[str, float]) -> GoodRun:
    """Return what is kept of a run that ended well; of more flags or numbers than the limits only the first."""
    if not flags:
        return _pack(summary, [(*END, summary.duration or 0)], data)
    way = timeline.stretches(summary.begin, flags[:MOST_STRETCHES], summary.end, 0)
    if len(flags) >= MOST_STRETCHES:
        way.pop()  # where not all flags are known, neither is the way from the last one to the end
    return _pack(summary, [(*place, stretch.lasts) for place, stretch in zip(places(way), way, strict=True)], data)


def _pack(summary: Summary, stretches: list[tuple[str, int, int]], data: Mapping[str, float]) -> GoodRun:
    facts = Facts(summary.duration or 0, stretches, {key: data[key] for key in sorted(data)[:MOST_NUMBERS]})
    return GoodRun(*summary.begun, msgspec.Raw(msgspec.json.encode(facts)))


def places(way: Iterable[timeline.Stretch]) -> list[Place]:
    """Return the place of each stretch of a run; a flag that comes several times has several."""
    counts: dict[str, int] = {}
    found: list[Place] = []
    for stretch in way:
        name = "" if stretch.is_last else stretch.name
        counts[name] = counts.get(name, 0) + 1
        found.append((name, counts[name]))
    return found


def latest(runs: Iterable[GoodRun]) -> list[GoodRun]:
    """Return the last of these good runs, newest first."""
    return sorted(runs, key=lambda one: one.key, reverse=True)[:KEPT]


class Past:
    """The good runs that another run is compared with: never with itself."""

    def __init__(self, known: Iterable[GoodRun], run: str) -> None:
        self.runs = [one.facts for one in known if one.run != run]
        self.duration = Sample([one.duration for one in self.runs])
        self._stretches: dict[tuple[Place | None, Place], list[float]] = {}
        self._data: dict[str, list[float]] = {}
        for one in self.runs:
            here: Place | None = None
            for name, number, lasts in one.stretches:
                self._stretches.setdefault((here, (name, number)), []).append(lasts)
                here = name, number
            for key, value in one.data.items():
                self._data.setdefault(key, []).append(value)

    def stretch(self, previous: Place | None, place: Place) -> Sample:
        """Return how long it took from this mark (None: from the start) to that; with a mark left out it is another way."""
        return Sample(self._stretches.get((previous, place), ()))

    def datum(self, key: str) -> Sample:
        """Return which values this number had."""
        return Sample(self._data.get(key, ()))

    def next_after(self, place: Place | None) -> Place | None:
        """Return where the good runs went from this mark (None: from the start), as most of them did; None if unknown."""
        counts: dict[Place, int] = {}
        for one in self.runs:
            way: list[Place | None] = [None, *((name, number) for name, number, _ in one.stretches)]
            follower = way[way.index(place) + 1] if place in way[:-1] else None
            if follower is not None:
                counts[follower] = counts.get(follower, 0) + 1
        return max(counts, key=lambda one: counts[one], default=None)

    def usual_way(self) -> list[tuple[str, float]]:
        """Return the way most good runs go, from mark to mark (the last one is ""), with how long each stretch usually takes."""
        found: list[tuple[str, float]] = []
        here: Place | None = None
        seen: set[Place] = set()
        while (there := self.next_after(here)) is not None and there not in seen:
            median = self.stretch(here, there).median
            if median is None:
                break
            found.append((there[0], median))
            seen.add(there)
            here = there
        return found

    def usual_flags(self) -> dict[str, int]:
        """Return the flags that nearly always come, in the order they come, each with how many of the good runs have it."""
        if len(self.runs) < LEAST:
            return {}
        counts: dict[str, int] = {}
        for one in self.runs:
            for name in dict.fromkeys(name for name, _, _ in one.stretches if name):
                counts[name] = counts.get(name, 0) + 1
        return {name: count for name, count in counts.items() if count >= _MOST_OFTEN * len(self.runs)}
