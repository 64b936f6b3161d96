# SPDX-License-Identifier: MIT
"""Dead letters are named, tried again exactly once, and do not come back."""

import pytest

from humeops.central import keeping, retention, retrying
from humeops.central.current.picture import SqlPicture
from humeops.central.store import burying, tables
from humeops.central.store.questions import agents, dead, events, runs
from humeops.clock import FakeClock
from humeops.wire import codec
from tests.contract.conftest import make_agent
from tests.contract.looking import ask, content, count, take
from tests.contract.refusing import allow, refuse
from tests.fixtures.events import NOON, SECOND, a_run, epoch_id, say

POISON = b'{"v":1,"kind":"nonsense"}'


def letters(database, host=""):
    return list(ask(database, dead.find, host))


def retry(database, note=lambda connection: None):
    return retrying.retry(database, [(one.life, one.seq) for one in letters(database)], SqlPicture(database), note)


def test_letters_are_listed_with_host_and_name_in_pages(database, agent):
    take(database, agent, POISON, b"[1,2]")
    take(database, make_agent(database, "db2"), POISON, epoch="epoch-2")

    with database.reading() as connection:
        first = dead.find(connection, "", 2, None)
        rest = dead.find(connection, "", 2, first.next)

    assert [(one.host, one.seq, one.raw) for one in (*first.rows, *rest.rows)] == [
        ("db1", 1, POISON),
        ("db1", 2, b"[1,2]"),
        ("db2", 1, POISON),
    ]
    assert first.rows[0].name == f"{epoch_id('epoch-1')}:1"
    assert rest.next is None
    assert [one.host for one in letters(database, "db2")] == ["db2"]


def test_nothing_is_tried_again_without_its_line_in_the_audit_log(database, agent):
    def fail(connection):
        raise OSError("no room for the line")

    refuse(database, "event", "message", "poison")
    take(database, agent, *a_run(say("log", 5, level="warning", message="poison")))
    allow(database)

    with pytest.raises(OSError, match="no room"):
        retry(database, fail)

    assert len(letters(database)) == 1


def test_what_can_be_folded_now_is_stored_once_as_if_it_had_never_been_refused(database, agent, lend):
    said = a_run(say("log", 5, level="warning", message="poison"))
    with lend() as other:
        take(other, make_agent(other, "db1"), *said)
        expected = content(other)
    refuse(database, "event", "message", "poison")
    take(database, agent, *said)
    before = len(letters(database))
    allow(database)

    first, second = retry(database), retry(database)

    assert before == 1
    assert (tuple(first), tuple(second)) == ((1, 0, 0), (0, 0, 0))
    assert content(database) == expected


def test_what_still_cannot_be_read_stays_with_the_reason_of_this_time(database, agent):
    take(database, agent, POISON)
    with database.writing() as connection:
        burying.explain(connection, [((one.life, one.seq), "an older reason") for one in letters(database)])

    done = retry(database)

    assert tuple(done) == (0, 0, 1)
    assert [one.error == "an older reason" for one in letters(database)] == [False]


def test_a_letter_is_stored_by_a_retry_however_old_it_is(database, agent):
    take(database, agent, *a_run(begins=86_400, ends=86_401))
    bury(database, agent, say("log", 1, message="old"))
    settings = retention.Settings(keeping.rules_of(keeping.RetentionSettings()), None)
    assert retention.Retention(database, FakeClock(NOON + 91 * 86_400 * SECOND), settings).run_pass()

    done = retry(database)

    assert tuple(done) == (1, 0, 0)
    assert "old" in {event.message for event in ask(database, events.find, events.Filter(), False)}


def bury(database, agent, event):
    """Have an event as a dead letter that can be read again, as after an upgrade."""
    take(database, agent, POISON, first=10)
    with database.writing() as connection:
        connection.execute(tables.dead_letter.update().values(raw=codec.encode(event)))


def test_a_retry_does_not_say_that_the_agent_was_heard(database, agent):
    bury(database, agent, say("log", 1))
    with database.reading() as connection:
        before = agents.find(connection, agents.Filter(), 10, None)

    retry(database)

    with database.reading() as connection:
        assert agents.find(connection, agents.Filter(), 10, None) == before


def test_a_copy_brings_no_letter_back_that_was_dropped(database, agent):
    take(database, agent, POISON, *a_run())
    with database.writing() as connection:
        burying.drop(connection, [(one.life, one.seq) for one in dead.find(connection, "", 10, None).rows])

    take(database, agent, POISON)

    assert letters(database) == []
    assert count(database, tables.event) == 2
    assert len(ask(database, runs.find, runs.Filter())) == 1
