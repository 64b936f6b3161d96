# SPDX-License-Identifier: MIT
"""What the store promises of a task's state and of its changes, whatever engine it is."""

import random

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from humeops.central.store import rows, tables
from humeops.central.store.questions import tasks
from tests.contract.conftest import make_agent
from tests.contract.looking import ask, content, distinct_words, moves, take
from tests.fixtures.events import HEARD, NOON, SECOND, a_run, say
from tests.fixtures.events import runs as drawn_runs


def state_of(database, task="backup"):
    (found,) = ask(database, tasks.find, tasks.Filter(task=task))
    return found.state, found.reason, found.since


@pytest.mark.parametrize(
    ("word", "state", "reason"),
    [
        (say("log", 1, level="critical", message="database is on fire"), "failed", "database is on fire"),
        (say("log", 1, level="error"), "failed", "error"),
        (say("log", 1, level="warning", message="disk nearly full"), "warning", "disk nearly full"),
        (say("log", 1, level="ok", message="all is well"), "ok", ""),
        (say("stop", 1, outcome="failed", status=7), "failed", "exit 7, without a start"),
    ],
)
def test_a_verdict_from_outside_of_runs_is_the_state_of_its_task(database, agent, word, state, reason):
    take(database, agent, say("log", 0, message="hello"), word, say("log", 2, message="and more"))

    assert state_of(database) == (state, reason, NOON + SECOND)
    assert moves(database) == [("db1", "backup", "new", state, None, rows.key_of(word.id), reason)]


def test_of_several_verdicts_the_one_said_last_counts_whatever_arrives_last(database, agent):
    take(database, agent, say("log", 9, level="error", message="late"))
    take(database, agent, say("log", 5, level="ok"), first=2)
    assert state_of(database)[:2] == ("failed", "late")

    take(database, agent, say("log", 10, level="ok"), first=3)
    assert state_of(database)[:2] == ("ok", "")


def test_a_verdict_counts_until_a_run_starts_and_again_when_it_was_said_after_that_start(database, agent):
    before, within, after = (say("log", at, level="error", message=f"at {at}") for at in (50, 130, 300))
    run = a_run(begins=100, ends=160)

    take(database, agent, before)
    assert state_of(database)[:2] == ("failed", "at 50")
    take(database, agent, run[0], first=2)
    assert state_of(database)[0] == "running"
    take(database, agent, within, first=3)
    assert state_of(database)[0] == "running"
    take(database, agent, run[1], first=4)
    assert state_of(database) == ("failed", "at 130", NOON + 130 * SECOND)
    take(database, agent, *a_run(begins=200, ends=210), first=5)
    assert state_of(database)[0] == "ok"
    take(database, agent, after, first=7)
    assert state_of(database)[:2] == ("failed", "at 300")

    assert [row[3] for row in moves(database)] == ["failed", "running", "failed", "running", "ok", "failed"]


def test_a_task_is_what_its_run_that_started_last_is(database, agent):
    older = a_run(begins=0, ends=500, status=1, outcome="failed")
    newer = a_run(begins=100, ends=200)

    take(database, agent, *newer)
    take(database, agent, *older, first=10)

    (task,) = ask(database, tasks.find, tasks.Filter())
    assert (task.state, task.reason, task.since) == ("ok", "", NOON + 200 * SECOND)
    assert task.last_run is not None
    assert task.last_run.summary.run == newer[0].id


def test_open_runs_are_counted_also_when_a_run_turns_out_to_be_another_tasks(database, agent):
    first, second = a_run(ends=None), a_run(say("log", 12, task="guessed"), begins=10, ends=None)

    take(database, agent, *first, second[1])
    assert {task.task: task.running for task in ask(database, tasks.find, tasks.Filter())} == {
        "backup": 1,
        "guessed": 1,
    }

    take(database, agent, second[0], first=10)
    assert {task.task: task.running for task in ask(database, tasks.find, tasks.Filter())} == {"backup": 2}


def test_each_change_of_state_is_stored_once_with_its_reason(database, agent):
    said = [*a_run(status=3, outcome="failed", line=41), *a_run(begins=100, ends=160)]
    for seq, event in enumerate(said, 1):
        take(database, agent, event, first=seq)
        take(database, agent, event, first=seq)

    with database.reading() as connection:
        moved = connection.execute(sa.select(tables.transition).order_by(tables.transition.c.id)).all()
    assert [(row.from_state, row.to_state, row.reason) for row in moved] == [
        ("new", "running", ""),
        ("running", "failed", "exit 3 at line 41"),
        ("failed", "running", ""),
        ("running", "ok", ""),
    ]
    assert {row.at for row in moved} == {HEARD}


def test_a_failure_between_two_good_runs_of_one_batch_is_not_passed_over(database, agent):
    said = [*a_run(), *a_run(begins=100, ends=110, status=1, outcome="failed"), *a_run(begins=200, ends=210)]

    take(database, agent, *said)

    assert [row[3] for row in moves(database)] == ["running", "ok", "running", "failed", "running", "ok"]


def test_a_run_that_fails_within_one_batch_after_one_that_failed_is_two_changes_of_state(database, agent):
    take(database, agent, *a_run(status=1, outcome="failed"))

    take(database, agent, *a_run(begins=100, ends=110, status=2, outcome="failed"), first=3)

    assert [(row[2], row[3], row[6]) for row in moves(database)] == [
        ("new", "running", ""),
        ("running", "failed", "exit 1"),
        ("failed", "running", ""),
        ("running", "failed", "exit 2"),
    ]


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(drawn_runs(), min_size=1, max_size=4), distinct_words, st.integers(0, 1_000_000))
def test_where_batches_begin_and_end_makes_no_difference_to_the_changes_of_state(lend, drawn, loose, seed):
    chance = random.Random(seed)
    # An id is one event's: two that say different things under one id are none that anybody made.
    said = list({event.id: event for event in [*(event for _, events in drawn for event in events), *loose]}.values())
    said = chance.sample(said, len(said))
    found = []
    for size in (1, 2, 5, len(said)):
        with lend() as database:
            agent = make_agent(database, "db1")
            for begin in range(0, len(said), size):
                take(database, agent, *said[begin : begin + size])
            found.append((moves(database), content(database)))

    assert all(one == found[0] for one in found)


def test_a_run_that_is_gone_makes_its_task_lost_and_a_late_stop_takes_it_back(database, agent):
    said = a_run(say("flag", 5, flag="db-dumped"), say("gone", 52), ends=60)
    gone, stop = said[2:]

    take(database, agent, *said[:3])
    assert state_of(database) == ("lost", "died after db-dumped, 47 s after its last event", NOON + 52 * SECOND)
    take(database, agent, stop, first=4)

    assert state_of(database) == ("ok", "", NOON + 60 * SECOND)
    assert [row[2:4] + row[5:6] for row in moves(database)] == [
        ("new", "running", rows.key_of(said[0].id)),
        ("running", "lost", rows.key_of(gone.id)),
        ("lost", "ok", rows.key_of(stop.id)),
    ]
    (task,) = ask(database, tasks.find, tasks.Filter())
    assert task.running == 0


def test_a_lost_task_is_among_the_problems(database, agent):
    take(database, agent, *a_run(say("gone", 52), ends=None))

    assert [task.state for task in ask(database, tasks.find, tasks.Filter(states=tasks.PROBLEMS))] == ["lost"]


def test_a_word_of_humed_about_no_run_is_no_task(database, agent):
    take(database, agent, say("gone", 1, run=None))

    assert ask(database, tasks.find, tasks.Filter()) == []
