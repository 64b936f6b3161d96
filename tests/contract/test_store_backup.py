# SPDX-License-Identifier: MIT
"""A backup is one moment of the database, taken under load; restored elsewhere it is the same, and what came later is missed."""

import threading

import pytest
import sqlalchemy as sa

from humeops.central import backup
from humeops.central.store import identity, partitions, people, postgrestools, tables, tagging
from humeops.central.store.database import open_database
from humeops.central.store.questions import agents
from humeops.errors import UnavailableError
from tests.contract.looking import content, count, take
from tests.fixtures import postgres
from tests.fixtures.events import NOON, a_run, say


@pytest.fixture
def elsewhere(engine, request, tmp_path):
    """The place of a database that is not there yet."""
    if engine == "sqlite":
        return tmp_path / "elsewhere.db"
    return postgres.make_database(request.getfixturevalue("server")._url)


def place(database):
    return getattr(database, "url", None) or database.path


def test_what_is_restored_elsewhere_is_what_was_backed_up_and_later_losses_are_counted(
    database, agent, elsewhere, tmp_path
):
    take(database, agent, *a_run(say("data", 5, data={"bytes": 7})), b"[1,2]")
    wish = people.Wish(owner="the team", tags=tagging.Change(["team-a"]))
    database.write(lambda connection: people.describe(connection, ("db1", "backup"), wish, "mia", NOON))
    expected, letters = content(database), count(database, tables.dead_letter)

    saved = backup.save(place(database), tmp_path, NOON)
    take(database, agent, *a_run(begins=100, ends=110), first=5)
    backup.restore(elsewhere, saved, force=False)

    restored = open_database(elsewhere)
    assert content(restored) == expected
    assert expected["task_tag"] == [("db1", "backup", "team-a")]
    assert count(restored, tables.dead_letter) == letters == 1
    # Its agent let go of 5 and 6, which this database has never seen, and holds 7.
    receipt = take(restored, agent, say("log", 200), first=7, oldest=7)
    with restored.reading() as connection:
        (found,) = agents.find(connection, agents.Filter(), 10, None).rows
    restored.close()
    assert (receipt.stored, receipt.committed_upto) == (1, 7)
    assert sum(epoch.silently_lost for epoch in found.epochs) == 2
    assert saved.stat().st_mode & 0o077 == 0


def test_what_agents_still_hold_after_a_restore_is_taken_once(database, agent, elsewhere, tmp_path):
    early, late = a_run(), a_run(begins=100, ends=110)
    take(database, agent, *early)
    saved = backup.save(place(database), tmp_path, NOON)
    take(database, agent, *late, first=3)
    expected = content(database)

    backup.restore(elsewhere, saved, force=False)

    restored = open_database(elsewhere)
    receipt = take(restored, agent, *early, *late)
    assert content(restored) == expected
    restored.close()
    assert (receipt.stored, receipt.known, receipt.committed_upto) == (2, 2, 4)


def test_a_backup_under_load_holds_whole_batches_and_the_marks_that_belong_to_them(
    database, agent, elsewhere, tmp_path
):
    stop = threading.Event()

    def load():
        first = 1
        while not stop.is_set():
            take(database, agent, *(say("log", first + number) for number in range(50)), first=first)
            first += 50

    writer = threading.Thread(target=load)
    writer.start()
    try:
        while count(database, tables.event) < 500:
            pass
        saved = backup.save(place(database), tmp_path / "one", NOON)
    finally:
        stop.set()
        writer.join()
    backup.restore(elsewhere, saved, force=False)

    restored = open_database(elsewhere)
    with restored.reading() as connection:
        upto = connection.execute(sa.select(tables.agent_epoch.c.committed_upto)).scalar_one()
    stored = count(restored, tables.event)
    restored.close()
    assert stored == upto >= 500
    assert stored % 50 == 0


def test_a_database_that_holds_events_is_replaced_only_by_force_and_then_whole(database, agent, elsewhere, tmp_path):
    take(database, agent, *a_run())
    saved = backup.save(place(database), tmp_path / "one", NOON)
    backup.restore(elsewhere, saved, force=False)
    again = open_database(elsewhere)
    with again.writing() as connection:
        partitions.provide(connection, NOON)
    take(again, agent, say("log", 300), first=9)
    again.close()

    with pytest.raises(identity.BackupError, match="--force"):
        backup.restore(elsewhere, saved, force=False)
    backup.restore(elsewhere, saved, force=True)

    again = open_database(elsewhere)
    assert count(again, tables.event) == 2
    assert take(again, agent, say("log", 301), first=9).stored == 1
    again.close()


def test_a_file_that_is_there_or_is_no_backup_changes_nothing(database, agent, elsewhere, tmp_path):
    (tmp_path / "one").write_text("mine")

    with pytest.raises(identity.BackupError, match="there already"):
        backup.save(place(database), tmp_path / "one", NOON)
    with pytest.raises(Exception, match=r"not a database|no backup"):
        backup.restore(elsewhere, tmp_path / "one", force=True)

    assert (tmp_path / "one").read_text() == "mine"
    assert list(tmp_path.glob(".*.partial")) == []


def test_what_has_to_be_done_before_is_done_before_or_nothing_is_replaced(database, agent, elsewhere, tmp_path):
    take(database, agent, *a_run())
    saved = backup.save(place(database), tmp_path / "one", NOON)
    backup.restore(elsewhere, saved, force=False)

    def away():
        raise UnavailableError("Redis is away")

    with pytest.raises(UnavailableError, match="Redis is away"):
        backup.restore(elsewhere, saved, True, away)
    with pytest.raises(identity.BackupError, match="--force"):
        backup.restore(elsewhere, saved, False, pytest.fail)

    again = open_database(elsewhere)
    assert count(again, tables.event) == 2
    again.close()


def test_a_database_in_use_is_not_replaced(database, agent, tmp_path):
    take(database, agent, *a_run())
    saved = backup.save(place(database), tmp_path / "one", NOON)

    with pytest.raises(UnavailableError, match=r"stop every api|another hume-central"):
        backup.restore(place(database), saved, force=True)

    assert count(database, tables.event) == 2


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_restore_that_fails_leaves_what_was_there(database, agent, elsewhere, tmp_path):
    take(database, agent, *a_run())
    saved = backup.save(place(database), tmp_path / "one", NOON)
    backup.restore(elsewhere, saved, force=False)
    (tmp_path / "torn").write_bytes(saved.read_bytes()[:-2_000])

    with pytest.raises(UnavailableError, match="pg_restore failed"):
        backup.restore(elsewhere, tmp_path / "torn", force=True)

    again = open_database(elsewhere)
    assert count(again, tables.event) == 2
    again.close()
    backup.restore(elsewhere, saved, force=True)


def test_of_a_database_that_is_no_centrals_there_is_no_backup(engine, elsewhere, tmp_path):
    if engine == "sqlite":
        made = open_database(elsewhere)
        made.write(lambda connection: None)
        made.close()

    with pytest.raises(identity.BackupError, match="no events' table"):
        backup.save(elsewhere, tmp_path / "one", NOON)

    assert not (tmp_path / "one").exists()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_without_the_programs_of_postgresql_the_mend_is_said(database, tmp_path, monkeypatch):
    monkeypatch.setattr(postgrestools, "SERVERS_OWN", tmp_path / "nowhere")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Exception, match="install PostgreSQL's client programs"):
        backup.save(place(database), tmp_path / "one", NOON)

    assert not (tmp_path / "one").exists()
