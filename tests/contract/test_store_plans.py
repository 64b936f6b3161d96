# SPDX-License-Identifier: MIT
"""The lists that people look at are found by indexes: no question reads all events or all runs, in any engine."""

import random
import re

import pytest
import sqlalchemy as sa

from humeops.central import fold, indexing
from humeops.central.store import rows, tables
from humeops.central.store.questions import data, events, grouped, history, runs, tasks
from humeops.clock import FakeClock
from humeops.filters import parsing, tree
from humeops.wire.eventid import make_event_id
from tests.contract.planning import analyse, plans, whole
from tests.fixtures.events import NOON, SECOND, event_id, say

EVENTS, RUNS, TASKS, HOSTS = 20_000, 5_000, 10_000, 50
# Of any run; nobody looks at it here.
SUMMARY = rows.json_text(fold.summarise(event_id(0), [say("start")]))
DAY_NS = 86_400 * SECOND


def an_event(number, chance):
    at = NOON + number * SECOND
    made = {"id": rows.key_of(make_event_id(at, chance.getrandbits(62))), "epoch": 1, "seq": number, "kind": "log"}
    made |= {"level": 3 if number % 200 == 0 else 1, "time": at, "boot": "b", "mono": number, "received_at": at}
    made |= {
        "host": f"db{number % HOSTS}",
        "task": f"task{number % 7}",
        "message": f"copied file {number}",
        "rest": "{}",
    }
    return made


def a_run(number, chance):
    at = NOON + number * SECOND
    made = {"id": rows.key_of(make_event_id(at, chance.getrandbits(62))), "short": f"{number:08x}", "summary": SUMMARY}
    made |= {
        "host": f"db{number % HOSTS}",
        "task": f"task{number % 7}",
        "state": "failed" if number % 200 == 0 else "ok",
    }
    return made | {"started_at": at, "ended_at": at, "duration": 0, "last_event_at": at, "reason": ""}


def a_task(number):
    made = {"host": f"db{number // 10}", "task": f"task{number % 10}", "state": "failed" if number % 100 == 0 else "ok"}
    return made | {"since": NOON, "last_event_at": NOON, "reason": "", "running": 0, "tags": "[]", "loose_tags": "[]"}


def a_datum(number):
    made = {"host": f"db{number // 10}", "task": f"task{number % 10}", "key": "bytes", "value": "1", "time": NOON}
    return made | {"event": bytes(16), "unit": ""}


