# SPDX-License-Identifier: MIT
"""A task's version rises with every change, whatever becomes of the task, and its column comes and goes with data in place."""

from humeops.central import intake
from humeops.central.store import schema
from humeops.central.store.questions import tasks
from tests.contract.looking import take
from tests.fixtures.events import HEARD, NOON, SECOND, a_run, body_of, say


def version(database):
    with database.reading() as connection:
        (one,) = tasks.versions_after(connection, ("", ""), 10)
    return one.version


def test_it_is_when_the_change_was_received(database, agent):
    take(database, agent, *a_run())

    assert version(database) == HEARD


def test_it_rises_although_the_clock_went_back(database, agent):
    take(database, agent, *a_run())

    intake.take(database, agent, body_of(say("log", 70, level="error"), first=4), NOON - SECOND)

    assert version(database) == HEARD + 1


def test_the_same_batch_again_leaves_it(database, agent):
    said = a_run()
    take(database, agent, *said)

    intake.take(database, agent, body_of(*said), HEARD + 9 * SECOND)

    assert version(database) == HEARD


def test_the_schema_before_it_is_left_and_reached_with_tasks_in_place(database, agent):
    take(database, agent, *a_run())

    schema.downgrade(database, "0007")
    schema.upgrade(database)

    assert version(database) == 0
    take(database, agent, say("log", 70, level="error"), first=4)
    assert version(database) == HEARD
