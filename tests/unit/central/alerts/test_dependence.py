# SPDX-License-Identifier: MIT
"""Whoever is kept quiet leads up to somebody who is told, whatever depends on what."""

from hypothesis import given
from hypothesis import strategies as st

from humeops.central.alerts import dependence

NAMES = [("db1", name) for name in "abcdef"]
_graphs = st.fixed_dictionaries({name: st.lists(st.sampled_from(NAMES), max_size=3, unique=True) for name in NAMES})


@given(graph=_graphs)
def test_every_way_up_can_end_at_somebody_who_is_told(graph):
    above = {name: [one for one in parents if one != name] for name, parents in graph.items()}

    held = dependence.held(above)

    known = {name for name, parents in held.items() if not parents}
    assert known
    for _ in NAMES:
        known |= {name for name, parents in held.items() if not known.isdisjoint(parents)}
    assert known == set(NAMES)
    assert all(held[name] == parents for name, parents in above.items() if held[name])


def test_what_is_told_of_anyway_is_chosen_before_what_is_unknown():
    ring = {("a", "x"): [("b", "y")], ("b", "y"): [("a", "x")]}

    assert dependence.held(ring, {("a", "x")}) == {("a", "x"): [("b", "y")], ("b", "y"): ()}
