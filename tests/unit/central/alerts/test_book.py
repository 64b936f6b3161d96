# SPDX-License-Identifier: MIT
"""A rule that can never do what it says is refused, with what to write instead."""

import pytest

from humeops.central.alerts import book, reading


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ({"when": "state:ok"}, "it never fits"),
        ({"when": "host:db1 -state:problem"}, "it never fits"),
        ({"when": "state:failed", "of": "hosts"}, "it never fits"),
        ({"when": "state:late", "of": "findings"}, "it never fits"),
        ({"findings": ["limit"]}, 'of = "findings"'),
        ({"repeat": "59s"}, "at least 1m"),
        ({"group": "hosts"}, "'hosts' is none of host, task, rule, none"),
        ({"findings": ["late"], "of": "findings"}, "'late' is none of slow_run, "),
    ],
)
def test_a_rule_that_never_fires_or_never_rests_is_refused(rule, hint):
    with pytest.raises(book.BookError, match=hint):
        reading.read({"rule": [{"name": "one", **rule}]})


@pytest.mark.parametrize("on", [":", "db1:", ":postgres", "db*:postgres"])
def test_what_cannot_be_a_parent_is_refused(on):
    with pytest.raises(book.BookError, match="`on`"):
        reading.read({"parent": [{"when": "tag:needs-db", "on": on}]})


def test_all_that_is_wrong_is_told_at_once():
    told = {
        "rule": [{"name": "one", "when": "state:ok", "repeat": "59s"}, {"name": "two", "wiat": "1m"}],
        "route": [{"to": ["nobody"], "time": "8-18", "tz": "Mars"}],
        "fallbck": ["ops"],
    }
    with pytest.raises(book.BookError) as caught:
        reading.read(told)
    assert [one.place for one in caught.value.faults] == [
        "rule[0].repeat",
        "rule[0].when",
        "rule[1]",
        "route[0].time",
        "route[0].tz",
        "",
    ]

    del told["rule"], told["fallbck"]
    with pytest.raises(book.BookError, match="no channel 'nobody'"):
        reading.read(told)
    assert str(caught.value).count("\n") == len(caught.value.faults) - 1


@pytest.mark.parametrize(
    "rule",
    [
        {"when": "state:warning"},
        {"when": "-state:late"},
        {"when": "state:problem -host:db1 backup"},
        {"when": "state:ok", "of": "findings", "findings": ["limit"]},
        {"when": "state:unknown", "of": "hosts", "repeat": "0"},
        {"repeat": "1m"},
    ],
)
def test_a_rule_that_may_fire_is_taken(rule):
    assert reading.read({"rule": [{"name": "one", **rule}]}).rule[0].name == "one"
