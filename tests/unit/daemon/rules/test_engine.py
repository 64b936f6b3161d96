# SPDX-License-Identifier: MIT
"""What rules make of an event: changed, kept, dropped; one after the other, never a start, a stop or a failure by chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.daemon.rules import parsing
from humeops.daemon.rules.engine import Engine, RuleError
from humeops.daemon.rules.redacting import READY
from humeops.wire import codec
from tests.unit.daemon.rules.ruling import NOBODY, NS, decide, engine, event, parse


def changed(action, said):
    engine(f"[[rules]]\n{action}").decide(said, NOBODY, 0)
    assert codec.decode(codec.encode(said)) == said
    return said


def test_what_is_dropped_is_dropped_under_the_rules_name():
    assert (
        decide('[[rules]]\nname = "noise"\ndrop = true\nmatch = { level = "debug" }', event(level="debug"))
        == "rule noise"
    )


def test_what_matches_nothing_stays_as_it_is():
    said = event()

    assert decide('[[rules]]\ndrop = true\nmatch = { task = "x" }', said) == ""


def test_after_a_rule_that_keeps_none_drops_any_more_and_the_later_ones_still_change():
    said = event(tags=["vip"])

    cause = decide('[[rules]]\nkeep = true\nmatch = { tag = "vip" }\n[[rules]]\nlevel = "ok"\ndrop = true', said)

    assert (cause, said.level) == ("", "ok")


def test_a_later_rule_sees_what_an_earlier_one_changed():
    text = '[[rules]]\nadd_tags = ["noisy"]\n[[rules]]\ndrop = true\nmatch = { tag = "noisy" }'

    assert decide(text, event()) == "rule rule-1"


def test_an_earlier_rule_does_not_see_what_a_later_one_changed():
    text = '[[rules]]\ndrop = true\nmatch = { tag = "noisy" }\n[[rules]]\nadd_tags = ["noisy"]'

    assert decide(text, event()) == ""


@pytest.mark.parametrize(
    ("action", "members", "expected"),
    [
        ('level = "debug"', {"level": "error"}, {"level": "debug"}),
        ('raise = "error"', {"level": "warning"}, {"level": "error"}),
        ('raise = "error"', {"level": "critical"}, {"level": "critical"}),
        ('add_tags = ["a", "b"]', {"tags": ["b"]}, {"tags": ["b", "a"]}),
        ('remove_tags = "team-*"', {"tags": ["team-1", "x"]}, {"tags": ["x"]}),
        ('set = { site = "north", rack = 4 }', {"data": {"rack": 3}}, {"data": {"rack": 4, "site": "north"}}),
        ("set = { on = true }", {"data": {"on": 1}}, {"data": {"on": True}}),
        ("truncate = 5", {"message": "123456"}, {"message": "1234…", "cut": ["message"]}),
        ("truncate = 6", {"message": "123456"}, {"message": "123456"}),
        ('route = "night-shift"', {}, {"tags": ["route.night-shift"]}),
    ],
)
def test_an_action_changes_what_it_says(action, members, expected):
    said = changed(action, event(**members))

    assert {name: getattr(said, name) for name in expected} == expected


def test_tags_and_data_beyond_the_limit_are_left_out_and_that_is_said():
    said = changed(
        'add_tags = ["new"]\nset = { new = 1 }',
        event(tags=[f"t{n}" for n in range(16)], data={f"k{n}": 1 for n in range(64)}),
    )

    assert (len(said.tags), len(said.data), said.cut) == (16, 64, ["tags", "data"])


@pytest.mark.parametrize(
    ("ready", "text", "told"),
    [
        ("passwords", "login with password=hunter2 failed", "login with password=*** failed"),
        ("passwords", "the password is hunter2", "the password is ***"),
        ("passwords", 'passwd: "two words", next', "passwd: ***, next"),
        ("passwords", "postgres://app:s3cret@db/x", "postgres://app:***@db/x"),
        ("passwords", "ran mysqldump --password hunter2 shop", "ran mysqldump --password *** shop"),
        ("passwords", "no pass-through, by-pass 3", "no pass-through, by-pass 3"),
        ("tokens", "gh auth --with-token abc", "gh auth --with-token ***"),
        ("keys", "aws --api-key 'a b' --region x", "aws --api-key *** --region x"),
        ("passwords", "sudo --password --stdin", "sudo --password --stdin"),
        ("tokens", "Authorization: Bearer abcdef123456", "Authorization: Bearer ***"),
        ("tokens", "?access_token=abc&x=1", "?access_token=***&x=1"),
        ("tokens", "eyJhbGciOi.eyJzdWIiOi.abc-_", "***"),
        ("keys", "api_key = abc123", "api_key = ***"),
        ("keys", "id AKIAABCDEFGHIJKLMNOP used", "id *** used"),
        (
            "keys",
            "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----***",
        ),
        ("emails", "mail to jo.doe@example.org sent", "mail to *** sent"),
        ("/CUST-[0-9]+/", "order of CUST-123", "order of ***"),
    ],
)
def test_ready_patterns_and_own_ones_hide_what_they_find(ready, text, told):
    said = changed(f"redact = ['{ready}']", event(message=text, output=text, data={"text": text}))

    assert (said.message, said.output, said.data["text"]) == (told, told, told)


def test_patterns_that_are_too_large_together_are_tried_one_by_one():
    wanted = ", ".join(rf"'/{letter}[a-z\pL]{{300}}/'" for letter in "abcdefghijklmnopqrstuvwxyz")

    said = changed(f"redact = [{wanted}]", event(message="q" + "é" * 300))

    assert said.message == "***"


def test_a_datum_whose_name_speaks_of_a_secret_is_hidden():
    data = {"db_password": "hunter2", "files": "3", "password": 4711, "passed": 12, "has_password": True}

    said = changed('redact = ["passwords"]', event(data=data))

    assert said.data == {"db_password": "***", "files": "3", "password": "***", "passed": 12, "has_password": True}


def test_arguments_and_command_are_redacted_too():
    said = changed('redact = ["emails"]', event(task="t", origin={"command": "mail a@b.org", "args": ["a@b.org"]}))

    assert (said.origin.command, said.origin.args) == ("mail ***", ["***"])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_redacting_leaves_an_acceptable_event_whatever_the_text(text):
    changed(f"redact = {list(READY)}", event(message=text, data={"a": text}))


# -- sampling, rates, repetitions --------------------------------------------------------------------------------------

SPARED = [
    ("start", {}),
    ("stop", {"outcome": "ok"}),
    ("log", {"level": "error"}),
    ("flag", {"flag": "x", "level": "critical"}),
]


@pytest.mark.parametrize("action", ["sample = 1000000", "rate = { events = 1, seconds = 1000 }"])
@pytest.mark.parametrize(("kind", "members"), SPARED)
def test_neither_sampling_nor_a_rate_drops_starts_stops_and_failures(action, kind, members):
    rules = engine(f"[[rules]]\n{action}")

    assert [rules.decide(event(kind, **members), NOBODY, 0) for _ in range(5)] == [""] * 5


def test_a_sample_keeps_about_one_in_so_many_and_the_same_ones_each_time():
    said = [event() for _ in range(2_000)]

    kept, again = ([one.id for one in said if not decide("[[rules]]\nsample = 10", one)] for _ in range(2))

    assert kept == again
    assert 100 < len(kept) < 400


def test_two_samples_one_after_the_other_do_not_keep_the_same():
    rules = engine("[[rules]]\nsample = 4\n[[rules]]\nsample = 4")

    kept = sum(not rules.decide(event(), NOBODY, 0) for _ in range(2_000))

    assert 50 < kept < 250


def test_a_rate_lets_so_many_through_at_once_and_then_one_after_the_other():
    rules = engine("[[rules]]\nrate = { events = 3, seconds = 30 }")

    at = [0, 0, 0, 0, 9, 10, 11, 60, 60, 60, 60]

    assert [not rules.decide(event(), NOBODY, now * NS) for now in at] == [
        True, True, True, False, False, True, False, True, True, True, False,
    ]  # fmt: skip


def test_a_rate_is_each_tasks_own_or_each_users():
    by_task = engine("[[rules]]\nrate = { events = 1 }")
    by_user = engine('[[rules]]\nrate = { events = 1, per = "user" }')
    said = [event(task="a", origin={"uid": 1}), event(task="b", origin={"uid": 1}), event(task="a", origin={"uid": 2})]

    assert [bool(by_task.decide(one, NOBODY, 0)) for one in said] == [False, False, True]
    assert [bool(by_user.decide(one, NOBODY, 0)) for one in said] == [False, True, False]


def test_repetitions_are_dropped_and_told_as_a_number_when_something_else_comes():
    rules = engine("[[rules]]\ncollapse = 60")

    dropped = [bool(rules.decide(event(message=text), NOBODY, 0)) for text in ("a", "a", "a", "b")]

    assert dropped == [False, True, True, False]
    assert [(one.last.message, one.times) for one in rules.take_repeated(0)] == [("a", 2)]
    assert rules.take_repeated(0) == []


def test_repetitions_are_told_when_their_time_is_over():
    rules = engine("[[rules]]\ncollapse = 60")
    for _ in range(3):
        rules.decide(event(message="a"), NOBODY, 0)

    assert rules.take_repeated(59 * NS) == []
    assert [one.times for one in rules.take_repeated(60 * NS)] == [2]
    assert rules.decide(event(message="a"), NOBODY, 61 * NS) == ""


@pytest.mark.parametrize(
    "said", [event("data", data={"a": 1}), event("progress", progress=[1, 2]), event("ping"), event("start")]
)
def test_only_words_are_collapsed(said):
    rules = engine("[[rules]]\ncollapse = 60")

    assert [rules.decide(said, NOBODY, 0) for _ in range(2)] == ["", ""]


def test_counts_tell_how_often_a_rule_matched_and_dropped():
    rules = engine(
        '[[rules]]\nname = "a"\ndrop = true\nmatch = { level = "debug" }\n[[rules]]\nname = "b"\nlevel = "ok"'
    )
    for level in ("debug", "debug", "info"):
        rules.decide(event(level=level), NOBODY, 0)

    assert [(one.matched, one.dropped) for one in rules.counts.values()] == [(2, 2), (1, 0)]


def test_each_rule_tells_what_it_did():
    rules = engine('[[rules]]\nlevel = "ok"\n[[rules]]\ndrop = true\nmatch = { task = "x" }\n[[rules]]\ndrop = true')

    steps = rules.explain(event(), NOBODY, 0)

    assert [(step.matched, step.did) for step in steps] == [
        (True, ["level info → ok"]),
        (False, []),
        (True, ["dropped"]),
    ]


# -- what is no rule ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[rules]]\n", r"rules\[0\].*does nothing"),
        ('[[rules]]\nname="a"\ndrop=true\n[[rules]]\nname="a"\ndrop=true', r"rules\[1\]\.name.*two rules"),
        ('[[rules]]\nname="a:b"\ndrop=true', r"rules\[0\]\.name"),
        ("[[rules]]\nkeep=true\ndrop=true", r"rules\[0\]\.keep"),
        ('[[rules]]\nadd_tags=["a:b"]', r"rules\[0\]\.add_tags"),
        ("[[rules]]\nset={a=nan}", r"rules\[0\]\.set"),
        ("[[rules]]\nset={a=9223372036854775808}", r"rules\[0\]\.set"),
        ('[[rules]]\nredact=["password"]', r"rules\[0\]\.redact.*passwords"),
        ('[[rules]]\nredact=["/x*/"]', r"rules\[0\]\.redact.*empty text"),
        ('[[rules]]\nroute="a/b"', r"rules\[0\]\.route"),
        ('[[rules]]\nremove_tags="/(/"', r"rules\[0\]\.remove_tags"),
    ],
)
def test_a_rule_that_cannot_work_is_an_error_that_names_it(text, told):
    with pytest.raises(RuleError, match=told):
        Engine(parse(text))


def test_no_rules_are_rules_too():
    assert Engine([]).decide(event(), NOBODY, 0) == ""
    assert parsing.find_fault([]) is None
