# SPDX-License-Identifier: MIT
"""What has changed is found once, whatever order it was committed in."""

from humeops.api.changes import Looker
from humeops.central.store import rows
from tests.contract.looking import take
from tests.fixtures.events import a_run, say


def _look(database, looker, noted=()):
    with database.reading() as connection:
        return [found.what for found in looker.look(connection, noted)]


def test_what_is_new_is_found_once(database, agent):
    looker = Looker(0)
    said = a_run(say("log", 0.5), ends=None)
    take(database, agent, *said)
    noted = [rows.key_of(event.id) for event in said]

    assert _look(database, looker, [*noted, *noted]) == ["event", "event", "run", "task"]
    assert _look(database, looker, noted) == []


def test_what_nobody_tells_of_is_no_event(database, agent):
    looker = Looker(0)
    take(database, agent, say("log", 0))

    assert _look(database, looker) == []


def test_a_change_that_was_committed_later_than_a_newer_one_is_found(database, agent):
    looker = Looker(0)
    take(database, agent, *a_run(ends=None))
    looker._newest += 50

    assert _look(database, looker) == ["run", "task"]
