# SPDX-License-Identifier: MIT
import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from humeops.central import watermark
from humeops.central.watermark import Watermark, advance

seqs = st.lists(st.integers(1, 60), unique=True).map(sorted)
batches = st.lists(st.tuples(seqs, st.integers(1, 40)), max_size=8)
ranges = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), max_size=4)


def after(sent, declared=()):
    mark = advance(Watermark(), (), 1, declared)
    for numbers, oldest in sent:
        mark = advance(mark, numbers, oldest)
    return mark


@given(batches, ranges, st.data())
def test_the_order_and_repetition_of_batches_make_no_difference(sent, declared, data):
    again = data.draw(st.permutations([*sent, *sent[:2]]))

    assert after(again, declared) == after(sent, declared)


@given(batches, ranges)
def test_it_is_what_a_set_of_numbers_says(sent, declared):
    mark = after(sent, declared)
    there = {number for numbers, _ in sent for number in numbers}
    there |= {number for first, last in declared for number in range(first, last + 1)}
    floor = max((oldest - 1 for _, oldest in sent), default=0)

    upto = 0
    while upto + 1 in there or upto < floor:
        upto += 1

    assert mark.committed_upto == upto
    assert mark.silently_lost == len(set(range(1, floor + 1)) - there)
    assert all(one[1] + 1 < other[0] for one, other in itertools.pairwise(mark.ranges))


@given(batches)
def test_the_watermark_never_goes_back(sent):
    marks = [after(sent[:count]).committed_upto for count in range(len(sent) + 1)]

    assert marks == sorted(marks)


def test_a_hole_holds_the_watermark_until_it_is_filled():
    mark = advance(Watermark(), [1, 2, 4, 5], 1)
    assert mark.committed_upto == 2

    assert advance(mark, [3], 1).committed_upto == 5


def test_a_hole_below_the_oldest_that_nobody_declared_is_silent_loss():
    mark = advance(Watermark(), [1, 2, 6], 6)

    assert mark.committed_upto == 6
    assert mark.silently_lost == 3


def test_a_declared_loss_is_not_silent_whenever_it_arrives():
    before = advance(advance(Watermark(), (), 1, [(3, 5)]), [1, 2, 6], 6)
    afterwards = advance(advance(Watermark(), [1, 2, 6], 6), (), 1, [(3, 5)])

    assert before == afterwards
    assert before.silently_lost == 0


def test_an_event_thought_lost_that_arrives_after_all_is_not_lost():
    mark = advance(advance(Watermark(), [1, 5], 5), [2, 3, 4], 1)

    assert mark.silently_lost == 0


def test_an_agent_that_sends_mostly_holes_cannot_make_central_remember_them_all():
    far_ahead = advance(Watermark(), range(1, 20_000, 2), 1)
    assert len(far_ahead.ranges) == watermark.MAX_RANGES
    assert far_ahead.committed_upto == 1

    long_gone = advance(far_ahead, [30_000], 30_000)
    assert long_gone.committed_upto == 30_000
    assert len(long_gone.ranges) <= watermark.MAX_RANGES
    assert long_gone.silently_lost > 10_000


def test_holes_beyond_the_limit_below_the_oldest_are_counted_once():
    numbers = sorted(random.Random(7).sample(range(1, 10_000), 2_500))

    mark = advance(Watermark(), numbers[:900], 1)
    mark = advance(mark, numbers[900:], 10_000)

    assert len(mark.ranges) <= watermark.MAX_RANGES
    assert mark.silently_lost == 9_999 - 2_500
    assert mark.committed_upto == 9_999
