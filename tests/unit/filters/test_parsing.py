# SPDX-License-Identifier: MIT
"""A filter is read as it is written, and what is wrong with it is pointed at."""

import pathlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from humeops.filters import keys, parsing, printing
from humeops.filters.tree import All, Any, FilterError, Match, Not, Text, Value
from tests.unit.filters.strategies import trees

PAPER = (pathlib.Path(__file__).parents[3] / "docs/reference/filters.md").read_text("utf-8")


def _is(key, *texts, op=":"):
    return Match(key, op, tuple(Value(text, "*" in text or "?" in text) for text in texts))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", All(())),
        ("  \t ", All(())),
        ("host:db*", _is("host", "db*")),
        ("HOST=db1", _is("host", "db1")),
        ("host:db1,db2", _is("host", "db1", "db2")),
        ('task:"a b",c', _is("task", "a b", "c")),
        (r"task:a\ b*", _is("task", "a b*")),
        (r"task:b*\\?", _is("task", r"b*\?")),
        ('task:"a*"', Match("task", ":", (Value("a*"),))),
        ("level>=warn", _is("level", "warning", op=">=")),
        ("since:2d until:03:15", All((_is("since", "2d"), _is("until", "03:15")))),
        ("disk full", All((Text("disk"), Text("full")))),
        ('"disk \\"full\\""', Text('disk "full"')),
        ("-host:x", Not(_is("host", "x"))),
        ("host!=x", Not(_is("host", "x"))),
        ("not host:x", Not(_is("host", "x"))),
        ("a or b and c", Any((Text("a"), All((Text("b"), Text("c")))))),
        ("(a or b) -(c d)", All((Any((Text("a"), Text("b"))), Not(All((Text("c"), Text("d"))))))),
        ("03:15", Text("03:15")),
        ("half-done", Text("half-done")),
    ],
)
def test_a_filter_is_read_as_it_is_written(text, tree):
    assert parsing.parse(text) == tree


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("task:x hots:db1", 8, "did you mean `host`?"),
        ("level>=wraning", 1, "did you mean `warning`?"),
        ("state:faild", 1, "did you mean `failed`?"),
        ("zzz:1", 1, "the keys are host, task"),
        ("task: backup", 1, "a value has to follow directly"),
        ("host:a,", 1, "a value has to follow directly"),
        ("host>db1", 1, "only `level` has an order"),
        ("level>=ok,error", 1, "takes one value"),
        ("since:2d,3d", 1, "takes one value"),
        ("x since:soon", 3, "is no moment in time; write one such as 15m"),
        ("(a or b", 1, "never closed"),
        ("a b)", 4, "no open bracket"),
        ('task:x "disk', 8, "never closed"),
        ('host:""', 6, "nothing in these quotes"),
        ("a or", 5, "a condition is missing"),
        ("or a", 1, "a condition is missing"),
        ("()", 2, "a condition is missing"),
        ("not", 4, "a condition is missing"),
        ("- a", 1, "nothing follows directly"),
        (r"host:a\*b*", 1, "cannot hold a literal"),
        ("a\x00b", 2, "no text has"),
        ("x" * 2_001, 0, "longer than 2,000"),
        ("(" * 30 + "a" + ")" * 30, 25, "brackets within brackets"),
        ("a " * 101, 201, "more than 100 conditions"),
    ],
)
def test_an_error_points_at_the_word_and_names_the_mend(text, at, said):
    with pytest.raises(FilterError) as caught:
        parsing.parse(text)

    assert caught.value.at == at
    assert said in str(caught.value)


def test_a_key_that_says_nothing_of_such_things_is_an_error_that_tells_what_does():
    with pytest.raises(FilterError, match="at 8, `level`: `level` says nothing of runs, which have host, task"):
        parsing.parse("host:x level:error", "runs")


@given(trees)
def test_printing_a_tree_and_reading_it_gives_the_same_tree(tree):
    assert parsing.parse(printing.text_of(tree)) == tree


@given(trees)
def test_settling_moments_once_is_enough(tree):
    settled = printing.settled(tree, 1_795_406_391_123_456_789)

    assert printing.settled(settled, 0) == settled
    assert parsing.parse(printing.text_of(settled)) == settled


_pieces = st.sampled_from(
    ["host:", "level>=", "since:", "or ", "not ", "-", "(", ")", '"', "\\", ",", "*", " ", "warning", "a", ":", "\x00"]
)


@given(st.one_of(st.text(max_size=60), st.lists(_pieces, max_size=20).map("".join)))
@example("host:\ud800")
@example("since:0001-01-01")
@example("since:9999-12-31T23:59:59-23:59")
def test_whatever_is_written_is_a_tree_or_a_filter_error(text):
    try:
        tree = parsing.parse(text)
    except FilterError:
        return

    assert parsing.parse(printing.text_of(tree)) == tree


def _examples():
    return [
        line.partition("  #")[0].strip()
        for block in re.findall(r"```filter\n(.*?)```", PAPER, re.DOTALL)
        for line in block.splitlines()
    ]


@pytest.mark.parametrize("text", _examples())
def test_an_example_of_the_paper_is_a_filter(text):
    assert parsing.parse(text) is not None


def test_the_paper_names_every_key_and_no_other():
    named = re.findall(r"^\| `(\w+)` \|", PAPER, re.MULTILINE)

    assert named == list(keys.KEYS)
    assert len(_examples()) > 5
