# SPDX-License-Identifier: MIT
"""Leave out the middle of what is too long for a screen: the beginning and the end stay, and of the rest what matters. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def fold(
    items: Sequence[Item], head: int, tail: int, matters: Callable[[Item], bool] | None = None, most: int = 0
) -> Iterator[Item | int]:
    """Yield the first and the last items, those between that matter (the last `most` of them), and numbers of left out ones.

    A gap of one is never made: the line that tells of it would take the item's place.
    """
    middle = range(head, len(items) - tail)
    kept = {at for at in middle if matters is not None and matters(items[at])}
    kept = set(sorted(kept)[-most:]) if most else set()
    skipped: list[Item] = []
    for at, item in enumerate(items):
        if at in middle and at not in kept:
            skipped.append(item)
            continue
        yield from _told(skipped)
        skipped = []
        yield item


def _told(skipped: Sequence[Item]) -> Iterator[Item | int]:
    if len(skipped) == 1:
        yield skipped[0]
    elif skipped:
        yield len(skipped)
