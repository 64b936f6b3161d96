# SPDX-License-Identifier: MIT
"""The SQL of intake, by name: sent to the driver as it stands, many rows at a time.

SQLAlchemy's own statements cost several µs a row, which is most of what an event may cost; so the hot path speaks SQL of
the common kind (ON CONFLICT, VALUES, row values: SQLite 3.24 and PostgreSQL alike). Every function here does one round trip.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from humeops.central import usual
from humeops.central.store import driver, postgres, tables
from humeops.errors import UnavailableError

# What the database says when it is one row's fault. Everything else (disk full, I/O) is the whole batch's.
ROWS_FAULT: tuple[type[Exception], ...] = (
    sa.exc.DataError,
    sa.exc.IntegrityError,
    sa.exc.InterfaceError,
    UnicodeError,
    OverflowError,
)

_INSERT_EVENTS = """
INSERT INTO event (id, epoch, seq, kind, level, time, boot, mono, host, task, run, message, tags, rest, received_at, link)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# Without `link`, which hardly any event has: one value less to bind.
_INSERT_EVENTS_OF_OWN = """
INSERT INTO event (id, epoch, seq, kind, level, time, boot, mono, host, task, run, message, tags, rest, received_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_RUN, _LINK = map(tables.event.c.keys().index, ("run", "link"))
_UNNAMED_DATA = "SELECT id, time, host, run, rest FROM event WHERE run = ? AND task = '' AND kind = 'data'"
_NAME_EVENTS = "UPDATE event SET task = ? WHERE run = ? AND task = ''"
_INSERT_DEAD = """
INSERT INTO dead_letter (epoch, seq, received_at, error, raw) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_PUT_RUNS = """
INSERT INTO run (id, short, host, task, state, started_at, ended_at, duration, last_event_at, reason, summary, parent)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET host = excluded.host, task = excluded.task, state = excluded.state,
  started_at = excluded.started_at, ended_at = excluded.ended_at, duration = excluded.duration,
  last_event_at = excluded.last_event_at, reason = excluded.reason, summary = excluded.summary,
  parent = excluded.parent
"""
_ADD_RUN_FLAGS = "INSERT INTO run_flag (run, boot, mono, event, time, name) VALUES (?, ?, ?, ?, ?, ?)"
_PUT_RUN_DATA = """
INSERT INTO run_datum (run, key, value, unit, boot, mono, event) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run, key) DO UPDATE SET value = excluded.value, unit = excluded.unit, boot = excluded.boot,
  mono = excluded.mono, event = excluded.event
WHERE (excluded.boot, excluded.mono, excluded.event) > (run_datum.boot, run_datum.mono, run_datum.event)
"""
# Of each run the first ones: a loop that marks for ever must not be read whole.
_RUN_FLAGS = f"""
SELECT run, boot, mono, time, name FROM (
  SELECT run, boot, mono, time, name, row_number() OVER (PARTITION BY run ORDER BY boot, mono, event) AS place
  FROM run_flag WHERE run IN ({{}})
) AS marks WHERE place <= {usual.MOST_STRETCHES} ORDER BY run, place
"""  # noqa: S608
_RUN_DATA = "SELECT run, key, value FROM run_datum WHERE run IN ({})"
_USUAL = "SELECT host, task, runs FROM task_usual WHERE (host, task) IN (VALUES {pairs}) ORDER BY host, task {lock}"
_PUT_USUAL = """
INSERT INTO task_usual (host, task, runs) VALUES (?, ?, ?)
ON CONFLICT (host, task) DO UPDATE SET runs = excluded.runs
"""
_DROP_USUAL = "DELETE FROM task_usual WHERE host = ? AND task = ?"
_GOOD_RUNS = """
SELECT summary FROM run WHERE host = ? AND task = ? AND state = 'ok' ORDER BY started_at DESC, id DESC LIMIT ?
"""
_ADD_RUN_TAGS = "INSERT INTO run_tag (run, tag) VALUES (?, ?) ON CONFLICT DO NOTHING"
_PUT_DATA = """
INSERT INTO datum (host, task, key, value, time, event, unit, run, uid, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (host, task, key) DO UPDATE SET value = excluded.value, time = excluded.time, event = excluded.event,
  unit = excluded.unit, run = excluded.run, uid = excluded.uid, expires_at = excluded.expires_at
WHERE (excluded.time, excluded.event) > (datum.time, datum.event)
"""
_TASKS = """
SELECT task.host, task.task, coalesce(task.told, task.state), task.last_event_at, task.running, task.tags,
  task.loose_tags, task.given_tags, task.loose_first_at, task.loose_last_at, task.last_run, task.verdict, task.version
FROM task
WHERE (task.host, task.task) IN (VALUES {pairs}) ORDER BY task.host, task.task {lock}
"""
_LAST_RUNS = "SELECT id FROM run WHERE host = ? AND task = ? ORDER BY started_at DESC, id DESC LIMIT ?"
_PUT_TASKS = """
INSERT INTO task (host, task, state, since, last_event_at, reason, running, last_run, tags,
  loose_tags, loose_first_at, loose_last_at, verdict, version, given_tags)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (host, task) DO UPDATE SET told = NULL, state = excluded.state, since = excluded.since,
  last_event_at = excluded.last_event_at, reason = excluded.reason, running = excluded.running,
  last_run = excluded.last_run, tags = excluded.tags, loose_tags = excluded.loose_tags,
  loose_first_at = excluded.loose_first_at, loose_last_at = excluded.loose_last_at, verdict = excluded.verdict,
  version = excluded.version
"""
_DROP_TASKS = "DELETE FROM task WHERE host = ? AND task = ?"
_LAST_WORDS = """
SELECT wanted.column1, wanted.column2,
  (SELECT max(run.last_event_at) FROM run WHERE run.host = wanted.column1 AND run.task = wanted.column2)
FROM (VALUES {pairs}) AS wanted
"""
_DROP_TASK_TAG = "DELETE FROM task_tag WHERE host = ? AND task = ? AND tag = ?"
_ADD_TASK_TAG = "INSERT INTO task_tag (host, task, tag) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_GIVEN_TAGS = "SELECT host, task, tags FROM about WHERE (host, task) IN (VALUES {pairs}) AND tags IS NOT NULL"
_ADD_TRANSITIONS = """
INSERT INTO transition (host, task, from_state, to_state, run, event, at, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


def known_events(connection: sa.Connection, keys: list[bytes]) -> list[bytes]:
    """Return those of the ids that are stored already."""
    return [row[0] for row in driver.all_among(connection, "SELECT id FROM event WHERE id IN ({})", keys)]


def insert_events(connection: sa.Connection, made: Iterable[tuple[Any, ...]]) -> None:
    """Insert these events, of which there is at least one, and none that is there. Rows go while the next ones are made."""
    if driver.is_shared(connection):
        with postgres.plain_contention():
            postgres.copy_rows(connection, tables.event, tables.event.c.keys(), made)
        return
    own, linked = [], []
    for row in made:
        # Python's sqlite3 asks around how to bind `bytes`, and binds a bytearray at once.
        run = bytearray(row[_RUN]) if row[_RUN] is not None else None
        if row[_LINK] is None:
            own.append((bytearray(row[0]), *row[1:_RUN], run, *row[_RUN + 1 : _LINK]))
        else:
            linked.append(row)
    driver.many(connection, _INSERT_EVENTS_OF_OWN, own)
    driver.many(connection, _INSERT_EVENTS, linked)


def unnamed_data(connection: sa.Connection, run: bytes) -> Sequence[Sequence[Any]]:
    """Return (id, time, host, run, rest) of the run's data events that have no task."""
    return driver.all_rows(connection, _UNNAMED_DATA, (run,))


