# SPDX-License-Identifier: MIT
"""Event ids are UUIDs of version 7 and sort by the time they were made."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from humeops.wire.eventid import make_event_id

times = st.integers(0, 2**48 * 1_000_000 - 1)
chances = st.integers(0, 2**62 - 1)


@given(times, chances)
def test_it_is_a_uuid_of_version_7_with_the_time_in_it(wall_ns, chance):
    made = uuid.UUID(make_event_id(wall_ns, chance))

    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == wall_ns // 1_000_000
    assert made.int & (2**62 - 1) == chance


@given(times, times, chances, chances)
def test_the_later_one_sorts_after_or_shares_the_244_ns_it_can_tell_apart(one, other, chance, other_chance):
    earlier, later = sorted((one, other))

    ids = make_event_id(earlier, chance), make_event_id(later, other_chance)

    assert ids[0][:18] <= ids[1][:18]
    assert later - earlier < 245 or ids[0] < ids[1]


@given(st.integers(-(2**63), -1), chances)
def test_a_clock_before_1970_says_0(wall_ns, chance):
    assert make_event_id(wall_ns, chance) == make_event_id(0, chance)


@given(times, st.integers(2**62, 2**80))
def test_more_chance_than_fits_spoils_nothing(wall_ns, chance):
    assert make_event_id(wall_ns, chance) == make_event_id(wall_ns, chance % 2**62)
