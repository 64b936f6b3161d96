# SPDX-License-Identifier: MIT
"""Two runs side by side: their stretches by the flags they lead to, their numbers by name. Pure."""

from collections.abc import Iterable

from humeops.api import overviews, schemas


def compare(one: schemas.RunDetail, other: schemas.RunDetail) -> overviews.ComparisonView:
    """Return both runs, what either has and what both have, in the order of the first."""
    return overviews.ComparisonView(one.run, other.run, _stretches(one, other), _numbers(one, other))


def _stretches(one: schemas.RunDetail, other: schemas.RunDetail) -> list[overviews.StretchPair]:
    mine, theirs = ({stretch.name: stretch.lasts for stretch in detail.stretches} for detail in (one, other))
    # Where one did not get as far, what only the other reached comes before the end of both.
    names = sorted(_names(mine, theirs), key=lambda name: name == "end")
    return [overviews.StretchPair(name, mine.get(name), theirs.get(name)) for name in names]


def _numbers(one: schemas.RunDetail, other: schemas.RunDetail) -> list[overviews.NumberPair]:
    mine, theirs = ({number.key: number for number in detail.data} for detail in (one, other))
    pairs = []
    for key in _names(mine, theirs):
        here, there = mine.get(key), theirs.get(key)
        unit = (here or there or schemas.NumberView(key, 0)).unit
        pairs.append(overviews.NumberPair(key, here.value if here else None, there.value if there else None, unit))
    return pairs


def _names(mine: Iterable[str], theirs: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*mine, *theirs]))
