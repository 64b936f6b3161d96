# SPDX-License-Identifier: MIT
"""The last runs of a task as small bars: height is duration, colour is outcome, time goes from left to right. Pure.

Drawn as one path for each outcome, so that a page of two hundred tasks stays light.
"""

from collections.abc import Sequence
from typing import NamedTuple

from humeops.central.store.questions.overview import Outcome

COUNT = 28
MANY = 110  # on a task's own page
STEP, WIDE, HIGH, LEAST = 7, 5, 28, 4


class Bars(NamedTuple):
    """Paths by state, and what they show, in words."""

    paths: dict[str, str]
    words: str
    width: int
    height: int = HIGH


def draw(newest_first: Sequence[Outcome], count: int = COUNT) -> Bars:
    """Return the bars of the last so many of these runs, the newest at the right edge."""
    newest_first = newest_first[:count]
    longest = max((run.duration or 0 for run in newest_first), default=0) or 1
    paths: dict[str, str] = {}
    for place, run in enumerate(newest_first):
        left = (count - 1 - place) * STEP
        # A run that is not over, or told no duration, is as high as any: what matters of it is its colour.
        tall = HIGH if run.duration is None else LEAST + round((HIGH - LEAST) * run.duration / longest)
        paths[run.state] = f"{paths.get(run.state, '')}M{left} {HIGH}v-{tall}h{WIDE}v{tall}z"
    return Bars(paths, _words(newest_first), count * STEP - (STEP - WIDE))


def _words(runs: Sequence[Outcome]) -> str:
    if not runs:
        return "no runs yet"
    counts: dict[str, int] = {}
    for run in runs:
        counts[run.state] = counts.get(run.state, 0) + 1
    said = ", ".join(f"{count} {state}" for state, count in sorted(counts.items(), key=lambda one: -one[1]))
    return f"last {len(runs)} runs: {said}"
