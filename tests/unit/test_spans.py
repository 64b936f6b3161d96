# SPDX-License-Identifier: MIT
"""Lengths of time in words."""

import pytest

from humeops import spans


@pytest.mark.parametrize(
    ("ns", "words"),
    [
        (2 * spans.SECOND, "2 s"),
        (-45 * spans.SECOND - 1, "45 s"),
        (-2 * spans.HOUR + 10_000_000, "2 h"),
        (2 * spans.HOUR - spans.SECOND, "1 h 59 min"),
        (90 * spans.SECOND, "1 min 30 s"),
        (3 * spans.DAY, "3 d 0 h"),
    ],
)
def test_how_far_clocks_are_apart_is_not_cut_to_its_largest_unit(ns, words):
    assert spans.difference(ns) == words
