# SPDX-License-Identifier: MIT
"""The SQL of watches, by name; one round trip each, as in `statements`.

Whoever writes watches has the rows of their tasks locked first, always in this order: intake and watchers never wait for
each other in a circle.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from humeops.central.store import driver, statements

_WATCHES = """
SELECT host, task, wanted, parts, maker, made_at, pattern, sign_at, paused_until, state, since, why, expected_at, due
FROM watch WHERE (host, task) IN (VALUES {pairs}) ORDER BY host, task {lock}
"""
_HELD = """
SELECT host, task, wanted, parts, maker, made_at, pattern FROM watch WHERE (host, task) IN (VALUES {pairs})
ORDER BY host, task {lock}
"""
_FREE_TASKS = """
SELECT host, task FROM task WHERE (host, task) IN (VALUES {pairs}) ORDER BY host, task {lock}
"""
_DUE = "SELECT host, task FROM watch WHERE due <= ? ORDER BY due LIMIT ?"
_STANDINGS = """
SELECT task.host, task.task, coalesce(task.told, task.state), task.loose_last_at, run.started_at, agent.silent_since,
  agent.last_seen_at, task.reason, CASE WHEN run.state IN ('failed', 'lost') THEN run.id END
FROM task LEFT JOIN run ON run.id = task.last_run LEFT JOIN agent ON agent.host = task.host
WHERE (task.host, task.task) IN (VALUES {pairs})
"""
_OPEN_RUNS = """
SELECT host, task, id, summary FROM run WHERE state = 'running' AND (host, task) IN (VALUES {pairs})
"""
_COUNT = """
SELECT count(*) FROM (
  SELECT 1 AS one FROM run WHERE host = ? AND task = ? AND started_at >= ? AND started_at < ? LIMIT ?
) AS counted
"""
_JUDGE = """
UPDATE watch SET sign_at = ?, state = ?, since = ?, why = ?, expected_at = ?, due = ? WHERE host = ? AND task = ?
"""
_SHOW = "UPDATE task SET state = ?, told = ?, version = version + 1 WHERE host = ? AND task = ?"
_MAKE_TASKS = """
INSERT INTO task (host, task, state, since, last_event_at, reason, running, tags, loose_tags)
VALUES (?, ?, 'new', ?, ?, '', 0, '[]', '[]') ON CONFLICT DO NOTHING
"""
_DECLARE = """
INSERT INTO watch (host, task, wanted, maker, made_at, pattern, due, parts, fault, state, why)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', '')
ON CONFLICT (host, task) DO UPDATE SET wanted = excluded.wanted, maker = excluded.maker, made_at = excluded.made_at,
  pattern = excluded.pattern, due = excluded.due, parts = excluded.parts, fault = '', fault_at = NULL
"""
_NOTE_FAULT = """
INSERT INTO watch (host, task, wanted, maker, made_at, fault, fault_at, state, why) VALUES (?, ?, '{}', ?, 0, ?, ?, '', '')
ON CONFLICT (host, task) DO UPDATE SET fault = excluded.fault, fault_at = excluded.fault_at
WHERE excluded.fault_at >= watch.made_at AND excluded.fault_at >= coalesce(watch.fault_at, 0)
"""
_BEAT = """
INSERT INTO watching (id, beat_at, held_until) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at WHERE watching.beat_at < excluded.beat_at
"""


def beat(connection: sa.Connection, now_ns: int) -> None:
    """Note that a watcher looks. Never back: of two watchers with different clocks the one ahead counts."""
    driver.many(connection, _BEAT, [(1, now_ns, 0)])


def watches(connection: sa.Connection, names: list[driver.Pair]) -> Iterable[Sequence[Any]]:
    """Return the watches of these tasks, locked where others write too."""
    return driver.all_for_pairs(connection, _WATCHES, names)


def due(connection: sa.Connection, now_ns: int, most: int) -> list[driver.Pair]:
    """Return the tasks whose deadline has come, the earliest first."""
    return [(row[0], row[1]) for row in driver.all_rows(connection, _DUE, (now_ns, most))]


def lock_free_tasks(connection: sa.Connection, names: list[driver.Pair]) -> list[driver.Pair]:
    """Lock those of these tasks that nobody else has just now, and return them: another watcher looks at the others."""
    found = driver.all_for_pairs(connection, _FREE_TASKS, names, skips=True)
    return [(host, task) for host, task in found]


def standings(connection: sa.Connection, names: list[driver.Pair]) -> Iterable[Sequence[Any]]:
    """Return the facts of these tasks that are not of their watch.

    They are host, task, what the events tell, last word outside of runs, start of the last run, silent since, heard at, the events'
    reason, and the last run if it ended badly.
    """
    return driver.all_for_pairs(connection, _STANDINGS, names)


def open_runs(connection: sa.Connection, names: list[driver.Pair]) -> Iterable[Sequence[Any]]:
    """Return (host, task, id, summary) of the runs of these tasks that have not ended."""
    return driver.all_for_pairs(connection, _OPEN_RUNS, names)


def count_runs(connection: sa.Connection, name: driver.Pair, since: int, until: int, most: int) -> int:
    """Return how many runs of this task began in this time, counting no further than `most`."""
    return int(driver.all_rows(connection, _COUNT, (*name, since, until, most))[0][0])


def judge(connection: sa.Connection, made: driver.Rows) -> None:
    """Store judgements: (sign_at, state, since, why, expected_at, due, host, task)."""
    driver.many(connection, _JUDGE, made)


def show(connection: sa.Connection, made: driver.Rows) -> None:
    """Store what is shown of tasks: (state, told, host, task)."""
    driver.many(connection, _SHOW, made)


def make_tasks(connection: sa.Connection, names: Iterable[driver.Pair], now_ns: int) -> None:
    """Make tasks of which nothing was heard yet, and lock them: a watch needs its task."""
    wanted = sorted(names)
    driver.many(connection, _MAKE_TASKS, [(*name, now_ns, now_ns) for name in wanted])
    lock_tasks(connection, wanted)


def lock_tasks(connection: sa.Connection, names: Iterable[driver.Pair]) -> None:
    """Lock the rows of these tasks where others write too."""
    for _ in statements.tasks(connection, sorted(names)):
        pass


def held(connection: sa.Connection, names: list[driver.Pair]) -> Iterable[Sequence[Any]]:
    """Return (host, task, wanted, parts, maker, made_at, pattern) of the watches of these tasks, locked where others write too."""
    return driver.all_for_pairs(connection, _HELD, names)


def declare(connection: sa.Connection, made: driver.Rows) -> None:
    """Store what holds now: (host, task, wanted, maker, made_at, pattern, due, parts)."""
    driver.many(connection, _DECLARE, made)


def note_faults(connection: sa.Connection, made: driver.Rows) -> None:
    """Store what is wrong with declarations that are not taken: (host, task, maker, fault, fault_at)."""
    driver.many(connection, _NOTE_FAULT, made)
