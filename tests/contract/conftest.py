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
from tests.fixtures.events import NOON


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest schema: copying it costs less than migrating for every test."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    made = Database(path)
    schema.upgrade(made)
    made.close()
    return path


@pytest.fixture
def make_database(empty: Path, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Make databases, each of its own; they are closed with the test."""
    with contextlib.ExitStack() as opened:
        numbers = itertools.count()

        def make() -> Database:
            path = tmp_path / f"central-{next(numbers)}.db"
            shutil.copy(empty, path)
            database = Database(path)
            opened.callback(database.close)
            return database

        yield make


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest, make_database: Callable[[], Database]) -> Database:
    assert request.param == "sqlite"
    return make_database()


@pytest.fixture
def agent(database: Database) -> intake.Agent:
    return make_agent(database, "db1")


def make_agent(database: Database, host: str) -> intake.Agent:
    with database.writing() as connection:
        return intake.Agent(agents.find_or_make_agent(connection, host, NOON), host)
