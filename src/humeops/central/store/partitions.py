# SPDX-License-Identifier: MIT
"""PostgreSQL's event table in parts of a week: by the time in the events' ids, which is when they were said.

The same id always falls into the same part, however late it comes, so the primary key on the id alone finds every copy; and a
question about a span of time touches only the weeks it spans. What no week is there for (a clock that is far off, an event
older than the installation) lies in `event_default`. `provide` makes the weeks around now, again and again as time goes; rows
that lie in the default part and belong to a new week move there with it, or making it would fail.

A week that is over and empty (retention has deleted what lay in it) is dropped by `drop_empty`. Events older than the oldest week
are taken all the same: they lie in the default part.

SQLite has one table; there is nothing to do.
"""

import datetime

import sqlalchemy as sa

from humeops.central.store import driver, postgres, rows

WEEK_NS = 7 * 86_400 * 1_000_000_000
# Weeks begin on a Monday: the 5th of January 1970 was one.
_FIRST_MONDAY_NS = 4 * 86_400 * 1_000_000_000
# One for what comes late, and so many ahead that a worker may be away for some days.
WEEKS_BEFORE, WEEKS_AHEAD = 1, 2
# Several workers may think of it at once.
_LOCK = 0x70617274
# Readers and writers queue behind whoever waits for the whole table.
_LOCK_WAIT_MS = 500

_MAKE = """
CREATE TABLE {name} (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);
WITH moved AS (DELETE FROM event_default WHERE id >= {first} AND id < {end} RETURNING *) INSERT INTO {name} SELECT * FROM moved;
ALTER TABLE event ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})
"""


def provide(connection: sa.Connection, now_ns: int) -> list[str]:
    """Make the weeks around now that are not there; return their names. One transaction, the caller's."""
    if not driver.is_shared(connection):
        return []
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    this_week = (now_ns - _FIRST_MONDAY_NS) // WEEK_NS
    wanted = range(this_week - WEEKS_BEFORE, this_week + WEEKS_AHEAD + 1)
    known = set(names(connection))
    missing = [week for week in wanted if _name(week) not in known]
    for week in missing:
        _make(connection, week)
    return [_name(week) for week in missing]


def names(connection: sa.Connection) -> list[str]:
    """Return the parts that are there, the default one left out, in the order of their weeks."""
    query = (
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event'::regclass "
        "AND inhrelid <> 'event_default'::regclass ORDER BY 1"
    )
    return [str(name) for (name,) in connection.exec_driver_sql(query)]


def drop_empty(connection: sa.Connection, until_ns: int) -> list[str]:
    """Drop the weeks that ended before this moment and hold nothing; return their names. One transaction, the caller's.

    Raises ContendedError when somebody has the table for too long: nobody who writes waits for this longer than that.
    """
    if not driver.is_shared(connection):
        return []
    ended = [name for name in names(connection) if _end_ns(name) <= until_ns]
    empty = [name for name in ended if not _holds(connection, name)]
    if not empty:
        return []
    with postgres.plain_contention():
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_LOCK_WAIT_MS}")
        connection.exec_driver_sql("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
    # Looked at again: what came late may have gone in before the lock.
    dropped = [name for name in empty if not _holds(connection, name)]
    for name in dropped:
        connection.exec_driver_sql(f"DROP TABLE {name}")
    return dropped


def _holds(connection: sa.Connection, name: str) -> bool:
    return connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() is not None  # noqa: S608 - a name of ours


def _end_ns(name: str) -> int:
    day = datetime.datetime.strptime(name.rpartition(".")[2] + "+0000", "event_%Y_%m_%d%z")
    return int(day.timestamp()) * 1_000_000_000 + WEEK_NS


def _make(connection: sa.Connection, week: int) -> None:
    first, end = (f"'\\x{rows.first_key(_begin_ns(number)).hex()}'::bytea" for number in (week, week + 1))
    for statement in _MAKE.format(name=_name(week), first=first, end=end).split(";\n"):
        connection.exec_driver_sql(statement)


def _begin_ns(week: int) -> int:
    return week * WEEK_NS + _FIRST_MONDAY_NS


def _name(week: int) -> str:
    day = datetime.datetime.fromtimestamp(_begin_ns(week) / 1e9, datetime.UTC)
    return f"event_{day:%Y_%m_%d}"
