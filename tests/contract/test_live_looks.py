# SPDX-License-Identifier: MIT
"""What has changed is found once, whether somebody tells which events are new or not."""

import pytest

from humeops.api.changes import Looker
from humeops.central.store import rows
from tests.contract.looking import take
from tests.fixtures.events import NOON, SECOND, a_run, say


def _look(database, looker, noted=(), now_ns=NOON + SECOND):
    with database.reading() as connection:
        return [found.what for found in looker.look(connection, noted, now_ns)]


@pytest.mark.parametrize("by_time", [True, False])
def test_what_is_new_is_found_once(database, agent, by_time):
    looker = Looker(0, by_time)
    said = a_run(say("log", 0.5), ends=None)
    take(database, agent, *said)
    noted = [rows.key_of(event.id) for event in said]

    assert _look(database, looker, noted) == ["event", "event", "run", "task"]
    assert _look(database, looker, noted) == []


def test_what_nobody_tells_of_is_found_while_it_is_recent(database, agent):
    looker = Looker(0, by_time=True)
    take(database, agent, say("log", -60), say("log", 0))

    assert _look(database, looker) == ["event"]


def test_a_change_that_was_committed_later_than_a_newer_one_is_found(database, agent):
    looker = Looker(0, by_time=True)
    take(database, agent, *a_run(ends=None))
    looker._newest += 50

    assert _look(database, looker, now_ns=NOON + 60 * SECOND) == ["run", "task"]
