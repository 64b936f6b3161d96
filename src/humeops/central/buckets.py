# SPDX-License-Identifier: MIT
"""Events counted over time: into which steps a window is divided, and what the counts of the newest events say of it. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from humeops import moments, spans
from humeops.event import LEVELS, Level

MOST_STEPS = 72
# At most so many events are counted, the newest ones: however large the window, a page never reads more.
MOST_EVENTS = 10_000
WINDOW_NS = spans.DAY

_STEPS = (
    *(number * spans.SECOND for number in (1, 5, 15, 30)),
    *(number * spans.MINUTE for number in (1, 2, 5, 10, 20, 30)),
    *(number * spans.HOUR for number in (1, 2, 3, 6, 12)),
    *(number * spans.DAY for number in (1, 2, 7, 14, 28, 91, 182, 364, 3_640)),
)


class Window(NamedTuple):
    """From when to when, in which steps; its beginning is that of a step by the clock on the wall here."""

    since: int
    until: int
    step: int


class Bucket(NamedTuple):
    """A step in which something was said, and how much at which level."""

    at: int
    levels: dict[Level, int]


class Counted(NamedTuple):
    """Buckets in order. `since` is later than that of the window when what was said before it is not counted."""

    since: int
    buckets: Sequence[Bucket]


def window(since: int | None, until: int | None, now_ns: int) -> Window:
    """Return the window that is meant: the last day where nothing else is said."""
    end = max(1, min(until, now_ns + spans.DAY) if until is not None else now_ns)
    begin = min(max(0, since if since is not None else end - WINDOW_NS), end - 1)
    step = next((step for step in _STEPS if (end - begin) / step <= MOST_STEPS - 1), _STEPS[-1])
    offset = moments.local_time(end).utcoffset()
    shift = int(offset.total_seconds()) * spans.SECOND if offset else 0
    return Window(max(0, (begin + shift) // step * step - shift), end, step)


def sort_out(
    of: Window, counts: Iterable[tuple[int, int, int]], most: int = MOST_EVENTS, looked_to: int | None = None
) -> Counted:
    """Make buckets of (place, rank of level, number).

    The first one is not whole when as many as may be were counted, nor is the one in which it was no longer looked.
    """
    levels: dict[int, dict[Level, int]] = {}
    for place, rank, number in counts:
        levels.setdefault(place, {})[LEVELS[rank]] = number
    is_cut = sum(sum(one.values()) for one in levels.values()) >= most
    if is_cut and len(levels) > 1:
        del levels[min(levels)]
    since = of.since + min(levels) * of.step if is_cut else of.since
    if looked_to is not None:
        partly = (looked_to - of.since) // of.step
        levels = {place: number for place, number in levels.items() if place > partly}
        since = max(since, of.since + (partly + 1) * of.step)
    return Counted(since, [Bucket(of.since + place * of.step, levels[place]) for place in sorted(levels)])
