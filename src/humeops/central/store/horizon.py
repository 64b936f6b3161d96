# SPDX-License-Identifier: MIT
"""How far retention has come, and what intake has to know of it.

Each rule has a mark: `upto`, where it has looked, and `goal`, where it may look. Before the highest goal things may have been
deleted. So intake takes a copy that comes so late for known when its seq arrived before, and notes what is new there, since no
rule comes that way a second time.

*Design.* A goal is announced in a transaction of its own, and rules go on only when all who wrote before that have ended
(`writers_ended`): an intake that did not see the goal is then committed, and the rule finds what it stored.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from humeops.central.store import driver, tables

_mark = tables.retention_mark
# The highest goal of rules that are no more.
_PAST = "past"
_NOTHING = bytes(16)

_ANNOUNCE = """
INSERT INTO retention_mark (rule, upto, goal) VALUES (?, ?, ?)
ON CONFLICT (rule) DO UPDATE SET goal = excluded.goal WHERE excluded.goal > retention_mark.goal
"""
_LATE = "INSERT INTO retention_late (id, kind) VALUES (?, ?) ON CONFLICT DO NOTHING"
_SOME_LATE = """
SELECT id, kind FROM retention_late WHERE (id, kind) > (?, ?) ORDER BY id, kind LIMIT ?
"""
_NO_LONGER_LATE = "DELETE FROM retention_late WHERE id = ? AND kind = ?"

Late = tuple[bytes, str]  # id, event | run


def highest_goal(connection: sa.Connection) -> bytes:
    """Return the id before which things may have been deleted."""
    found = driver.all_rows(connection, "SELECT goal FROM retention_mark ORDER BY goal DESC LIMIT 1", ())
    return found[0][0] if found else _NOTHING


def announce(connection: sa.Connection, goals: Mapping[str, bytes]) -> None:
    """Let these rules go up to these ids; a goal never moves back. Those that are no more leave what they have reached."""
    past = max((goal for rule, (_, goal) in reached(connection).items() if rule not in goals), default=_NOTHING)
    connection.execute(sa.delete(_mark).where(_mark.c.rule.not_in([*goals, _PAST])))
    made = [(rule, _NOTHING, goal) for rule, goal in sorted({**goals, _PAST: past}.items())]
    driver.many(connection, _ANNOUNCE, made)


def reached(connection: sa.Connection) -> dict[str, tuple[bytes, bytes]]:
    """Return (upto, goal) of each rule."""
    return {row.rule: (row.upto, row.goal) for row in connection.execute(sa.select(_mark))}


def advance(connection: sa.Connection, rule: str, upto: bytes) -> None:
    """Note that the rule has looked at everything up to this id."""
    connection.execute(sa.update(_mark).where(_mark.c.rule == rule, _mark.c.upto < upto).values(upto=upto))


def note_late(connection: sa.Connection, late: set[Late]) -> None:
    """Have these looked at again."""
    driver.many(connection, _LATE, sorted(late))


def some_late(connection: sa.Connection, after: Late, most: int) -> list[Late]:
    """Return what has to be looked at again, in the order of the ids."""
    return [(row[0], row[1]) for row in driver.all_rows(connection, _SOME_LATE, (*after, most))]


def no_longer_late(connection: sa.Connection, seen: list[Late]) -> None:
    """Forget these: they are gone, or their rule has yet to come by."""
    driver.many(connection, _NO_LONGER_LATE, sorted(seen))


def number_of_writer(connection: sa.Connection) -> int:
    """Return a number higher than that of all who write at this time."""
    if not driver.is_shared(connection):
        return 0
    return int(connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one())


def writers_ended(connection: sa.Connection, number: int) -> bool:
    """Tell whether all have ended who wrote when the number was given out."""
    if not driver.is_shared(connection):
        return True  # there is one writer
    oldest = connection.exec_driver_sql("SELECT pg_snapshot_xmin(pg_current_snapshot())::text").scalar_one()
    return int(oldest) > number
