# SPDX-License-Identifier: MIT
"""Ranges of seqs, as spool, batch and watermark write down what arrived and what was lost. Pure."""

from collections.abc import Iterable

Range = tuple[int, int]  # first and last seq, both included


def runs_of(seqs: Iterable[int]) -> list[Range]:
    """Return the ranges that these ascending seqs make."""
    ranges: list[Range] = []
    for seq in seqs:
        if ranges and seq == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return ranges
