# SPDX-License-Identifier: MIT
"""What is shown of a task, and the letters of its changes as the papers have them."""

import pathlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.central.watches import showing
from humeops.central.watches.showing import Change, Told, compose, letter

PAPER = pathlib.Path(__file__).parents[3] / "docs/reference/states.md"
TOLD = st.sampled_from(["new", "running", "ok", "warning", "failed", "lost"])
JUDGED = st.sampled_from(["", "late", "overdue", "unknown", "paused"])


@st.composite
def walks(draw):
    told = draw(TOLD)
    steps = []
    for after in draw(st.lists(TOLD, max_size=5)):
        if after != told:
            steps.append(Told(told, after))
            told = after
    return steps, told


def test_the_letters_of_the_paper_are_those_of_the_code():
    rows = re.findall(r"^\| ([a-z]) \| (\w+) \| (\w+) \|", PAPER.read_text("utf-8"), re.MULTILINE)

    assert {name: (left, right) for name, left, right in rows} == showing.LETTERS
    said = re.search(r"The first letter that fits of (.*?)names", PAPER.read_text("utf-8"), re.DOTALL)
    assert said is not None
    assert re.findall(r"\b[a-z]\b", said[1]) == list(showing.LETTERS)


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [("new", "running", "a"), ("running", "ok", "b"), ("ok", "failed", "c"), ("running", "lost", "d"), ("ok", "late", "f"),
     ("running", "overdue", "g"), ("late", "paused", "h"), ("late", "unknown", "i"), ("late", "running", "j")],
)  # fmt: skip
def test_a_change_has_the_letter_of_the_diagram(before, after, name):
    assert letter(before, after) == name


def test_every_change_between_two_states_has_a_letter():
    assert all(letter(one, other) for one in showing.states() for other in showing.states() if one != other)


@given(JUDGED, walks(), JUDGED)
def test_what_is_seen_leads_from_what_was_shown_to_what_is_shown_without_a_gap(before, walk, after):
    moves, told = walk
    first = showing.shown(moves[0].before if moves else told, before)

    seen = compose(before, moves, after, told)

    states = [first, *(change.after for change in seen)]
    assert [change.before for change in seen] == states[:-1]
    assert states[-1] == showing.shown(told, after)
    assert all(one.before != one.after for one in seen)


def test_while_the_same_is_missing_nothing_is_seen():
    assert compose("overdue", [Told("running", "failed")], "overdue", "failed") == []


def test_a_late_task_that_runs_is_seen_to_run_and_to_end():
    seen = compose("late", [Told("ok", "running"), Told("running", "ok")], "", "ok")

    assert seen == [Change("late", "running", 0), Change("running", "ok", 1)]
