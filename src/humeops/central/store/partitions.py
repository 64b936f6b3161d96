# SPDX-License-Identifier: MIT
"""PostgreSQL's event table in parts of a week: by the time in the events' ids, which is when they were said.

The same id always falls into the same part, however late it comes, so the primary key on the id alone finds every copy; and a
question about a span of time touches only the weeks it spans. What no week is there for (a clock that is far off, an event
older than the installation) lies in `event_default`. `provide` makes the weeks around now, again and again as time goes; rows
that lie in the default part and belong to a new week move there with it, or making it would fail.

SQLite has one table; there is nothing to do.
"""

import datetime

import sqlalchemy as sa

from humeops.central.store import driver, rows
from humeops.wire.eventid import make_event_id

WEEK_NS = 7 * 86_400 * 1_000_000_000
# Weeks begin on a Monday: the 5th of January 1970 was one.
_FIRST_MONDAY_NS = 4 * 86_400 * 1_000_000_000
# One for what comes late, and so many ahead that a worker may be away for some days.
WEEKS_BEFORE, WEEKS_AHEAD = 1, 2
# Several workers may think of it at once.
_LOCK = 0x70617274

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


def _make(connection: sa.Connection, week: int) -> None:
    first, end = (f"'\\x{_key(number).hex()}'::bytea" for number in (week, week + 1))
    for statement in _MAKE.format(name=_name(week), first=first, end=end).split(";\n"):
        connection.exec_driver_sql(statement)


def _key(week: int) -> bytes:
    # The least id of that moment: its time, and nothing but zeros where chance would be.
    return rows.key_of(make_event_id(_begin_ns(week), 0))[:6] + bytes(10)


def _begin_ns(week: int) -> int:
    return week * WEEK_NS + _FIRST_MONDAY_NS


def _name(week: int) -> str:
    day = datetime.datetime.fromtimestamp(_begin_ns(week) / 1e9, datetime.UTC)
    return f"event_{day:%Y_%m_%d}"
