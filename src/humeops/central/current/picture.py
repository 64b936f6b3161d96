# SPDX-License-Identifier: MIT
"""The question that the copy answers, and the database's answer to it, which is always right."""

from collections.abc import Sequence
from typing import Protocol

import sqlalchemy as sa

from humeops.central.store.database import Database
from humeops.central.store.questions import tasks
from humeops.central.store.questions.page import Page


class Picture(Protocol):
    """Who knows the tasks as they are now. Both answer the same, in the same order, with the same cursors."""

    def find(self, wanted: tasks.Filter, limit: int, after: str | None) -> Page[tasks.Task]:
        """Return a page of tasks, by host and name."""
        ...

    def note(self, connection: sa.Connection, names: Sequence[tuple[str, str]]) -> None:
        """Note the tasks that the transaction under way has changed: they are read anew soon after its commit.

        For what is no worker's and no watcher's doing. Raises UnavailableError when that can't be noted now.
        """
        ...


class SqlPicture:
    """The database itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, wanted: tasks.Filter, limit: int, after: str | None) -> Page[tasks.Task]:
        """Return a page of tasks, by host and name."""
        with self._database.reading() as connection:
            return tasks.find(connection, wanted, limit, after)

    def note(self, connection: sa.Connection, names: Sequence[tuple[str, str]]) -> None:
        """Do nothing: what is asked is read each time."""
