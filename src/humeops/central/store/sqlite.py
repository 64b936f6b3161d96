# SPDX-License-Identifier: MIT
"""What is special to SQLite: how it is opened, and the expressions that other engines spell differently."""

import contextlib
import math
import pathlib
import sqlite3
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from humeops.central.store import ftsrows
from humeops.central.store.identity import APPLICATION_ID
from humeops.errors import UnavailableError

READ_SECONDS = 10.0  # after this a question is given up
_GIVE_UP_AT = "hume gives up at"
_STEPS_BETWEEN_LOOKS = 50_000  # virtual machine instructions: some milliseconds
_CACHE_KIB = 65_536  # of the writer: index pages that are hot at ten million events


def writer_engine(path: pathlib.Path) -> sa.Engine:
    """Return an engine of one connection, whose transactions take the write lock when they begin."""
    engine = sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(path, isolation_level=None, check_same_thread=False),
        poolclass=sa.pool.StaticPool,
    )

    @sa.event.listens_for(engine, "connect")
    def opened(connection: Any, _record: object) -> None:
        # Before the WAL is there: so that the file itself says whose it is from its first byte on.
        if connection.execute("PRAGMA application_id").fetchone() == (0,):
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        # WAL pages between checkpoints: 4,000 (16 MB) halves the checkpoints of a busy intake. A flipped bit in the WAL
        # loses what follows it, so it is not left to grow further.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "wal_autocheckpoint=4000",
            "journal_size_limit=67108864",
            f"cache_size=-{_CACHE_KIB}",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def began(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def reader_engine(path: pathlib.Path, readers: int, wait_seconds: float) -> sa.Engine:
    """Return an engine whose connections cannot write, and give a question up when it takes too long."""
    address = f"file:{urllib.parse.quote(str(path))}?mode=ro"
    engine = sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False),
        poolclass=sa.pool.QueuePool,
        pool_size=readers,
        max_overflow=0,
        pool_timeout=wait_seconds,
    )

    @sa.event.listens_for(engine, "connect")
    def opened(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA busy_timeout=10000")
        connection.create_function("hume_casefold", 1, _casefold, deterministic=True)
        connection.create_function("hume_first_key", 1, ftsrows.first_key, deterministic=True)
        connection.create_function("hume_last_key", 1, ftsrows.last_key, deterministic=True)

    @sa.event.listens_for(engine, "begin")
    def began(connection: sa.Connection) -> None:
        driver = connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            connection.info[_GIVE_UP_AT] = time.monotonic() + READ_SECONDS
            _give_up_at(driver, connection.info[_GIVE_UP_AT])
        connection.exec_driver_sql("BEGIN")

    return engine


@contextlib.contextmanager
def at_most(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """Interrupt what a reader asks within after so many seconds. An interrupted SELECT leaves its transaction as it is."""
    driver: Any = connection.connection.driver_connection
    last = connection.info.get(_GIVE_UP_AT, math.inf)
    _give_up_at(driver, min(last, time.monotonic() + seconds))
    try:
        yield
    finally:
        _give_up_at(driver, last)


def _give_up_at(driver: sqlite3.Connection, moment: float) -> None:
    driver.set_progress_handler(lambda: time.monotonic() > moment, _STEPS_BETWEEN_LOOKS)


@contextlib.contextmanager
def asking(readers: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection of a reader_engine, with errors that say what helps."""
    try:
        with readers.begin() as connection:
            yield connection
    except sa.exc.TimeoutError as error:
        raise UnavailableError("too many questions at once; ask again") from error
    except sa.exc.OperationalError as error:
        if was_interrupted(error):
            raise UnavailableError("this question takes too long; narrow it down") from error
        raise


def was_interrupted(error: sa.exc.DBAPIError) -> bool:
    """Tell whether a question was given up for taking too long."""
    return getattr(error.orig, "sqlite_errorname", "") == "SQLITE_INTERRUPT"


def _casefold(text: str | None) -> str:
    return (text or "").casefold()