def name_events(connection: sa.Connection, made: driver.Rows) -> None:
    """Give the events of runs that have no task one, as (task, run)."""
    driver.many(connection, _NAME_EVENTS, made)


def refusal(connection: sa.Connection, act: Callable[[], None], faults: tuple[type[Exception], ...]) -> str | None:
    """Do this within a savepoint; return why some row of it fails in one of these ways, nothing of it then done."""
    savepoint = connection.begin_nested()
    try:
        act()
    except faults as error:
        if type(error) not in faults and (
            isinstance(error, UnavailableError)
            or (isinstance(error, sa.exc.DBAPIError) and not isinstance(error, ROWS_FAULT))
        ):
            raise  # the whole transaction is concerned, unless the caller has named just this
        savepoint.rollback()
        # The first line: what follows is where in our statement it was.
        what = " ".join(str(getattr(error, "orig", error)).partition("\n")[0].split())[:300]
        is_refused = isinstance(error, ROWS_FAULT)
        return (
            f"the database refuses it: {what}"
            if is_refused
            else f"a fault of hume's own: {type(error).__name__}: {what}"
        )
    savepoint.commit()
    return None


def insert_dead_letters(connection: sa.Connection, made: driver.Rows) -> None:
    """Keep what could not be stored as events; what lies there already stays."""
    driver.many(connection, _INSERT_DEAD, made)


def runs(connection: sa.Connection, keys: list[bytes]) -> list[tuple[bytes, str]]:
    """Return (id, summary) of those of the runs that are known."""
    return [
        (row[0], row[1])
        for row in driver.all_among(connection, "SELECT id, summary FROM run WHERE id IN ({}) {lock}", keys)
    ]


