# SPDX-License-Identifier: MIT
"""The index of parts of messages: filled behind the commit, a few events at a time, and emptied by retention.

A filter's text is part of a message, whatever the case of its letters; so the index is of trigrams: FTS5's in SQLite, pg_trgm's
in PostgreSQL. What it finds is a little more than what is meant, and looked at again by whoever asks.

*Design.* It lies in a table of its own, for such an index on the event table would slow intake to a sixth. `upto` tells how
far it is, in the order of the ids; what lies beyond is for whoever asks to look through. Events come late, though: so `goal`
is announced first, and intake notes (`text_late`) what it stores before that; `central.indexing` goes on only when all who
wrote before the announcement have ended. A lock of PostgreSQL keeps a step and retention apart: each sees what the other did.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import driver, ftsrows

EVENTS_AT_ONCE = 500

_LOCK = 0x74657874
_NOTHING = bytes(16)
_MARK = "SELECT upto, goal FROM text_mark"
_ANNOUNCE = "UPDATE text_mark SET goal = ? WHERE goal < ?"
_ADVANCE = "UPDATE text_mark SET upto = ?"
_NEXT = "SELECT id, message FROM event WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
_NOTE_LATE = "INSERT INTO text_late (stays, id) VALUES (?, ?) ON CONFLICT DO NOTHING"
_SOME_LATE = "SELECT id FROM text_late WHERE stays = 0 AND id <= ? ORDER BY id LIMIT ?"
_PASSED = "DELETE FROM text_late WHERE stays = 0 AND id > ? AND id <= ?"
_NO_LONGER_LATE = "DELETE FROM text_late WHERE id = ? AND stays = 0"
_GONE = "DELETE FROM text_late WHERE id = ?"
_LATE_AMONG = "SELECT id FROM text_late WHERE id IN ({})"
_TEXTS = "SELECT id, message FROM event WHERE id IN ({})"
_NUMBERED_SO = "SELECT count(*) FROM event WHERE id >= ? AND id <= ?"
_PUT_FTS5 = "INSERT INTO event_text (rowid, message) VALUES (?, ?)"
_TAKE_FTS5 = "INSERT INTO event_text (event_text, rowid, message) VALUES ('delete', ?, ?)"
_PUT_TRGM = """
INSERT INTO event_text (id, folded) SELECT id, replace(lower(message), 'ß', 'ss') FROM event WHERE id = ANY(%s::bytea[])
ON CONFLICT DO NOTHING
"""
_TAKE_TRGM = "DELETE FROM event_text WHERE id = ANY(%s::bytea[])"


class Mark(NamedTuple):
    """The index holds what lies up to here, but for what is noted as late; and it will go so far."""

    upto: bytes
    goal: bytes


def mark(connection: sa.Connection) -> Mark | None:
    """Return how far the index is; None when there is none."""
    found = driver.all_rows(connection, _MARK, ())
    return Mark(*found[0]) if found else None


def goal(connection: sa.Connection) -> bytes:
    """Return the id before which what is stored now would be passed by."""
    found = mark(connection)
    return found.goal if found else _NOTHING


def waits(connection: sa.Connection, until: bytes) -> bool:
    """Tell whether there is something to index before this id."""
    found = mark(connection)
    if found is None:
        return False
    return bool(
        driver.all_rows(connection, _NEXT, (found.upto, max(until, found.goal), 1))
        or driver.all_rows(connection, _SOME_LATE, (found.upto, 1))
    )


def announce(connection: sa.Connection, until: bytes) -> None:
    """Let the index go up to this id; a goal never moves back."""
    driver.many(connection, _ANNOUNCE, [(until, until)])


def note_late(connection: sa.Connection, keys: Sequence[bytes]) -> None:
    """Have these looked at again."""
    driver.many(connection, _NOTE_LATE, [(0, key) for key in sorted(keys)])


def step(connection: sa.Connection) -> bool:
    """Index some events up to the goal; tell whether there are more. One transaction, the caller's."""
    _alone(connection)
    now = mark(connection)
    if now is None or now.upto >= now.goal:
        return False
    found = driver.all_rows(connection, _NEXT, (now.upto, now.goal, EVENTS_AT_ONCE))
    is_last = len(found) < EVENTS_AT_ONCE
    upto = now.goal if is_last else found[-1][0]
    # First: what has no place in the index is noted anew.
    driver.many(connection, _PASSED, [(now.upto, upto)])
    _put(connection, [(row[0], row[1]) for row in found], ftsrows.number_of(now.upto))
    driver.many(connection, _ADVANCE, [(upto,)])
    return not is_last


def step_late(connection: sa.Connection) -> bool:
    """Index some of what came late; tell whether there is more. One transaction, the caller's."""
    _alone(connection)
    now = mark(connection)
    if now is None:
        return False
    late = [row[0] for row in driver.all_rows(connection, _SOME_LATE, (now.upto, EVENTS_AT_ONCE))]
    driver.many(connection, _NO_LONGER_LATE, [(key,) for key in late])
    texts = sorted((row[0], row[1]) for row in driver.all_among(connection, _TEXTS, late)) if late else []
    if driver.is_shared(connection):
        _put(connection, texts, None)
    else:
        alone = [one for one in texts if _is_alone(connection, one[0])]
        _put(connection, alone, None)
        _leave_out(connection, [key for key, _ in texts if key not in dict(alone)])
    return len(late) == EVENTS_AT_ONCE


def forget(connection: sa.Connection, keys: Sequence[bytes]) -> None:
    """Let the index forget these events, which are still there and about to be deleted. One transaction, the caller's."""
    now = mark(connection)
    if now is None:
        return
    _alone(connection)
    if driver.is_shared(connection):
        connection.exec_driver_sql(_TAKE_TRGM, (list(keys),))
    else:
        now = mark(connection) or now
        out = {row[0] for row in driver.all_among(connection, _LATE_AMONG, list(keys))}
        texts = driver.all_among(connection, _TEXTS, [key for key in keys if key <= now.upto and key not in out])
        gone = [
            (number, message.casefold()) for key, message in texts if (number := ftsrows.number_of(key)) is not None
        ]
        driver.many(connection, _TAKE_FTS5, gone)
    driver.many(connection, _GONE, [(key,) for key in keys])


def _put(connection: sa.Connection, texts: Sequence[tuple[bytes, str]], last: int | None) -> None:
    """Index these, in the order of their ids; `last` is the number before them."""
    if driver.is_shared(connection):
        connection.exec_driver_sql(_PUT_TRGM, ([key for key, _ in texts],))
        return
    placed: list[tuple[int, str]] = []
    left_out: list[bytes] = []
    before = -1 if last is None else last
    for key, message in texts:
        number = ftsrows.number_of(key)
        if number is None or number <= before:
            left_out.append(key)
            continue
        placed.append((number, message.casefold()))
        before = number
    driver.many(connection, _PUT_FTS5, placed)
    _leave_out(connection, left_out)


def _leave_out(connection: sa.Connection, keys: Sequence[bytes]) -> None:
    driver.many(connection, _NOTE_LATE, [(1, key) for key in sorted(keys)])


def _is_alone(connection: sa.Connection, key: bytes) -> bool:
    number = ftsrows.number_of(key)
    if number is None:
        return False
    ((count,),) = driver.all_rows(connection, _NUMBERED_SO, (ftsrows.first_key(number), ftsrows.last_key(number)))
    return int(count) == 1


def _alone(connection: sa.Connection) -> None:
    if driver.is_shared(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
