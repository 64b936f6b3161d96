# SPDX-License-Identifier: MIT
"""PostgreSQL is written by several at once: whatever they have in common, nothing of one is lost to another."""

import random
import threading

import pytest

from humeops.central import intake
from humeops.central.store.database import ContendedError
from humeops.central.store.questions import runs
from tests.contract.conftest import make_agent
from tests.contract.looking import ask, content, take
from tests.fixtures.events import HEARD, a_run, body_of, say

WRITERS = 4


@pytest.fixture
def engine():
    return "postgresql"


def at_once(*acts):
    """Do these in threads that begin together; raise what one of them raised."""
    begin, failures = threading.Barrier(len(acts)), []

    def run(act):
        begin.wait()
        try:
            act()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_a_run_that_two_hosts_speak_of_at_once_has_the_events_of_both(database):
    agents = [make_agent(database, f"host{number}") for number in range(WRITERS)]
    for number in range(10):
        start, *rest = a_run(*(say("log", 10 * number + offset, level="warning") for offset in range(2, 2 + WRITERS)))
        said = [start, *rest]
        parts = [said[writer::WRITERS] for writer in range(WRITERS)]
        for event in rest:
            event.run = start.id

        at_once(
            *(
                lambda agent=agent, part=part: intake.take(
                    database, agent, body_of(*part, epoch=agent.host, first=1), HEARD
                )
                for agent, part in zip(agents, parts, strict=True)
            )
        )

        (run,) = [one for one in ask(database, runs.find, runs.Filter()) if one.summary.run == start.id]
        assert run.summary.events == len(said)


def test_the_same_batch_taken_by_several_at_once_counts_once(database, agent, lend):
    said = a_run(say("flag", 5, flag="copied"), say("data", 6, data={"rows": 3}), say("log", 7, level="error"))
    body = body_of(*said)

    at_once(*(lambda: intake.take(database, agent, body, HEARD) for _ in range(WRITERS)))

    with lend() as once:
        take(once, make_agent(once, "db1"), *said)
        assert content(database) == content(once)


def test_a_transaction_that_is_always_too_late_says_so(database):
    def lose(connection):
        raise ContendedError("another transaction was faster")

    with pytest.raises(ContendedError):
        database.write(lose)


def test_tasks_that_are_new_to_several_at_once_are_each_made_once(database, agent):
    chance = random.Random(7)
    said = [say("log", number, task=f"task-{number % 5}", level="error") for number in range(40)]
    chance.shuffle(said)
    parts = [said[writer::WRITERS] for writer in range(WRITERS)]

    at_once(
        *(
            lambda part=part, number=number: intake.take(database, agent, body_of(*part, epoch=f"life{number}"), HEARD)
            for number, part in enumerate(parts)
        )
    )

    assert len(content(database)["task"]) == 5


def test_what_several_learn_of_one_task_at_once_is_the_same_as_one_after_the_other(database, lend):
    agent = make_agent(database, "db1")
    lots = [
        [a_run(say("flag", at + 4, flag="dumped"), begins=at, ends=at + 9) for at in range(writer, 400, 10 * WRITERS)]
        for writer in range(0, 10 * WRITERS, 10)
    ]

    def tell(writer, lot):
        for number, run in enumerate(lot):
            body = body_of(*run, epoch=f"writer-{writer}", first=3 * number + 1)
            intake.take(database, agent, body, HEARD)

    at_once(*(lambda writer=writer, lot=lot: tell(writer, lot) for writer, lot in enumerate(lots)))

    with lend() as other:
        take(other, make_agent(other, "db1"), *(event for lot in lots for run in lot for event in run))
        assert content(other)["task_usual"] == content(database)["task_usual"]
