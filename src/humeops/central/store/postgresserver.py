# SPDX-License-Identifier: MIT
"""Central's database on a PostgreSQL server: many processes write and read at the same time.

What is committed is on stable storage there (`synchronous_commit=on`). A connection that breaks inside COMMIT leaves it
unknown whether it was done; whoever writes does it again, and everything that intake writes may be written again.
"""

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa

from humeops.central.store import postgres
from humeops.central.store.database import Database, use_of
from humeops.errors import UnavailableError

WRITERS = 5
READERS = 8
WAIT_SECONDS = 10
# Any number will do, as long as nobody else uses it: "hume" in ASCII.
_ALONE = 0x68756D65


class PostgresDatabase(Database):
    """A database of a PostgreSQL server, for any number of processes."""

    def __init__(self, url: str, writers: int = WRITERS, readers: int = READERS) -> None:
        """Connections are made when they are needed."""
        self.url = url
        self.name = sa.make_url(url).render_as_string(hide_password=True)
        self.writers = writers
        self._writers = postgres.engine(url, writers, WAIT_SECONDS)
        self._readers = postgres.reader_engine(url, readers, WAIT_SECONDS)

    @contextlib.contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """See Database.writing."""
        with _plain(self.name), postgres.plain_contention(), self._writers.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """See Database.reading."""
        with _plain(self.name), self._readers.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def exclusively(self) -> Iterator[sa.Connection]:
        """Yield a connection while nobody else has one of these: a lock of the session, given back with the connection."""
        with _plain(self.name), self._writers.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_ALONE})")
            connection.commit()
            try:
                yield connection
            finally:
                connection.rollback()
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_ALONE})")
                connection.commit()

    def connections(self) -> dict[str, tuple[int, int]]:
        """See Database.connections."""
        return {"writers": use_of(self._writers.pool), "readers": use_of(self._readers.pool)}

    def close(self) -> None:
        """Close what is idle; a connection in use is closed when its transaction ends."""
        self._readers.dispose()
        self._writers.dispose()


@contextlib.contextmanager
def _plain(name: str) -> Iterator[None]:
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise UnavailableError("too many questions at once; ask again") from error
    except sa.exc.DBAPIError as error:
        if postgres.was_interrupted(error):
            raise UnavailableError("this question takes too long; narrow it down") from error
        if isinstance(error, sa.exc.OperationalError):
            what = " ".join(str(error.orig).split())
            raise UnavailableError(f"{name}: the database does not answer: {what}") from error
        raise
