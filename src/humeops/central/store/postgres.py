# SPDX-License-Identifier: MIT
"""What is special to PostgreSQL: how it is opened, what its errors mean, how many events go in at once.

*Design.* READ COMMITTED for writers: every row that is read to be written again is locked first (`FOR UPDATE`, in the order
of its key), and a row that is new to two transactions at once makes the later one start anew (ContendedError). Readers see
one moment (REPEATABLE READ, READ ONLY) and are given up after READ_SECONDS. Plans are made for the values at hand
(`force_custom_plan`): a list of ids then touches only the partitions they can be in.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import psycopg
import sqlalchemy as sa
from psycopg.types.string import BytesBinaryDumper

from humeops.central.store.database import ContendedError
from humeops.errors import ConfigError

READ_SECONDS = 10
# A client that vanished in a transaction must not hold its locks for ever; no step of ours waits as long.
IDLE_IN_TRANSACTION_SECONDS = 60

# The last one registered is what COPY takes for a type; psycopg's own last one is written in Python.
psycopg.adapters.register_dumper(bytes, BytesBinaryDumper)

_TYPES: dict[type[sa.types.TypeEngine[Any]], str] = {
    sa.LargeBinary: "bytea",
    sa.Text: "text",
    sa.SmallInteger: "smallint",
    sa.BigInteger: "bigint",
    sa.Integer: "integer",
    sa.Float: "double precision",
    sa.Boolean: "boolean",
}
# serialization_failure, deadlock_detected, lock_not_available, unique_violation (of a row that another one made meanwhile).
_CONTENTION = frozenset(("40001", "40P01", "55P03", "23505"))


def engine(url: str, connections: int, wait_seconds: float) -> sa.Engine:
    """Return an engine for writers of this server; `url` is `postgresql://…`."""
    settings = {"plan_cache_mode": "force_custom_plan", "synchronous_commit": "on"}
    return _engine(url, connections, wait_seconds, "hume-central", "READ COMMITTED", settings)


def reader_engine(url: str, connections: int, wait_seconds: float) -> sa.Engine:
    """Return an engine whose connections cannot write, and give a question up when it takes too long."""
    # What people look at is in memory or on a disk without heads. With the server's 4 the planner reads all of a table where an index
    # alone would do: 85 ms instead of 40 to count what 190,000 tags of tasks are like.
    settings = {
        "statement_timeout": f"{READ_SECONDS}s",
        "default_transaction_read_only": "on",
        "random_page_cost": "1.1",
    }
    return _engine(url, connections, wait_seconds, "hume-central reader", "REPEATABLE READ", settings)


def _engine(
    url: str,
    connections: int,
    wait_seconds: float,
    name: str,
    isolation: Literal["READ COMMITTED", "REPEATABLE READ"],
    settings: dict[str, str],
) -> sa.Engine:
    common = {
        "timezone": "UTC",
        "jit": "off",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS}s",
    }
    options = " ".join(f"-c {key}={value}" for key, value in {**settings, **common}.items())
    # Said, not left to the server: of one without an encoding (SQL_ASCII) the driver would give bytes.
    arguments = {"application_name": name, "connect_timeout": 10, "options": options, "client_encoding": "utf8"}
    made = sa.create_engine(
        _with_driver(url),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=wait_seconds,
        pool_pre_ping=True,
        isolation_level=isolation,
        connect_args=arguments,
    )

    @sa.event.listens_for(made, "connect")
    def connected(connection: psycopg.Connection[Any], _record: object) -> None:
        check_encoding(connection)

    return made


def check_encoding(connection: psycopg.Connection[Any]) -> None:
    """Raise ConfigError for a database that cannot hold whatever hosts say: such events would be dead letters, one by one."""
    # The server tells it with each connection, unasked.
    encoding = (connection.info.parameter_status("server_encoding") or "").upper()
    if encoding != "UTF8":
        raise ConfigError(
            f"the database {connection.info.dbname} has the encoding {encoding}, and what hosts say needs UTF8: make one with "
            "createdb -E UTF8 -T template0 (hume-central backup and restore bring over what there is)"
        )


@contextlib.contextmanager
def at_most(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """Have the server cancel what a reader asks within after so many seconds. The savepoint keeps the transaction alive."""
    with connection.begin_nested():
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
        yield
        # Released, the savepoint would leave it so; rolled back, it does not.
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{READ_SECONDS}s'")


def was_interrupted(error: sa.exc.DBAPIError) -> bool:
    """Tell whether a question was given up for taking too long."""
    return isinstance(error.orig, psycopg.errors.QueryCanceled)


def is_contention(error: sa.exc.DBAPIError) -> bool:
    """Tell whether another transaction was in the way, so that the same again may work."""
    return getattr(error.orig, "sqlstate", None) in _CONTENTION


@contextlib.contextmanager
def plain_contention() -> Iterator[None]:
    """Say ContendedError for what is nobody's fault and works when it is done again."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        if is_contention(error):
            raise ContendedError("another transaction was faster") from error
        raise


def type_name(column_type: sa.types.TypeEngine[Any]) -> str:
    """Return what PostgreSQL calls the type of a column."""
    return next(_TYPES[kind] for kind in type(column_type).__mro__ if kind in _TYPES)


def copy_rows(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str], made: Iterable[tuple[Any, ...]]
) -> None:
    """Put these rows into the table by COPY, the fastest way in. One that is there already makes all of it fail."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("COPY needs a connection of psycopg")
    types = [type_name(table.c[name].type) for name in columns]
    # Binary: no text has to be escaped and none read again.
    statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    try:
        with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.set_types(types)
            for row in made:
                copy.write_row(row)
    except psycopg.Error as error:
        raise _wrapped(error, statement) from error


def _wrapped(error: psycopg.Error, statement: str) -> sa.exc.DBAPIError:
    # As SQLAlchemy would have said it, so that whoever looks at errors knows one kind of them.
    kinds = ((psycopg.DataError, sa.exc.DataError), (psycopg.IntegrityError, sa.exc.IntegrityError))
    kind = next((ours for theirs, ours in kinds if isinstance(error, theirs)), sa.exc.OperationalError)
    return kind(statement, None, error)


def _with_driver(url: str) -> sa.URL:
    return sa.make_url(url).set(drivername="postgresql+psycopg")
