# SPDX-License-Identifier: MIT
"""What it costs to know who asks: the check of an intake batch's credential as the doorkeeper does it, and of people's."""

import pathlib
import tempfile
import timeit
from collections.abc import Callable

from humeops.api import certificates
from humeops.api.acquaintances import Acquaintances
from humeops.central.store import agents, schema, sessions, users
from humeops.central.store.sqlitefile import SqliteDatabase
from humeops.security import credentials, passwords, roles
from humeops.security.roles import Actor, Thing
from tests.bench.report import Table
from tests.fixtures.events import NOON

# Many and short, and the best of them: a busy machine leaves some alone, and none that lasts as long as its turns.
ROUNDS, REPEATS = 20, 500


def measure() -> Table:
    """Return the table."""
    table = Table("access, cost of one check (SQLite)", ["what is checked", "takes"])
    with tempfile.TemporaryDirectory(prefix="hume-bench-") as folder:
        database = SqliteDatabase(pathlib.Path(folder) / "central.db")
        schema.upgrade(database)
        agent, session = credentials.make_token("agent"), credentials.make_token("session")
        with database.writing() as connection:
            host = agents.find_or_make_agent(connection, "db1", NOON)
            agents.register(connection, agent, "agent", "db1", host, NOON)
            person = users.add(connection, "ada", None, NOON)
            for number in range(5):
                users.grant(connection, "ada", "operator", f"tag:t{number} or host:db{number}*", "owner", NOON)
            sessions.open_for(connection, person, "ada", session, NOON, "")
        _fill(table, database, agent, session)
        database.close()
    return table


def _fill(table: Table, database: SqliteDatabase, agent: str, session: str) -> None:
    known = Acquaintances()
    with database.reading() as connection:

        def look_up() -> Actor:
            found = agents.find_actor(connection, agent, NOON)
            assert found is not None
            certificates.check(found, "")
            roles.authorize(found, "append", Thing("events", "db1"))
            return found

        def person() -> None:
            found = agents.find_actor(connection, session, NOON, ("session",))
            assert found is not None
            roles.scope(found, "read", "events")

        known.remember(credentials.hash_token(agent), look_up(), 0)

        def remembered() -> None:
            found = known.fresh(credentials.hash_token(agent), 0, NOON)
            assert found is not None
            certificates.check(found, "")
            roles.authorize(found, "append", Thing("events", "db1"))

        table.rows.append(["an intake batch through Redis, within a second of the last one", _took(remembered)])
        table.rows.append(["an intake batch, by the database", _took(look_up)])
        table.rows.append(["a request of a session with five grants", _took(person)])
    kept = passwords.make_hash("correct horse battery")
    table.rows.append(["a password", _took(lambda: passwords.fits("correct horse battery", kept), 1, 10)])


def _took(call: Callable[[], object], rounds: int = ROUNDS, repeats: int = REPEATS) -> str:
    best = min(timeit.repeat(call, number=rounds, repeat=repeats)) / rounds
    return f"{best * 1e6:,.1f} µs"
