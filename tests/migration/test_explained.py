# SPDX-License-Identifier: MIT
"""What explains a run is made for the runs that are there already, and goes without harm to them, in every engine."""

import contextlib

import pytest
import sqlalchemy as sa

from humeops.central import intake
from humeops.central.store import agents, schema, tables
from humeops.central.store.database import Database
from humeops.central.store.postgresserver import PostgresDatabase
from humeops.central.store.sqlitefile import SqliteDatabase
from tests.fixtures import postgres
from tests.fixtures.events import NOON, a_run, body_of, event_id, say


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    with contextlib.ExitStack() as stack:
        made: Database
        if request.param == "sqlite":
            made = SqliteDatabase(tmp_path / "central.db")
        else:
            made = PostgresDatabase(postgres.make_database(stack.enter_context(postgres.server_url())))
        stack.callback(made.close)
        schema.upgrade(made)
        yield made


@pytest.fixture
def filled(database):
    said = a_run(
        say("flag", 5, flag="db-dumped"),
        say("flag", 9, flag='odd "name" {} \\ ü'),
        say("data", 6, data={"bytes": 7, "name": "x", "yes": True}, unit="bytes"),
        say("data", 12, data={"bytes": 2**53, "share": 0.5}),
        say("data", 8, data={"bytes": 9}, unit="bytes"),
        say("log", 9, data={"not": 1}),
        data={"wall_s": 59.25},
    )
    alone = [say("flag", 3, flag="nobody's"), say("data", 4, data={"free": 3})]
    take(database, *said, *alone)
    return database


def take(database, *said, first=1):
    with database.writing() as connection:
        agent = intake.Agent(agents.find_or_make_agent(connection, "db1", NOON), "db1")
    return intake.take(database, agent, body_of(*said, first=first), NOON)


def content(database, *names):
    with database.reading() as connection:
        return {name: sorted(map(tuple, connection.execute(sa.select(tables.metadata.tables[name])))) for name in names}


def test_flags_and_numbers_of_the_runs_that_are_there_are_taken_from_their_events(filled):
    before = content(filled, "run_flag", "run_datum")

    schema.downgrade(filled, "0001")
    schema.upgrade(filled)

    assert content(filled, "run_flag", "run_datum") == before
    assert {row[1]: (row[2], row[3]) for row in before["run_datum"]} == {
        "bytes": (float(2**53), ""),
        "share": (0.5, ""),
        "wall_s": (59.25, ""),
    }
    assert [row[5] for row in before["run_flag"]] == ["db-dumped", 'odd "name" {} \\ ü']


def test_what_is_usual_is_learnt_again_with_the_next_good_run(filled):
    take(filled, *a_run(say("flag", 95, flag="copied"), begins=90, ends=100), first=20)
    schema.downgrade(filled, "0001")
    schema.upgrade(filled)
    assert content(filled, "task_usual")["task_usual"] == []

    take(filled, *a_run(begins=200, ends=210), first=30)

    ((_, _, runs),) = content(filled, "task_usual")["task_usual"]
    assert runs.count("copied") == runs.count("db-dumped") == 1
    assert runs.count("wall_s") == 1


def test_the_schema_goes_down_with_links_and_child_runs_in_place(filled):
    outer = event_id(0, 7)
    child = a_run(begins=300, ends=310)
    child[0].parent = outer
    take(filled, *child, say("log", 400, link=outer), first=40)

    schema.downgrade(filled, "0001")
    schema.upgrade(filled)

    assert len(content(filled, "run")["run"]) == 2
    assert take(filled, *child, say("log", 401), first=40).stored == 1
