# SPDX-License-Identifier: MIT
"""Many watches of which few are due: how late each is found, and what looking costs, all the others being there."""

import contextlib
import os
import pathlib
import tempfile
import threading
import time

import sqlalchemy as sa

from humeops.central.store import declaring, schema, tables
from humeops.central.store.sqlitefile import SqliteDatabase
from humeops.central.watcher import Watcher
from humeops.central.watches import expectation
from humeops.clock import NS_PER_SECOND, SystemClock
from tests.bench.report import Table, milliseconds, percentile

SECONDS = 20.0
A_SECOND = 10  # become due each second
COUNT = int(os.environ.get("HUME_BENCH_WATCHES", "10000"))


def measure() -> Table:
    """Return the table for COUNT watches (HUME_BENCH_WATCHES; 100,000 is what is to be reached)."""
    table = Table("Watches", ["watches", "due a second", "found after, median", "99 %", "of one core"])
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(open_filled(pathlib.Path(folder))) as database:
        watcher = Watcher(database, SystemClock())
        thread = threading.Thread(target=watcher.run)
        begun, used = time.monotonic(), time.process_time()
        thread.start()
        time.sleep(SECONDS)
        watcher.stop()
        thread.join()
        core = (time.process_time() - used) / (time.monotonic() - begun)
        after = delays(database)
    table.rows.append(
        [f"{COUNT:,}", str(A_SECOND), *(milliseconds(percentile(after, share)) for share in (0.5, 0.99)), f"{core:.1%}"]
    )
    table.remarks.append("SQLite; a start is expected each hour of every task, and of those that are due none comes.")
    return table


def open_filled(folder: pathlib.Path) -> SqliteDatabase:
    """Return a database in which A_SECOND of COUNT watches become due in each second of the measurement."""
    database = SqliteDatabase(folder / "central.db")
    schema.upgrade(database)
    wanted = expectation.read({"every": "1h", "grace": "1s"})
    soon = int(SECONDS) * A_SECOND
    # Those that become due come last, by a clock read then: the others take as long as they are many.
    for begin in [*range(soon, COUNT, 5_000), 0]:
        numbers = range(begin, min(begin + 5_000, COUNT) if begin else soon)
        now = time.time_ns() + 2 * NS_PER_SECOND
        made = [
            declaring.Declaration("db1", f"task-{number}", wanted, "a benchmark", _declared_at(now, number, soon))
            for number in numbers
        ]
        with database.writing() as connection:
            declaring.declare(connection, made, now - 3_700 * NS_PER_SECOND)
    # Declared, it was looked at by a clock of an hour ago; the beat is of now.
    return database


def _declared_at(now: int, number: int, soon: int) -> int:
    """Return when it was declared so that it is due at its own moment: soon, or not while this measures."""
    ahead = number * NS_PER_SECOND // A_SECOND if number < soon else (600 + number % 3_000) * NS_PER_SECOND
    return now + ahead - 3_601 * NS_PER_SECOND


def delays(database: SqliteDatabase) -> list[float]:
    """Return how long after its moment each was found, in seconds."""
    found = sa.select(tables.transition.c.at - tables.watch.c.since).join(
        tables.watch, tables.watch.c.task == tables.transition.c.task
    )
    with database.reading() as connection:
        return [
            delay / NS_PER_SECOND for delay in connection.execute(found.where(tables.watch.c.state == "late")).scalars()
        ]
