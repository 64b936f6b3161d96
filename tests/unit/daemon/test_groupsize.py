# SPDX-License-Identifier: MIT
"""How large a group is: as much as fits into a turn, whatever an event costs here."""

import pytest

from humeops.daemon.groupsize import FEWEST, MOST, TURN_NS, GroupSize


def learned(each_us, count=100):
    size = GroupSize()
    for _ in range(60):
        size.note(count, each_us * 1_000 * count)
    return size


def test_at_first_a_group_is_as_large_as_it_ever_is():
    assert GroupSize().most == MOST


@pytest.mark.parametrize("each_us", [20, 50, 100, 250])
def test_a_group_takes_a_turn(each_us):
    found = learned(each_us)

    assert abs(found.most * each_us * 1_000 - TURN_NS) < TURN_NS / 50


def test_no_group_is_so_small_that_the_commit_outweighs_it_nor_without_bounds():
    assert (learned(5_000).most, learned(1).most) == (FEWEST, MOST)


def test_a_group_of_one_that_met_a_busy_moment_says_little():
    size = learned(20)

    size.note(1, TURN_NS)

    assert size.most > MOST / 8


def test_nothing_is_learned_of_nothing():
    size = GroupSize()

    size.note(0, 5_000_000)
    size.note(10, 0)

    assert size.most == MOST
