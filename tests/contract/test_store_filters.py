# SPDX-License-Identifier: MIT
"""A filter means the same to every engine, and the same as to whoever applies it to things at hand."""

import pytest
from hypothesis import HealthCheck, given, settings

from humeops.central import intake
from humeops.central.store.questions import data, events, runs, tags, tasks
from humeops.event import LEVELS
from humeops.filters import keys, parsing, printing
from humeops.filters.facts import Facts, holds
from humeops.filters.tree import FilterError, leaves
from tests.contract.conftest import make_agent
from tests.fixtures.events import NOON, a_run, body_of, say
from tests.unit.filters.strategies import trees


@pytest.fixture
def filled(database):
    for number, host in enumerate(("db1", "db2", "web[1]")):
        said = a_run(
            say("log", 1, message="100% of Größe", tags=["nightly", "a b"], level="error"),
            say("data", 2, data={"bytes": 7, "sites": 3}),
            begins=number,
            outcome="failed" if number == 1 else "ok",
        )
        said[0].origin.user = "root"
        intake.take(database, make_agent(database, host), body_of(*said, epoch=host), NOON)
    return database


def chosen(database, module, text, *more):
    tree = printing.settled(parsing.parse(text, module.__name__.rpartition(".")[2]), NOON)
    with database.reading() as connection:
        return module.find(connection, module.Filter(also=tree), *more, 1_000, None).rows


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 12),
        ("host:db*", 8),
        ("host:web[*", 4),
        ('host:"db*"', 0),
        ("host:db1,db2 kind:start", 2),
        ("-host:db1", 8),
        ("not (host:db1 or kind:log,data)", 4),
        ("level>=warning", 3),
        ("level>error", 0),
        ("level:error", 3),
        ("level<ok", 9),
        ('tag:"a b"', 12),
        ("tag:night*", 12),
        ("tag:nightly,none level>=warning", 3),
        ("tag:nightly kind:stop host:db1", 1),
        ("-tag:nightly", 0),
        ("tag:none", 0),
        ("user:root", 3),
        ("-user:root", 9),
        ("user:1000", 12),
        ("key:b*", 3),
        ("-key:bytes", 9),
        ("größe", 3),
        ('"100% OF"', 3),
        ("since:now", 12),
        ("until:2026-11-23T04:00:01Z", 1),
        ("run:zzz", 0),
        ("-run:zzz", 12),
    ],
)
def test_events_are_chosen(filled, text, count):
    assert len(chosen(filled, events, text, False)) == count


@pytest.mark.parametrize("few", [1_000, 1], ids=["of few runs", "of many"])
def test_a_tag_finds_the_events_of_its_runs_and_what_was_said_outside_of_runs(filled, monkeypatch, few):
    monkeypatch.setattr(tags, "_FEW", few)
    many = [f"t{number}" for number in range(16)]
    loose = [say("log", 60 + at, task="loose", tags=many[:8] if at else ["nightly", "z"]) for at in range(3)]
    # More of them than a task remembers: what is not remembered is found all the same.
    crowd = [say("log", 70 + at, task="crowd", tags=[f"a{at}-{tag}" for tag in many]) for at in range(5)]
    said = [*loose, say("log", 65, task="loose"), *crowd, say("log", 80, task="crowd", tags=["z-last"])]
    intake.take(filled, make_agent(filled, "db9"), body_of(*said, epoch="db9"), NOON)

    assert [len(chosen(filled, events, text, False)) for text in ("tag:nightly", "tag:z", "tag:t7", "tag:z-last")] == [
        13,
        1,
        2,
        1,
    ]
    newest = chosen(filled, events, "tag:nightly", False)
    assert [row.id for row in newest] == sorted((row.id for row in newest), reverse=True)
    assert chosen(filled, events, "tag:nightly", True) == newest[::-1]


@pytest.mark.parametrize(
    ("module", "text", "count"),
    [
        (runs, "state:failed", 1),
        (runs, "state:problem", 3),
        (runs, "user:root tag:nightly key:bytes", 3),
        (runs, "-tag:nightly", 0),
        (runs, "since:2026-11-23T04:00:01Z host:db*", 1),
        (runs, "backup -db", 1),
        (runs, "run:*", 3),
        (tasks, "state:problem", 3),
        (tasks, "tag:a* key:sites", 3),
        (tasks, "web[", 1),
        (tasks, "until:2026-11-23T04:00:00Z", 0),
        (data, "key:bytes", 3),
        (data, "user:1000 since:2026-11-23T04:00:02Z", 6),
        (data, "7", 3),
        (data, "-user:nobody task:backup", 6),
    ],
)
def test_runs_tasks_and_data_are_chosen(filled, module, text, count):
    assert len(chosen(filled, module, text)) == count


def test_a_runs_own_ids_choose_it(filled):
    run = chosen(filled, runs, "host:db1")[0].summary.run

    for name in (run, run[-8:]):
        assert [row.host for row in chosen(filled, runs, f"run:{name}")] == ["db1"]
        assert {row.host for row in chosen(filled, events, f"run:{name}", False)} == {"db1"}
        assert {row.host for row in chosen(filled, data, f"run:{name}")} == {"db1"}


def test_a_key_of_other_things_is_refused(filled):
    with pytest.raises(FilterError, match="`level` says nothing of tasks"):
        chosen(filled, tasks, "level:error")


def _facts(row):
    return Facts(row.host, row.task, level=LEVELS[row.level], kind=row.kind, texts=(row.message,), time=row.time)


_COMPARED = frozenset({"host", "task", "level", "kind", "since", "until"})


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees)
def test_any_filter_is_a_question_that_every_engine_answers(filled, tree):
    tree = printing.settled(tree, NOON)
    used = {leaf.key for leaf in leaves(tree) if hasattr(leaf, "key")}
    of_events = all("events" in keys.KEYS[key].of for key in used)

    with filled.reading() as connection:
        if not of_events:
            with pytest.raises(FilterError):
                events.find(connection, events.Filter(also=tree), False, 100, None)
            return
        found = events.find(connection, events.Filter(also=tree), False, 100, None).rows
        everything = events.find(connection, events.Filter(), False, 100, None).rows

    if used <= _COMPARED:
        assert found == [row for row in everything if holds(tree, _facts(row))]
