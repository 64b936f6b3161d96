# SPDX-License-Identifier: MIT
"""One run explained from the store: what belongs to it, what is compared with it, and that no history is read for it."""

import pytest
import sqlalchemy as sa

from humeops.api import explained
from humeops.central.store.questions import events, runs
from humeops.filters.tree import EVERYTHING
from tests.contract.looking import take
from tests.fixtures.events import NOON, SECOND, a_run, event_id, say


def shown(database, name, now=0):
    with database.reading() as connection:
        run = runs.resolve(connection, name)
        assert run is not None
        return explained.detail(connection, run, explained.past_of(connection, run), NOON + now * SECOND, EVERYTHING)


def child_of(parent, begins, task="dump", **stop):
    said = a_run(begins=begins, ends=begins + 2, **stop)
    said[0].parent = parent
    for event in said:
        event.task = task
    return said


def test_a_run_shows_what_started_it_and_what_ended_it(database, agent):
    start, stop = a_run(outcome="failed", status=3, line=41, command="pg_dump db", output="no\nspace", signal=None)
    start.origin.by, start.origin.cwd, start.origin.args = "cron", "/root", ["-v"]
    stop.origin.function = "dump_all"
    take(database, agent, start, stop)

    found = shown(database, "backup")

    assert found.origin is not None
    assert (found.origin.by, found.origin.cwd, found.origin.args, found.origin.uid) == ("cron", "/root", ["-v"], 1000)
    assert found.end is not None
    assert (found.end.kind, found.end.status, found.end.line, found.end.function) == ("stop", 3, 41, "dump_all")
    assert (found.end.command, found.output) == ("pg_dump db", "no\nspace")


def test_child_runs_are_shown_with_their_own_and_the_outer_one_with_them(database, agent):
    outer = a_run(ends=None)
    inner = child_of(outer[0].id, 5)
    innermost = child_of(inner[0].id, 6, task="compress", outcome="failed", status=2)
    take(database, agent, *outer, *innermost, *inner)

    found, child = shown(database, "backup"), shown(database, "dump")

    assert [(run.task, run.parent) for run in found.children] == [("dump", outer[0].id), ("compress", inner[0].id)]
    assert child.parent is not None
    assert (child.parent.task, child.run.parent) == ("backup", outer[0].id)


def test_runs_that_name_each_other_as_parents_are_each_shown_once(database, agent):
    one, other = a_run(), a_run(begins=100, ends=110)
    one[0].parent, other[0].parent = other[0].id, one[0].id
    take(database, agent, *one, *other)

    assert [run.id for run in shown(database, one[0].id).children] == [other[0].id]


def test_more_children_than_a_page_holds_are_said_to_be_there(database, agent):
    outer = a_run(ends=None)
    take(database, agent, *outer)
    for begin in range(0, explained.MAX_CHILDREN + 5, 35):
        children = [child_of(outer[0].id, begin + number) for number in range(35)]
        take(database, agent, *(event for child in children for event in child), first=100 * begin + 10)

    found = shown(database, outer[0].id)

    assert (len(found.children), found.more_children) == (explained.MAX_CHILDREN, True)


def test_what_was_said_of_a_run_afterwards_is_linked_to_it(database, agent):
    run = a_run()
    take(database, agent, *run, say("log", 90, message="cleaned up", link=run[0].id), say("log", 91, link=event_id(1)))

    found = shown(database, "backup")

    assert [(event.message, event.link, event.run) for event in found.links] == [("cleaned up", run[0].id, None)]
    assert len(found.events) == 2


def test_the_word_of_a_later_boot_stands_at_the_end_of_the_timeline(database, agent):
    take(database, agent, *a_run(say("gone", 900, boot="0", mono=1), say("log", 5), ends=None))

    assert [event.kind for event in shown(database, "backup").events] == ["start", "log", "gone"]


def test_a_run_is_compared_with_the_good_runs_of_its_task(database, agent):
    for number in range(6):
        begins = 1_000 * number
        middle = [say("flag", begins + 10, flag="dumped"), say("data", begins + 11, data={"size_bytes": 5_000_000})]
        take(database, agent, *a_run(*middle, begins=begins, ends=begins + 60), first=10 * number + 1)
    take(
        database,
        agent,
        *a_run(say("flag", 9_400, flag="dumped"), say("data", 9_401, data={"size_bytes": 0}), begins=9_000, ends=9_450),
        first=500,
    )

    found = shown(database, "backup")

    assert found.usual is not None
    assert (found.usual.runs, found.usual.duration) == (6, 60 * SECOND)
    assert [finding.kind for finding in found.findings] == ["slow_run", "slow_stretch", "odd_data"]
    assert [(stretch.name, stretch.usual, stretch.unusual) for stretch in found.stretches] == [
        ("dumped", 10 * SECOND, True),
        ("end", 50 * SECOND, False),
    ]
    assert [(number.value, number.unit, number.usual, number.unusual) for number in found.data] == [
        (0, "bytes", 5_000_000, True)
    ]


def test_a_running_run_has_an_outlook(database, agent):
    take(database, agent, *a_run(say("progress", 30, progress=(1.0, 4.0)), ends=None))

    found = shown(database, "backup", now=40)

    assert found.outlook is not None
    assert (found.outlook.ends_at, found.outlook.by) == (NOON + 120 * SECOND, "progress")
    assert found.run.progress == (1.0, 4.0)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_showing_a_run_reads_by_keys_and_never_a_history(database, agent):
    run = a_run(say("flag", 5, flag="a"), say("data", 6, data={"n": 1}))
    take(database, agent, *run)
    asked = []
    with database.reading() as connection:
        found = runs.resolve(connection, run[0].id)
        assert found is not None
        sa.event.listen(connection, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
        explained.detail(connection, found, explained.past_of(connection, found), NOON, EVERYTHING)
        plans = [
            row[3]
            for statement, values in list(asked)
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]

    assert len(asked) >= 7
    assert [plan for plan in plans if plan.startswith("SCAN")] == []
    used = {plan for plan in plans if plan.startswith("SEARCH")}
    assert {"run_flag", "run_datum", "task_usual"} <= {plan.split()[1] for plan in used}
    assert any("ix_run_parent" in plan for plan in used)
    assert any("ix_event_link" in plan for plan in used)


def test_events_say_of_which_run_they_speak(database, agent):
    take(database, agent, say("log", 1, link=event_id(0, 5)))

    with database.reading() as connection:
        assert events.find(connection, events.Filter(), False, 10, None).rows[0].link is not None
