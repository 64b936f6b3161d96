# SPDX-License-Identifier: MIT
"""The watcher's side of the copy: what it judges is noted there before the commit and written after it, as workers do.

Its notes stand under a partition of their own, since what is judged comes from none of the stream. Redis that is away is an
UnavailableError: the watcher tries again, and a note that is left tells that the copy lacks something.
"""

import contextlib
from collections.abc import Iterator, Sequence

import redis
import sqlalchemy as sa

from humeops.central.current.copying import Copying, Due
from humeops.central.store.database import Database
from humeops.central.store.questions import tasks
from humeops.errors import UnavailableError

NO_PARTITION = -1


class Judged:
    """One for each watcher."""

    def __init__(self, client: redis.Redis, database: Database) -> None:
        self._copying = Copying(client, database)
        self._due: list[Due] = []

    def note(self, connection: sa.Connection, names: Sequence[tuple[str, str]]) -> None:
        """Note the tasks that the transaction under way has judged."""
        self._due = [(NO_PARTITION, one) for one in tasks.versions_of(connection, names)]
        with _plain_errors():
            self._copying.note(self._due)

    def show(self) -> None:
        """Write what was noted last, now that it is committed."""
        with _plain_errors():
            self._copying.show(self._due)

    def take_over(self) -> None:
        """Write what a watcher that died may not have written."""
        with _plain_errors():
            self._copying.take_over([NO_PARTITION])


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except redis.exceptions.RedisError as error:
        raise UnavailableError(f"Redis does not take what was judged: {type(error).__name__}") from error
