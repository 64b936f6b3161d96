# SPDX-License-Identifier: MIT
"""Ranges of seqs: the same seqs whatever is done to them, and the same again from their text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.wire import seqs

SEQS = st.sets(st.integers(1, 60))


def spread(ranges):
    return {seq for first, last in ranges for seq in range(first, last + 1)}


@given(SEQS, SEQS)
def test_merged_ranges_hold_the_seqs_of_both_and_neither_touch_nor_overlap(one, other):
    merged = seqs.merge([*seqs.runs_of(sorted(one)), *seqs.runs_of(sorted(other))])

    assert list(merged) == seqs.runs_of(sorted(one | other))
    assert spread(merged) == one | other


@given(SEQS)
def test_ranges_come_back_from_their_text(one):
    ranges = seqs.runs_of(sorted(one))

    assert seqs.from_text(seqs.to_text(ranges)) == ranges


def test_they_read_like_this():
    assert seqs.to_text([(1, 400), (512, 512), (600, 611)]) == "1-400 512 600-611"


@pytest.mark.parametrize("text", ["x", "1-", "-1", "1-x"])
def test_other_text_is_none(text):
    with pytest.raises(ValueError, match="invalid literal"):
        seqs.from_text(text)
