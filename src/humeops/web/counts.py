# SPDX-License-Identifier: MIT
"""Events counted over time as small bars: height is how many, colour is the worst that was said. Pure.

Each step is a link that narrows the search to it. One path for each colour, so that the page stays light.
"""

from collections.abc import Sequence
from typing import NamedTuple

from humeops import moments
from humeops.central.buckets import Bucket, Counted, Window
from humeops.event import LEVELS, Level
from humeops.filters import parsing, printing
from humeops.filters.tree import All, Match, Node, all_of

STEP, WIDE, HIGH, LEAST = 10, 8, 48, 3
# From the ground up.
_LAYERS: Sequence[tuple[str, Sequence[Level]]] = (
    ("calm", ("debug", "info", "ok")),
    ("warning", ("warning",)),
    ("failed", ("error", "critical")),
)


class Place(NamedTuple):
    """One step that holds something: where it is drawn, what it says, the search for it alone."""

    left: int
    words: str
    q: str


class Drawn(NamedTuple):
    """The bars: paths by look, the steps, what they show in words, when they begin and end."""

    paths: dict[str, str]
    places: list[Place]
    words: str
    width: int
    begins: int
    ends: int
    most: int
    counted_since: int | None
    height: int = HIGH


def draw(window: Window, counted: Counted, q: str) -> Drawn | None:
    """Return the bars, None when nothing was said in the window."""
    if not counted.buckets:
        return None
    most = max(_total(bucket) for bucket in counted.buckets)
    paths: dict[str, str] = {}
    places = []
    for bucket in counted.buckets:
        left = (bucket.at - window.since) // window.step * STEP
        ground = HIGH
        for look, levels in _LAYERS:
            number = sum(bucket.levels.get(level, 0) for level in levels)
            tall = max(LEAST, round(HIGH * number / most)) if number else 0
            tall = min(tall, ground)
            if tall:
                paths[look] = f"{paths.get(look, '')}M{left} {ground}v-{tall}h{WIDE}v{tall}z"
            ground -= tall
        places.append(Place(left, _words(bucket, window), _narrowed(q, bucket.at, bucket.at + window.step)))
    width = ((window.until - window.since) // window.step + 1) * STEP - (STEP - WIDE)
    since = counted.since if counted.since != window.since else None
    return Drawn(paths, places, _sum(counted.buckets), width, window.since, window.until, most, since)


def fixed(q: str, window: Window) -> str:
    """Return the search that finds the same whenever it is asked: the times of its window said in full."""
    return _narrowed(q, window.since, window.until)


def _narrowed(q: str, since: int, until: int) -> str:
    node = parsing.parse(q, "events")
    parts = node.nodes if isinstance(node, All) else (node,)
    kept: list[Node] = [part for part in parts if not (isinstance(part, Match) and part.key in ("since", "until"))]
    span = [Match(key, ":", (printing.moment(at),)) for key, at in (("since", since), ("until", until))]
    return printing.text_of(all_of([*kept, *span]))


def _words(bucket: Bucket, window: Window) -> str:
    return f"{moments.day_and_time(bucket.at, window.until)}: {_levels(bucket.levels)}"


def _sum(buckets: Sequence[Bucket]) -> str:
    levels: dict[Level, int] = {}
    for bucket in buckets:
        for level, number in bucket.levels.items():
            levels[level] = levels.get(level, 0) + number
    return _levels(levels)


def _levels(levels: dict[Level, int]) -> str:
    return ", ".join(f"{levels[level]:,} {level}" for level in reversed(LEVELS) if levels.get(level))


def _total(bucket: Bucket) -> int:
    return sum(bucket.levels.values())
