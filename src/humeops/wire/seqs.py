# SPDX-License-Identifier: MIT
"""Ranges of seqs, as spool, batch and watermark write down what arrived and what was lost; and as text for people. Pure."""

from collections.abc import Iterable

Range = tuple[int, int]  # first and last seq, both included


def runs_of(seqs: Iterable[int]) -> list[Range]:
    """Return the ranges that these ascending seqs make."""
    if isinstance(seqs, range) and seqs and seqs.step == 1:
        return [(seqs[0], seqs[-1])]
    ranges: list[Range] = []
    for seq in seqs:
        if ranges and seq == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return ranges


def merge(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Return the same seqs as ascending ranges that neither overlap nor touch."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def to_text(ranges: Iterable[Range]) -> str:
    """Return ranges as people write them: `1-400 512 600-611`."""
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def from_text(text: str) -> list[Range]:
    """Return the ranges that `to_text` wrote; raise ValueError for anything else."""
    parts = [part.partition("-") for part in text.split()]
    return [(int(first), int(last if dash else first)) for first, dash, last in parts]
