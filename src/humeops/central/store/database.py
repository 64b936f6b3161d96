# SPDX-License-Identifier: MIT
"""Central's database, whichever engine it is: a SQLite file for one process, or a PostgreSQL server for many.

`writing` and `reading` are the only ways in. What differs between the engines is in the modules named after them, in
`driver` (how SQL and rows reach the driver) and in `matching` (expressions); nothing above the store knows which one it is.
"""

import abc
import contextlib
import pathlib
import sqlite3
from collections.abc import Callable, Iterator
from typing import TypeVar

import sqlalchemy as sa

from humeops.central.store import identity, tally
from humeops.errors import UnavailableError

# Two transactions that want the same new row: the later one starts anew. More than a few times in a row means that
# something else is wrong.
TRIES = 8

Result = TypeVar("Result")


class ContendedError(UnavailableError):
    """Another transaction was faster, or the engine had to choose one of two: nothing was done, and trying again helps."""


class Database(abc.ABC):
    """Where the truth is. Every context gives back a connection that is of no use afterwards."""

    name: str  # for people: a path, or an address without its password
    writers: int  # how many transactions may write at the same time

    @abc.abstractmethod
    def writing(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """Yield a connection in a transaction that is committed at the end, or rolled back on any error.

        On return the transaction is on stable storage. Raises ContendedError where trying again helps.
        """

    @abc.abstractmethod
    def reading(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """Yield a connection that sees one moment of the database and cannot write.

        A question that takes too long is given up: UnavailableError.
        """

    @abc.abstractmethod
    def exclusively(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """Yield a connection outside of any transaction, alone: for migrations, which make their own."""

    @abc.abstractmethod
    def connections(self) -> dict[str, tuple[int, int]]:
        """Return how many connections of each pool are in use, and how many there may be."""

    @abc.abstractmethod
    def close(self) -> None:
        """Close everything; waits for the transactions under way."""

    def write(self, act: Callable[[sa.Connection], Result]) -> Result:
        """Do this in a transaction of its own, again from the beginning where another one was faster."""
        for _ in range(TRIES - 1):
            try:
                with self.writing() as connection:
                    return act(connection)
            except ContendedError:
                tally.CONTENDED.inc()
        with self.writing() as connection:
            return act(connection)


def use_of(pool: sa.Pool) -> tuple[int, int]:
    """Return how many connections of a pool are in use, and how many there may be."""
    return (pool.checkedout(), pool.size()) if isinstance(pool, sa.QueuePool) else (0, 1)


def open_database(where: pathlib.Path | str) -> Database:
    """Open the SQLite file at this path, or the PostgreSQL server at this address (`postgresql://…`)."""
    if isinstance(where, str):
        from humeops.central.store.postgresserver import PostgresDatabase

        return PostgresDatabase(where)
    from humeops.central.store.sqlitefile import SqliteDatabase

    return SqliteDatabase(where)


def open_for_reading(where: pathlib.Path | str) -> Database:
    """Open what another process may be working on; nothing can be written."""
    if isinstance(where, str):
        return open_database(where)
    from humeops.central.store.sqlitereading import SqliteReading

    return SqliteReading(where)


@contextlib.contextmanager
def plain_errors(name: object) -> Iterator[None]:
    """At start: let the operator read which database it is and what is wrong with it."""
    try:
        yield
    except (sa.exc.DatabaseError, sqlite3.Error) as error:
        what = " ".join(str(getattr(error, "orig", error)).split())
        raise identity.DatabaseError(f"{name}: the database cannot be used: {what}") from error
