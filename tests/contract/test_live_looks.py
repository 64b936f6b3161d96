# SPDX-License-Identifier: MIT
"""What has changed is found once, whatever order it was committed in."""

from humeops.api.changes import Looker, Newest, newest
from humeops.central.store import people, rows
from humeops.filters import facts, parsing
from tests.contract.looking import take
from tests.fixtures.events import NOON, a_run, say


def _look(database, looker, noted=()):
    with database.reading() as connection:
        return [found.what for found in looker.look(connection, noted)]


def test_what_is_new_is_found_once(database, agent):
    looker = Looker(Newest())
    said = a_run(say("log", 0.5), ends=None)
    take(database, agent, *said)
    noted = [rows.key_of(event.id) for event in said]

    assert _look(database, looker, [*noted, *noted]) == ["event", "event", "run", "task"]
    assert _look(database, looker, noted) == []


def test_what_nobody_tells_of_is_no_event(database, agent):
    looker = Looker(Newest())
    take(database, agent, say("log", 0))

    assert _look(database, looker) == []


def test_a_change_that_was_committed_later_than_a_newer_one_is_found(database, agent):
    looker = Looker(Newest())
    take(database, agent, *a_run(ends=None))
    looker._newest = Newest(50, 50)

    assert _look(database, looker) == ["run", "task"]


def test_all_that_is_told_of_a_run_with_a_tag_is_chosen_by_the_tag(database, agent):
    looker, wanted = Looker(Newest()), parsing.parse("tag:cron", None)
    said = a_run(say("log", 0.5, level="warning"), ends=2)
    said[0].tags = ["cron"]
    loose = say("log", 3, task="other", tags=["cron"])
    take(database, agent, *said, loose, say("log", 4, task="third"))
    noted = [rows.key_of(event.id) for event in [*said, loose]]

    with database.reading() as connection:
        found = [one.what for one in looker.look(connection, noted) if facts.holds(wanted, one.facts)]

    assert found == ["event"] * 4 + ["run", "task", "task"]


def test_what_people_write_is_found_once_with_the_state_of_its_task(database, agent):
    take(database, agent, *a_run(ends=2, status=3, outcome="failed"))
    looker = Looker(Newest())
    _look(database, looker)

    with database.writing() as connection:
        people.add(connection, "take", ("db1", "backup"), None, "mia", "", NOON)
    with database.reading() as connection:
        (found,) = looker.look(connection, ())

    assert (found.what, found.facts.host, found.facts.task, found.facts.state) == ("note", "db1", "backup", "failed")
    assert b'"author":"mia"' in found.body
    assert _look(database, looker) == []
    with database.reading() as connection:
        assert newest(connection).note == people.newest(connection) > 0
