# SPDX-License-Identifier: MIT
"""How humed uses SQLite: the spool's tables, the settings its promise rests on, and what SQLite's errors mean to humed.

Tables: `event` holds what waits for central, as (seq, bytes), with what it is worth when space runs out (`worth`, see
humeops.daemon.worth) and when it was taken; `run` the runs of this host; `datum` this host's own shared data; `lost` the
seqs that had to be dropped and `dropped` how many by cause; `mark` one row: the epoch, how far central has committed, and
the floor of the numbering (rows alone do not tell it once they are deleted).
"""

import contextlib
import pathlib
import sqlite3
from collections.abc import Iterator

from humeops.errors import Exit, HumeError, UnavailableError

SCHEMA_VERSION = 1
# Small WAL: one flipped bit in it silently discards every later transaction, so it is folded in often (pages of 4 KiB).
WAL_AUTOCHECKPOINT_PAGES = 512
BUSY_TIMEOUT_MS = 2_000

SCHEMA = """
CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, worth INTEGER NOT NULL, taken INTEGER NOT NULL) STRICT;
CREATE INDEX event_cheap ON event (worth, seq) WHERE worth < 2;
CREATE TABLE run (
    id TEXT PRIMARY KEY, task TEXT NOT NULL, uid INTEGER, boot TEXT NOT NULL, pid INTEGER NOT NULL, start INTEGER NOT NULL,
    mono INTEGER NOT NULL, ended_wall INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE datum (
    key TEXT NOT NULL, task TEXT NOT NULL, id TEXT NOT NULL, time INTEGER NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL,
    expires INTEGER, PRIMARY KEY (key, task)
) STRICT, WITHOUT ROWID;
CREATE TABLE lost (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE TABLE dropped (cause TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE mark (
    one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL, last_seq INTEGER NOT NULL, committed_upto INTEGER NOT NULL
) STRICT;
"""

_NO_ROOM_NOW = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SpoolFullError(UnavailableError):
    """The disk or the spool's limit is reached: nothing of this group was stored, and nothing was lost."""


class SpoolBrokenError(HumeError):
    """The disk failed while writing. What was not acknowledged must not be; humed stops and its restart verifies."""

    exit_code = Exit.IO


class SpoolDamagedError(SpoolBrokenError):
    """The file is not, or no longer, a spool. humed's start puts it aside and saves what can be read."""


def configure(db: sqlite3.Connection) -> None:
    """Make commits durable (WAL, synchronous=FULL) and the WAL short."""
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(f"PRAGMA wal_autocheckpoint = {WAL_AUTOCHECKPOINT_PAGES}")


@contextlib.contextmanager
def plain_errors(path: pathlib.Path) -> Iterator[None]:
    """Outside a group: let the operator read which file it is and what SQLite says of it."""
    try:
        yield
    except sqlite3.Error as error:
        kind = SpoolDamagedError if _primary_code(error) in _DAMAGED else SpoolBrokenError
        raise kind(f"{path}: the spool cannot be read: {error}") from error


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Do it whole or not at all; raise SpoolFullError or SpoolBrokenError for what SQLite says."""
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("COMMIT")
    except BaseException as error:
        _roll_back(db)
        if isinstance(error, sqlite3.Error):
            raise _as_spool_error(error) from error
        raise


def _roll_back(db: sqlite3.Connection) -> None:
    # SQLite may have rolled back by itself already (full disk, I/O error); a second ROLLBACK then only says so.
    with contextlib.suppress(sqlite3.Error):
        if db.in_transaction:
            db.execute("ROLLBACK")


def _primary_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _as_spool_error(error: sqlite3.Error) -> HumeError:
    code = _primary_code(error)
    if code in _NO_ROOM_NOW:
        return SpoolFullError(f"the spool takes nothing now: {error}")
    kind = SpoolDamagedError if code in _DAMAGED else SpoolBrokenError
    return kind(f"the spool failed: {error}")
