# SPDX-License-Identifier: MIT
"""The stores that every contract test runs against; another engine joins by one more parameter."""

import contextlib
import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from humeops.central import intake
from humeops.central.store import agents, schema
from humeops.central.store.database import Database
from humeops.central.store.postgresserver import PostgresDatabase
from humeops.central.store.sqlitefile import SqliteDatabase
from humeops.central.stream import inbox
from humeops.central.stream.worker import Worker
from humeops.clock import FakeClock
from tests.contract.streaming import PARTITIONS
from tests.fixtures import postgres, redisserver
from tests.fixtures.events import NOON

ENGINES = ("sqlite", "postgresql")
Lent = contextlib.AbstractContextManager[Database]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest schema: copying it costs less than migrating for every test."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    made = SqliteDatabase(path)
    schema.upgrade(made)
    made.close()
    return path


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Pool]:
    """A PostgreSQL server with databases of the newest schema to lend."""
    with postgres.server_url() as url:
        yield postgres.Pool(url)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def lend(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Lent]:
    """Lend databases, each of its own, as `with lend() as database`."""
    numbers = itertools.count()

    @contextlib.contextmanager
    def sqlite() -> Iterator[Database]:
        path = tmp_path / f"central-{next(numbers)}.db"
        shutil.copy(request.getfixturevalue("empty"), path)
        with contextlib.closing(SqliteDatabase(path)) as database:
            yield database

    @contextlib.contextmanager
    def postgresql() -> Iterator[Database]:
        with request.getfixturevalue("server").database() as url, contextlib.closing(PostgresDatabase(url)) as database:
            yield database

    return sqlite if engine == "sqlite" else postgresql


@pytest.fixture
def database(lend: Callable[[], Lent]) -> Iterator[Database]:
    with lend() as database:
        yield database


@pytest.fixture
def agent(database: Database) -> intake.Agent:
    return make_agent(database, "db1")


@pytest.fixture(scope="module")
def redis_server():
    with redisserver.new_server() as server:
        yield server


@pytest.fixture
def redis_client(redis_server):
    with redis_server.client() as client:
        client.flushall()
        yield client


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def make_worker(redis_server, redis_client, database, clock, monkeypatch):
    monkeypatch.setattr(inbox, "WAIT_MS", 1)
    clients = []

    def make(name="w1", of=None):
        clients.append(redis_server.client())
        return Worker(clients[-1], of or database, clock, name, PARTITIONS)

    yield make
    for client in clients:
        client.close()


def make_agent(database: Database, host: str) -> intake.Agent:
    with database.writing() as connection:
        return intake.Agent(agents.find_or_make_agent(connection, host, NOON), host)
