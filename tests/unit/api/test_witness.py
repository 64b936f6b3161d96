# SPDX-License-Identifier: MIT
from humeops.api import witness
from humeops.clock import NS_PER_SECOND


def test_of_many_refusals_of_one_source_some_are_written_and_the_rest_counted():
    refusals = witness.Refusals()
    found = [refusals.admit(("192.0.2.1", ""), 0) for _ in range(witness.EACH + 7)]

    assert found == [0] * witness.EACH + [None] * 7
    assert refusals.admit(("192.0.2.1", ""), 61 * NS_PER_SECOND) == 7
    assert refusals.admit(("192.0.2.1", "ada"), 0) == 0


def test_many_sources_together_are_bounded_too():
    refusals = witness.Refusals()
    found = [refusals.admit((f"2001:db8::{number:x}", ""), 0) for number in range(2_000)]

    assert found.count(0) == witness.ALL
