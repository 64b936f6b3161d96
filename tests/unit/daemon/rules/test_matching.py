# SPDX-License-Identifier: MIT
"""Which events a rule is about: globs, regular expressions, words, all, any, not; with the index as without it."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.daemon.rules import parsing
from humeops.daemon.rules.engine import Engine, RuleError
from humeops.daemon.rules.matching import Said
from humeops.daemon.rules.patterns import PatternError, PatternSet, to_expression
from humeops.wire import codec
from tests.unit.daemon.rules.ruling import NOBODY, decide, engine, event, parse


def matches(match, said, user=NOBODY):
    return decide(f"[[rules]]\ndrop = true\nmatch = {match}", said, user=user) != ""


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ('{ task = "nightly-*" }', True),
        ('{ task = "nightly" }', False),
        ('{ task = ["x", "night*"] }', True),
        ('{ task = "/ghtl/" }', True),
        ('{ task = "/NIGHT/" }', False),
        ('{ task = "/NIGHT/i" }', True),
        ('{ task = "nightly?backup" }', True),
        ('{ task = "nightly.backup" }', False),
        ('{ message = "disk" }', False),
        ('{ message = "*disk*" }', True),
        ('{ message = "/disk (sda|sdb)/" }', True),
        ('{ tag = "prod" }', True),
        ('{ tag = "test" }', False),
        ('{ key = "fi*" }', True),
        ('{ user = "65534" }', True),
        ('{ user = "nobody" }', True),
        ('{ user = "root" }', False),
        ('{ kind = "log" }', True),
        ('{ kind = ["start", "stop"] }', False),
        ('{ level = "warning" }', True),
        ('{ level = ">=ok" }', True),
        ('{ level = ">=error" }', False),
        ('{ level = "<=info" }', False),
        ('{ level = ["info", ">=critical"] }', False),
        ('{ host = "web*" }', True),
        ('{ task = "nightly*", level = "error" }', False),
        ('{ any = [{ tag = "test" }, { key = "files" }] }', True),
        ('{ any = [{ tag = "test" }, { key = "x" }] }', False),
        ('{ all = [{ message = "*disk*" }, { message = "*sda*" }] }', True),
        ('{ all = [{ message = "*disk*" }, { message = "*sdb*" }] }', False),
        ('{ not = { tag = "prod" } }', False),
        ('{ not = { tag = "prod", level = "error" } }', True),
        ('{ task = "night*", not = { any = [{ tag = "a" }, { tag = "b" }] } }', True),
        ("{}", True),
    ],
)
def test_a_match_holds_or_not(match, expected):
    said = event(
        task="nightly-backup",
        message="disk sda full\nas it was",
        tags=["prod", "web"],
        data={"files": 3},
        level="warning",
    )
    said.host = "web1"

    assert matches(match, said) is expected


@pytest.mark.parametrize("pattern", ["/(/", "/a", "/a/x", r"/(a)\1/", "/(?=a)/", "/a{1001}/"])
def test_what_is_no_pattern_is_an_error_that_names_the_rule(pattern):
    rules = parse(f"[[rules]]\ndrop = true\n[[rules]]\ndrop = true\nmatch = {{ task = '{pattern}' }}")

    with pytest.raises(RuleError, match=r"rules\[1\]\.match"):
        Engine(rules)


def test_a_pattern_that_makes_others_hang_does_not_hold_this_up():
    said = event(message="a" * 8_000)

    assert not matches('{ message = "/(a*)*(a*)*(a*)*b/" }', said)


words = st.sampled_from(["a", "b", "ab", "prod", "*", "a*", "*b", "?", "/a/", "/^b$/", "/A/i", "/b|prod/"])
leaves = st.fixed_dictionaries(
    {},
    optional={
        "task": words | st.lists(words, min_size=1, max_size=2),
        "tag": words,
        "key": words,
        "message": words,
        "user": words,
        "level": st.sampled_from(["info", ">=warning", "<=ok"]),
        "kind": st.sampled_from(["log", "ping"]),
    },
)
branches = st.builds(
    lambda leaf, more: {**leaf, **more},
    leaves,
    st.fixed_dictionaries(
        {},
        optional={
            "all": st.lists(leaves, min_size=1, max_size=2),
            "any": st.lists(leaves, min_size=1, max_size=3),
            "not": leaves,
        },
    ),
)
matches_of_rules = st.builds(
    lambda leaf, more: {**leaf, **more},
    leaves,
    st.fixed_dictionaries(
        {},
        optional={
            "all": st.lists(branches, min_size=1, max_size=2),
            "any": st.lists(branches, min_size=1, max_size=3),
            "not": branches,
        },
    ),
)
texts = st.sampled_from(["a", "b", "ab", "prod", "x"])
events_said = st.builds(
    event,
    st.sampled_from(["log", "ping"]),
    task=texts,
    tags=st.lists(texts, max_size=2, unique=True),
    message=texts,
    level=st.sampled_from(["info", "warning", "error"]),
    data=st.dictionaries(texts, st.just(1), max_size=2),
)


@given(st.lists(matches_of_rules, min_size=1, max_size=6), events_said, texts)
def test_the_index_finds_exactly_the_rules_whose_match_holds(found, said, user):
    rules = msgspec.convert(
        [{"name": f"r{n}", "match": one, "level": "ok"} for n, one in enumerate(found)], list[parsing.Rule]
    )
    # What the first rule changes must count for the next: both ways of trying them see it.
    by_index, by_letter = Engine(rules), Engine(rules)
    copy = event_copy(said)

    by_index.decide(said, (user,), 0)
    steps = by_letter.explain(copy, (user,), 0)

    assert [one.matched for one in by_index.counts.values()] == [int(step.matched) for step in steps]
    assert said == copy


def event_copy(said):
    return codec.decode(codec.encode(said))


@given(st.text(max_size=30))
def test_whatever_is_written_as_a_pattern_is_one_or_a_plain_error(pattern):
    with contextlib.suppress(PatternError):
        assert to_expression(pattern)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_text_without_wildcards_is_a_glob_of_itself(text):
    if "*" in text or "?" in text or text.startswith("/"):
        return

    assert PatternSet({text: 1}).bits_in(text) == 1


def test_a_set_tells_what_trying_one_by_one_tells():
    found = PatternSet({f"*{number}*": 1 << number for number in range(40)})

    assert found.bits_in("7 and 21") == sum(1 << n for n in (1, 2, 7, 21))


def test_nobody_is_matched_when_the_user_is_not_known():
    rules = engine('[[rules]]\ndrop = true\nmatch = { user = "*" }')

    assert rules.decide(event(), (), 0) == ""
    assert Said(event(), ()).texts("user") == ()