@pytest.fixture
def filled(database):
    chance = random.Random(1)
    with database.writing() as connection:
        connection.execute(sa.insert(tables.event), [an_event(number, chance) for number in range(EVENTS)])
        connection.execute(sa.insert(tables.run), [a_run(number, chance) for number in range(RUNS)])
        connection.execute(sa.insert(tables.task), [a_task(number) for number in range(TASKS)])
        tags = [{"host": f"db{n // 10}", "task": f"task{n % 10}", "tag": f"tag{n % 500}"} for n in range(TASKS)]
        connection.execute(sa.insert(tables.task_tag), tags)
        some = connection.execute(sa.select(tables.run.c.id).limit(20)).scalars()
        connection.execute(sa.insert(tables.run_tag), [{"run": run, "tag": "rare"} for run in some])
        connection.execute(sa.insert(tables.datum), [a_datum(number) for number in range(TASKS)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "REST_SECONDS", 0.0)
        assert indexing.Indexing(database, FakeClock(NOON + 30 * DAY_NS)).run_pass()
    analyse(database)
    return database


def texts(text, also=""):
    return events.Filter(text=text, also=parsing.parse(also, "events") if also else tree.EVERYTHING)


EVENTS_ASKED = {
    "by host": events.Filter(host="db7"),
    "from warning on": events.Filter(level="warning"),
    "of a run": events.Filter(run=make_event_id(NOON, 5)),
    "by a rare tag": events.Filter(tags=("rare",)),
    "of an hour": events.Filter(since=NOON + 3_600 * SECOND, until=NOON + 7_200 * SECOND),
    "by a rare text": texts("file 12345"),
    "by a common text": texts("copied"),
    "by a text of a host": texts("copied", "host:db7"),
    "by a text from warning on": texts("copied", "level>=warning"),
    "by a text that nothing holds": texts("nowhere"),
}
RUNS_ASKED = {
    "newest": runs.Filter(),
    "of a task": runs.Filter(host="db7", task="task0"),
    "by state": runs.Filter(states=("failed",)),
    "of an hour": runs.Filter(since=NOON + 3_600 * SECOND, until=NOON + 7_200 * SECOND),
}
TASKS_ASKED = {
    "by host": tasks.Filter(host="db7"),
    "by state": tasks.Filter(states=("failed",)),
    "by tag": tasks.Filter(tags=("tag7",)),
}


def test_events_are_found_without_reading_all(filled, subtests):
    for name, wanted in EVENTS_ASKED.items():
        with subtests.test(name):
            lines = plans(filled, lambda connection, wanted=wanted: events.find(connection, wanted, False, 50, None))

            assert lines
            assert whole(lines, "event", "event_text") == []


def test_a_common_text_is_looked_for_no_longer_than_until_the_limit(filled):
    lines = plans(filled, lambda connection: events.find(connection, texts("copied"), False, 50, None))

    # In SQLite a step after the one that asks the index would sort all that it finds.
    asked = next((at for at, line in enumerate(lines) if line.startswith("SCAN event_text VIRTUAL")), None)
    assert asked is None or not any("TEMP B-TREE" in line for line in lines[asked : asked + 3])


def test_the_newest_events_are_read_backwards(filled):
    lines = plans(filled, lambda connection: events.find(connection, events.Filter(), False, 50, None))

    assert lines
    assert not any("Seq Scan" in line or "Sort" in line or "TEMP B-TREE" in line for line in lines)


def test_runs_are_found_without_reading_all(filled, subtests):
    for name, wanted in RUNS_ASKED.items():
        with subtests.test(name):
            lines = plans(filled, lambda connection, wanted=wanted: runs.find(connection, wanted, 50, None))

            assert lines
            assert whole(lines, "run") == []


def test_tasks_are_found_without_reading_all(filled, subtests):
    for name, wanted in TASKS_ASKED.items():
        with subtests.test(name):
            lines = plans(filled, lambda connection, wanted=wanted: tasks.find(connection, wanted, 50, None))

            assert lines
            assert whole(lines, "task", "run", "event") == []


def test_data_of_a_task_are_found_without_reading_all(filled):
    wanted = data.Filter(host="db7", task="task0")

    lines = plans(filled, lambda connection: data.find(connection, wanted, 50, None))

    assert lines
    assert whole(lines, "datum", "event", "run") == []


def test_a_question_that_reads_all_is_told_apart(filled):
    lines = plans(filled, lambda connection: connection.execute(sa.text("SELECT id FROM event WHERE message = 'x'")))

    assert whole(lines, "event")


# SQLite's table of tasks is itself in the order of host and name: read from its begin until the limit.
GROUPED_BY = {"host": r"pk_task|task_pkey|^SCAN task$", "task": "ix_task_task", "tag": "ix_task_tag_tag"}


@pytest.mark.parametrize("by", GROUPED_BY)
def test_tasks_under_headings_are_read_in_the_order_of_an_index(filled, by):
    lines = plans(filled, lambda connection: grouped.find(connection, tasks.Filter(), by, 50, 5, None))

    assert lines
    assert [line for line in whole(lines, "task", "run", "event") if by != "host" or line != "SCAN task"] == []
    assert any(re.search(GROUPED_BY[by], line) for line in lines)
    assert not any("TEMP B-TREE FOR ORDER BY" in line or "Sort" in line for line in lines)


def test_events_of_an_hour_are_counted_without_reading_all(filled):
    since, until = NOON + 3_600 * SECOND, NOON + 7_200 * SECOND

    lines = plans(
        filled, lambda connection: events.count(connection, events.Filter(), since, until, 60 * SECOND, 1_000)
    )

    assert lines
    assert whole(lines, "event") == []


def test_what_a_task_shared_before_is_read_by_index(filled):
    lines = plans(filled, lambda connection: history.find(connection, ("db7", "task0", "bytes"), 50, None))

    assert any("ix_event_shared" in line or "host_task_id_idx" in line for line in lines)
    assert whole(lines, "event", "run") == []
