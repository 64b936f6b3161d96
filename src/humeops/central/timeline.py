# SPDX-License-Identifier: MIT
"""A run's way from mark to mark: how long each stretch between two flags took. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from humeops.central.fold import Said, elapsed


class Stretch(NamedTuple):
    """The way to the mark `name`; the last one leads to "end". Times in ns since the run's begin."""

    name: str
    begins: int
    lasts: int
    open: bool = False
    is_last: bool = False  # a flag may be called "end", too


def stretches(begin: Said, flags: Iterable[Said], end: Said | None, now_ns: int) -> list[Stretch]:
    """Return the stretches of a run in order. While it runs the last one is open and lasts until `now_ns` (wall clock)."""
    found: list[Stretch] = []
    here = 0
    for flag in flags:
        # A flag from another boot or a stepped clock may seem to lie before the mark that precedes it: it took no time.
        there = max(here, elapsed(begin, flag))
        found.append(Stretch(flag.flag, here, there - here))
        here = there
    there = elapsed(begin, end) if end else now_ns - begin.time
    found.append(Stretch("end", here, max(0, there - here), open=end is None, is_last=True))
    return found
