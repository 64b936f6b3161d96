# SPDX-License-Identifier: MIT
"""Nobody asks too often, and who waits may ask again."""

from humeops.api.ratelimit import Buckets
from humeops.clock import NS_PER_SECOND


def test_who_asks_too_often_is_told_how_long_to_wait():
    buckets = Buckets(per_second=2, burst=3)

    answers = [buckets.take(1, 0) for _ in range(4)]

    assert answers == [0, 0, 0, 0.5]


def test_who_waited_may_ask_again_and_saves_up_no_more_than_the_burst():
    buckets = Buckets(per_second=2, burst=3)
    for _ in range(4):
        buckets.take(1, 0)

    assert buckets.take(1, NS_PER_SECOND // 2) == 0
    later = 1_000 * NS_PER_SECOND
    assert [buckets.take(1, later) == 0 for _ in range(4)] == [True, True, True, False]


def test_one_token_costs_another_nothing():
    buckets = Buckets(per_second=1, burst=1)
    buckets.take(1, 0)

    assert buckets.take(2, 0) == 0


def test_it_does_not_remember_more_than_its_limit():
    buckets = Buckets(per_second=1, burst=1, most=2)
    for who in (1, 2, 3):
        buckets.take(who, 0)

    assert len(buckets._left) == 2
    assert buckets.take(1, 0) == 0
