# SPDX-License-Identifier: MIT
"""Who looks on goes on where he was, or learns that he cannot."""

import pytest

from humeops.api.ring import Ring
from humeops.filters import parsing
from humeops.filters.facts import Facts
from humeops.filters.tree import EVERYTHING


def _filled(count, most=10):
    ring = Ring(most)
    for number in range(count):
        ring.add("event", Facts(host=f"db{number}"), b"{}")
    return ring


def test_one_goes_on_after_the_last_change_he_saw():
    ring = _filled(5)

    assert [change.number for change in ring.since(3)] == [4, 5]
    assert ring.since(5) == ()


@pytest.mark.parametrize("number", [-1, 0, 4, 16])
def test_who_is_behind_the_oldest_change_or_ahead_of_the_newest_learns_it(number):
    assert _filled(15).since(number) is None


def test_a_gap_is_one_for_everybody():
    ring = _filled(5)
    ring.forget()

    assert ring.since(5) is None
    assert ring.since(ring.newest) == ()


def test_a_place_is_known_to_the_process_that_gave_it():
    ring = _filled(5)

    assert ring.number(ring.place(3)) == 3
    assert Ring().number(ring.place(3)) is None
    for text in ("", "x", "-", ring.place(3) + "x", ring.place(3)[:-1] + "³", ring.place(0) + "9" * 30):
        assert ring.number(text) is None


def test_a_change_is_one_event_of_the_stream():
    change = _filled(1).since(0)[0]

    assert change.text.endswith(b"-1\nevent: event\ndata: {}\n\n")
    assert change.fits(parsing.parse("host:db0"), EVERYTHING)
    assert not change.fits(parsing.parse("host:db1"), EVERYTHING)
