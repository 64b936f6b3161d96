# SPDX-License-Identifier: MIT
"""The stores that every contract test runs against; another engine joins by one more parameter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from humeops.central import intake
from humeops.central.store import agents, schema
from humeops.central.store.database import Database
from tests.fixtures.events import NOON


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    assert request.param == "sqlite"
    made = Database(tmp_path / "central.db")
    schema.upgrade(made)
    yield made
    made.close()


@pytest.fixture
def agent(database: Database) -> intake.Agent:
    return make_agent(database, "db1")


def make_agent(database: Database, host: str) -> intake.Agent:
    with database.writing() as connection:
        return intake.Agent(agents.find_or_make_agent(connection, host, NOON), host)