def put_runs(connection: sa.Connection, new: driver.Rows, known: driver.Rows) -> None:
    """Store runs as they are now: those that were not there, and those that were.

    A new one that another transaction made meanwhile is never written over: ContendedError.
    """
    driver.many(connection, _only_new(_PUT_RUNS), new)
    driver.many(connection, _PUT_RUNS, known)


def add_run_flags(connection: sa.Connection, made: driver.Rows) -> None:
    """Store the marks of runs, none of which is there."""
    driver.many(connection, _ADD_RUN_FLAGS, made)


def put_run_data(connection: sa.Connection, made: driver.Rows) -> None:
    """Store numbers of runs, each unless one that was said later is there."""
    driver.many(connection, _PUT_RUN_DATA, made)


def run_flags(connection: sa.Connection, keys: list[bytes]) -> Iterable[Sequence[Any]]:
    """Return (run, boot, mono, time, name) of the first marks of each of these runs, in order."""
    return driver.all_among(connection, _RUN_FLAGS, keys)


def run_data(connection: sa.Connection, keys: list[bytes]) -> Iterable[Sequence[Any]]:
    """Return (run, key, value) of the numbers of these runs."""
    return driver.all_among(connection, _RUN_DATA, keys)


def usual_runs(connection: sa.Connection, names: list[driver.Pair]) -> Iterable[Sequence[Any]]:
    """Return (host, task, runs) of what was learnt of these tasks."""
    return driver.all_for_pairs(connection, _USUAL, names)


def put_usual_runs(connection: sa.Connection, made: driver.Rows) -> None:
    """Store what was learnt of tasks."""
    driver.many(connection, _PUT_USUAL, made)


def drop_usual_runs(connection: sa.Connection, names: list[driver.Pair]) -> None:
    """Forget what was learnt of tasks."""
    driver.many(connection, _DROP_USUAL, names)


def good_runs(connection: sa.Connection, name: driver.Pair, most: int) -> list[str]:
    """Return the summaries of the runs of this task that ended well, the one that began last first."""
    return [row[0] for row in driver.all_rows(connection, _GOOD_RUNS, (*name, most))]


def add_run_tags(connection: sa.Connection, made: driver.Rows) -> None:
    """Store (run, tag)."""
    driver.many(connection, _ADD_RUN_TAGS, made)


def put_data(connection: sa.Connection, made: driver.Rows) -> None:
    """Store data, each unless a later one is there."""
    driver.many(connection, _PUT_DATA, made)


def tasks(connection: sa.Connection, names: list[driver.Pair]) -> Iterable[Sequence[Any]]:
    """Return the tasks of these (host, task) that are known."""
    return driver.all_for_pairs(connection, _TASKS, names)


def last_runs(connection: sa.Connection, name: driver.Pair, count: int) -> list[bytes]:
    """Return the runs of this task that started last, the last one first."""
    return [row[0] for row in driver.all_rows(connection, _LAST_RUNS, (*name, count))]


def last_words(connection: sa.Connection, names: list[driver.Pair]) -> Iterable[Sequence[Any]]:
    """Return (host, task, when the last event of any of its runs was said, or None without runs); reads all its runs."""
    return driver.all_for_pairs(connection, _LAST_WORDS, names)


def drop_tasks(connection: sa.Connection, names: list[driver.Pair]) -> None:
    """Forget tasks."""
    driver.many(connection, _DROP_TASKS, names)


def put_tasks(connection: sa.Connection, new: driver.Rows, known: driver.Rows) -> None:
    """Store tasks as they are now, as put_runs does with runs."""
    driver.many(connection, _only_new(_PUT_TASKS), new)
    driver.many(connection, _PUT_TASKS, known)


def change_task_tags(connection: sa.Connection, dropped: driver.Rows, added: driver.Rows) -> None:
    """Bring the index of tags up to date with (host, task, tag)."""
    driver.many(connection, _DROP_TASK_TAG, dropped)
    driver.many(connection, _ADD_TASK_TAG, added)


def given_tags(connection: sa.Connection, names: list[driver.Pair]) -> Iterable[Sequence[Any]]:
    """Return (host, task, tags) of those of these that people gave tags to, also where there is no such task now."""
    return driver.all_for_pairs(connection, _GIVEN_TAGS, names)


def add_transitions(connection: sa.Connection, made: driver.Rows) -> None:
    """Store changes of state; each is somebody's matter later (alerts)."""
    driver.many(connection, _ADD_TRANSITIONS, made)


def held_until(connection: sa.Connection) -> int:
    """Return until when nothing is to be found missing that was not before: central was away."""
    found = driver.all_rows(connection, "SELECT held_until FROM watching WHERE id = 1", ())
    return int(found[0][0]) if found else 0


def _only_new(upsert: str) -> str:
    return upsert.partition("ON CONFLICT")[0]
