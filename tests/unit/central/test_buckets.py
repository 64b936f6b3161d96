# SPDX-License-Identifier: MIT
"""Whatever window is asked for, it is divided into few steps that hold all of it."""

from hypothesis import given
from hypothesis import strategies as st

from humeops import spans
from humeops.central import buckets
from humeops.event import MAX_INT64

NOW = 1_795_406_400 * spans.SECOND
moments = st.none() | st.integers(0, MAX_INT64)


@given(moments, moments)
def test_a_window_is_whole_and_has_few_steps(since, until):
    made = buckets.window(since, until, NOW)

    assert 0 <= made.since < made.until
    assert made.step > 0
    assert (made.until - made.since) / made.step <= buckets.MOST_STEPS
    if since is not None and since < made.until:
        assert made.since <= since


def test_nothing_said_is_the_last_day():
    made = buckets.window(None, None, NOW)

    assert made.until == NOW
    assert made.step == 30 * spans.MINUTE
    assert made.since <= NOW - spans.DAY


def test_a_step_that_is_not_whole_is_left_out():
    window = buckets.Window(NOW, NOW + spans.HOUR, spans.MINUTE)

    counted = buckets.sort_out(window, [(7, 1, 2), (5, 4, 1), (7, 3, 1)], 4)

    assert counted.since == NOW + 7 * spans.MINUTE
    assert [(one.at, one.levels) for one in counted.buckets] == [(NOW + 7 * spans.MINUTE, {"info": 2, "warning": 1})]


def test_all_are_there_when_they_are_fewer():
    window = buckets.Window(NOW, NOW + spans.HOUR, spans.MINUTE)

    counted = buckets.sort_out(window, [(5, 4, 1)], 4)

    assert counted == buckets.Counted(NOW, [buckets.Bucket(NOW + 5 * spans.MINUTE, {"error": 1})])


def test_steps_that_were_not_looked_at_to_the_end_are_left_out():
    window = buckets.Window(NOW, NOW + spans.HOUR, spans.MINUTE)
    looked_to = NOW + 5 * spans.MINUTE + 7

    counted = buckets.sort_out(window, [(5, 4, 1), (8, 1, 2)], 4, looked_to)
    nothing = buckets.sort_out(window, [], 4, looked_to)

    assert counted == buckets.Counted(NOW + 6 * spans.MINUTE, [buckets.Bucket(NOW + 8 * spans.MINUTE, {"info": 2})])
    assert nothing == buckets.Counted(NOW + 6 * spans.MINUTE, [])
