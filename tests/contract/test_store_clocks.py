# SPDX-License-Identifier: MIT
"""A host whose clock is ahead: its times are kept as they were said, and its runs do not stand above all others for ever."""

import itertools

import pytest

from humeops.central.store.questions import runs, tasks
from tests.contract import looking
from tests.contract.conftest import make_agent
from tests.contract.looking import ask, content
from tests.fixtures.events import NOON, SECOND, a_run, say

YEAR = 365 * 86_400


def take(database, agent, *said, **more):
    """Have it received a second after noon, as far as nothing else is said."""
    return looking.take(database, agent, *said, **{"heard": NOON + SECOND, **more})


def ahead(**more):
    return a_run(begins=YEAR, ends=YEAR + 5, **more)


def names(database):
    return [run.summary.begin.id for run in ask(database, runs.find, runs.Filter())]


def test_a_run_from_the_future_sorts_as_received_and_keeps_its_time(database, agent):
    future, now = ahead(), a_run(begins=2, ends=3)

    take(database, agent, *future)
    take(database, agent, *now, first=10)

    assert names(database) == [now[0].id, future[0].id]
    times = {run.summary.begin.id: run.summary.begin.time for run in ask(database, runs.find, runs.Filter())}
    assert times[future[0].id] == NOON + YEAR * SECOND


def test_a_clock_that_is_a_minute_ahead_at_most_is_believed(database, agent):
    near, later = a_run(begins=60, ends=70), a_run(begins=62, ends=70)

    take(database, agent, *near, *a_run(begins=59, ends=60), *later)

    assert names(database)[-1] == later[0].id
    assert names(database)[0] == near[0].id


def test_a_run_after_one_from_the_future_is_the_last_of_its_task(database, agent):
    take(database, agent, *ahead(status=1, outcome="failed"))
    take(database, agent, *a_run(begins=2, ends=3), first=10)

    (task,) = ask(database, tasks.find, tasks.Filter())

    assert task.state == "ok"


def test_a_word_from_the_future_does_not_decide_for_ever(database, agent):
    take(database, agent, say("log", YEAR, level="error"))
    before = ask(database, tasks.find, tasks.Filter())[0].state
    take(database, agent, *a_run(begins=2, ends=3), first=10)

    (task,) = ask(database, tasks.find, tasks.Filter())

    assert (before, task.state) == ("failed", "ok")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whatever_way_its_events_take_the_same_comes_of_them(lend, order):
    said = ahead(status=1, outcome="failed")
    middle = say("log", YEAR + 1, run=said[0].id)
    events = [said[0], middle, said[1]]
    found = []
    for way in (range(3), order):
        with lend() as database:
            agent = make_agent(database, "db1")
            for seq, number in enumerate(way, 1):
                take(database, agent, events[number], first=seq)
            found.append(content(database))

    assert found[0] == found[1]


def test_pages_of_runs_go_on_where_one_from_the_future_stands(database, agent):
    take(database, agent, *ahead(), *a_run(begins=2, ends=3), *a_run(begins=-2, ends=-1))

    with database.reading() as connection:
        seen, after = [], None
        while True:
            page = runs.find(connection, runs.Filter(), 1, after)
            seen += [run.summary.run for run in page.rows]
            after = page.next
            if after is None:
                break

    assert len(seen) == len(set(seen)) == 3
