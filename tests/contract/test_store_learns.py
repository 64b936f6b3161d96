# SPDX-License-Identifier: MIT
"""What the store learns of a task from its good runs, whatever engine it is and whatever way the runs came."""

import random

import pytest
import sqlalchemy as sa

from humeops.central import usual
from humeops.central.store.questions import explaining
from tests.contract.conftest import make_agent
from tests.contract.looking import content, count, take
from tests.fixtures.events import SECOND, a_run, say


def known(database, task="backup"):
    with database.reading() as connection:
        return explaining.good_runs(connection, "db1", task)


def numbers(database, run):
    with database.reading() as connection:
        return explaining.numbers(connection, run.id, 100)


def run_at(begins, *middle, lasts=10, **stop):
    return a_run(*middle, begins=begins, ends=begins + lasts, **stop)


def test_a_good_run_is_learnt_from_with_its_flags_and_numbers(database, agent):
    take(
        database,
        agent,
        *run_at(0, say("flag", 4, flag="dumped"), say("data", 5, data={"rows": 7}), data={"wall_s": 9.5}),
    )

    (run,) = known(database)
    assert run.facts.duration == 10 * SECOND
    assert run.facts.stretches == [("dumped", 1, 4 * SECOND), ("", 1, 6 * SECOND)]
    assert run.facts.data == {"rows": 7.0, "wall_s": 9.5}


@pytest.mark.parametrize(
    "odd",
    [
        {"ends": None},
        {"status": 1, "outcome": "failed"},
        {"outcome": "warning"},
    ],
)
def test_a_run_that_did_not_end_well_is_not(database, agent, odd):
    take(database, agent, *a_run(say("flag", 4, flag="dumped"), **odd))
    take(database, agent, *a_run(say("gone", 70), begins=60, ends=None), first=9)

    assert known(database) == []
    assert [count(database, sa.table(name)) for name in ("run_flag", "task_usual")] == [1, 0]


def test_of_a_number_the_last_word_counts_whenever_it_arrives(database, agent):
    run = run_at(0, say("data", 5, data={"rows": 7}, unit="rows"), say("data", 3, data={"rows": 6}))
    late = say("data", 8, run=run[0].id, data={"rows": 9, "name": "x", "yes": True})
    early = say("data", 1, run=run[0].id, data={"rows": 1, "seen": 2})

    take(database, agent, *run)
    assert [tuple(number) for number in numbers(database, run[0])] == [("rows", 7.0, "rows")]
    take(database, agent, early, late, first=9)

    assert [tuple(number) for number in numbers(database, run[0])] == [("rows", 9.0, ""), ("seen", 2.0, "")]
    assert known(database)[0].facts.data == {"rows": 9.0, "seen": 2.0}


def test_a_flag_that_arrives_after_the_stop_is_learnt(database, agent):
    run = run_at(0)
    take(database, agent, *run)

    take(database, agent, say("flag", 4, flag="dumped", run=run[0].id), first=9)

    assert [name for name, _, _ in known(database)[0].facts.stretches] == ["dumped", ""]


def test_only_the_last_runs_are_kept_and_an_older_one_comes_back_when_one_proves_bad(database, agent):
    runs = [run_at(100 * number) for number in range(usual.KEPT + 3)]
    for number, run in enumerate(runs):
        take(database, agent, *run, first=2 * number + 1)
    assert [one.run for one in known(database)] == [run[0].id for run in runs[:2:-1]]

    worse = say("log", 100 * 10 + 5, level="error", run=runs[10][0].id)
    take(database, agent, worse, first=1_000)

    assert [one.run for one in known(database)] == [run[0].id for run in runs[:1:-1] if run is not runs[10]]


def test_a_task_whose_only_good_run_proves_bad_knows_nothing(database, agent):
    run = run_at(0)
    take(database, agent, *run)

    take(database, agent, say("log", 5, level="error", run=run[0].id), first=9)

    assert known(database) == []
    assert count(database, sa.table("task_usual")) == 0


def test_a_run_that_proves_to_be_another_tasks_is_learnt_there(database, agent):
    start, stop = run_at(0)
    start.task = "restore"
    take(database, agent, stop)
    assert len(known(database, "backup")) == 1

    take(database, agent, start, first=2)

    assert (len(known(database, "backup")), len(known(database, "restore"))) == (0, 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_way_many_runs_come_the_same_is_learnt(database, agent, lend, seed):
    chance = random.Random(seed)
    said = []
    for number in range(usual.KEPT + 12):
        begins = 100 * number
        middle = [say("flag", begins + at, flag=chance.choice("abc")) for at in (2, 4)]
        middle += [say("data", begins + 5, data={"rows": chance.randrange(9)})]
        middle += [say("log", begins + 6, level="warning")] if chance.random() < 0.2 else []
        said += run_at(begins, *middle, outcome=chance.choice(["ok"] * 6 + ["failed"]))
    take(database, agent, *said)
    with lend() as other:
        other_agent = make_agent(other, "db1")

        shuffled = chance.sample(said, len(said))
        for begin in range(0, len(said), 7):
            take(other, other_agent, *shuffled[begin : begin + 7], first=begin + 1)

        assert content(other) == content(database)
    assert len(known(database)) == usual.KEPT
