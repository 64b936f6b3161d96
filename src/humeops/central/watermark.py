# SPDX-License-Identifier: MIT
"""How far one life of one spool (an epoch) has arrived: what its agent may delete, and what was lost silently. Pure.

What is known is the set of seqs that arrived or were declared lost, as merged ranges, and the agent's word that it owes
nothing below `oldest` (docs/protocol.md, section 6). Both only grow, so repeated and reordered batches change nothing:

  committed_upto  the end of the gapless prefix, where everything below `oldest` counts as there
  silently_lost   the seqs below `oldest` that neither arrived nor were declared

A number given up for good (`written_off`) is needed only against an agent whose seqs are mostly holes: ranges are limited.
"""

import bisect
from collections.abc import Iterable
from typing import NamedTuple

from humeops.wire.seqs import Range, merge, runs_of

MAX_RANGES = 1_000


class Watermark(NamedTuple):
    """What is known of one epoch. `ranges` ascend, apart by at least one missing seq."""

    ranges: tuple[Range, ...] = ()
    floor: int = 0  # the agent owes nothing up to here
    written_off: int = 0

    @property
    def committed_upto(self) -> int:
        """The seq up to which the agent may delete."""
        upto = self.floor
        for first, last in self.ranges:
            if first > upto + 1:
                break
            upto = max(upto, last)
        return upto

    @property
    def silently_lost(self) -> int:
        """How many seqs vanished without a word."""
        there = sum(min(last, self.floor) - first + 1 for first, last in self.ranges if first <= self.floor)
        return self.floor - there + self.written_off


def advance(mark: Watermark, seqs: Iterable[int], oldest: int, declared: Iterable[Range] = ()) -> Watermark:
    """Return what is known after a batch with these seqs, from an agent that still holds `oldest` and above."""
    new = [*runs_of(seqs), *((first, last) for first, last in declared if 1 <= first <= last)]
    ranges = merge([*mark.ranges, *new])
    return _limited(Watermark(ranges, max(mark.floor, oldest - 1), mark.written_off))


def holds(mark: Watermark, seq: int) -> bool:
    """Tell whether this seq arrived, or was declared lost; one that is only below the agent's word did not."""
    place = bisect.bisect_right(mark.ranges, seq, key=_first)
    return place > 0 and seq <= mark.ranges[place - 1][1]


def _first(one: Range) -> int:
    return one[0]


def _limited(mark: Watermark) -> Watermark:
    """Keep at most MAX_RANGES: old holes are lost for good; what came far ahead is forgotten, and will be sent again."""
    ranges = mark.ranges
    if len(ranges) <= MAX_RANGES:
        return mark
    below = [one for one in ranges if one[1] <= mark.floor]
    above = [one for one in ranges if one[1] > mark.floor]
    written_off = mark.written_off
    if len(below) > 1:
        first, last = 1, below[-1][1]
        written_off += last - sum(high - low + 1 for low, high in below)
        below = [(first, last)]
    return Watermark(merge([*below, *above])[:MAX_RANGES], mark.floor, written_off)
