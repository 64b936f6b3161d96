# SPDX-License-Identifier: MIT
"""The durable queue on this host: SQLite, WAL, synchronous=FULL, one writer.

Promise: when `Group.commit` returns, every event put into it survives kill -9 and power loss. Rows leave when
central has committed them, never before; after a crash an event may be sent twice, and central drops the copy by its id.

*Design.* `Spool` is the only writer and lives in humed's receiving loop, which also deletes what is released: a second
writing connection could lose commits with the SQLite that many systems carry (the WAL-reset bug fixed in 3.51.3), so
there is none, and it also makes the only checkpoints. `SpoolReader` is a read-only connection for the forwarding thread.
A row is (seq, event bytes); seq counts without holes from 1 within an `epoch`, one life of one spool file, and serves
only to notice loss. Open runs are rows beside the events and change in the same transaction.
"""

import contextlib
import pathlib
import sqlite3
import uuid
from collections.abc import Iterator

from humeops.errors import Exit, HumeError, UnavailableError

SCHEMA_VERSION = 1
# Small WAL: one flipped bit in it silently discards every later transaction, so it is folded in often (pages of 4 KiB).
WAL_AUTOCHECKPOINT_PAGES = 512
BUSY_TIMEOUT_MS = 2_000

_SCHEMA = """
CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE run (
    id TEXT PRIMARY KEY, task TEXT NOT NULL, uid INTEGER, boot TEXT NOT NULL, pid INTEGER NOT NULL, start INTEGER NOT NULL,
    mono INTEGER NOT NULL, ended_wall INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE mark (
    one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL, last_seq INTEGER NOT NULL, committed_upto INTEGER NOT NULL
) STRICT;
"""


class SpoolFullError(UnavailableError):
    """The disk or the spool's limit is reached: nothing of this group was stored, and nothing was lost."""


class SpoolBrokenError(HumeError):
    """The disk failed while writing. What was not acknowledged must not be; humed stops and its restart verifies."""

    exit_code = Exit.IO


class Spool:
    """The writing side. Everything it does happens in one transaction at a time, in the thread that opened it."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        with _plain_errors(path):
            self.db = sqlite3.connect(path, isolation_level=None, cached_statements=64)
            _configure(self.db)
            self._create_or_check()
            marks = self.db.execute("SELECT epoch, last_seq, committed_upto FROM mark").fetchall()
        if len(marks) != 1:
            raise SpoolBrokenError(f"{path}: not a spool of humed: its mark is missing")
        self.epoch: str
        self.last_seq: int
        self.committed_upto: int
        self.epoch, self.last_seq, self.committed_upto = marks[0]

    def _create_or_check(self) -> None:
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version == SCHEMA_VERSION:
            return
        if version != 0:
            raise HumeError(
                f"{self.path}: made by another version of humed (schema {version}, this one {SCHEMA_VERSION})"
            )
        with _transaction(self.db):
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self.db.execute(statement)
            self.db.execute("INSERT INTO mark VALUES (1, ?, 0, 0)", (str(uuid.uuid4()),))
            self.db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextlib.contextmanager
    def group(self) -> Iterator["Group"]:
        """Open a group commit. It is durable when the block is left; an exception in the block undoes all of it.

        Raises SpoolFullError (nothing stored, try later) or SpoolBrokenError (stop at once) from the commit.
        """
        group = Group(self.db, self.last_seq)
        with _transaction(self.db):
            yield group
            group.flush()
        self.last_seq = group.last_seq
        self.committed_upto = max(self.committed_upto, group.released_upto)

    def oldest_beyond(self, seq: int) -> bytes | None:
        """Return the oldest event beyond `seq`, or None when there is none."""
        with _plain_errors(self.path):
            row = self.db.execute("SELECT body FROM event WHERE seq > ? ORDER BY seq LIMIT 1", (seq,)).fetchone()
        return None if row is None else row[0]

    def size_bytes(self) -> int:
        """Return the size of the database file, without its WAL."""
        query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        with _plain_errors(self.path):
            return int(self.db.execute(query).fetchone()[0])

    def close(self) -> None:
        """Close; leaves the WAL folded into the file."""
        self.db.close()


class Group:
    """Events and changes of runs that become durable together."""

    def __init__(self, db: sqlite3.Connection, last_seq: int) -> None:
        self.db = db
        self.last_seq = last_seq
        self.released_upto = 0
        self._rows: list[tuple[int, bytes]] = []

    def put(self, body: bytes) -> None:
        """Add one event; it gets the next seq of this epoch."""
        self.last_seq += 1
        self._rows.append((self.last_seq, body))

    def release(self, committed_upto: int) -> None:
        """Let go of the rows that central has committed, and of no other."""
        self.db.execute("DELETE FROM event WHERE seq <= ?", (committed_upto,))
        self.db.execute("UPDATE mark SET committed_upto = max(committed_upto, ?)", (committed_upto,))
        self.released_upto = committed_upto

    def flush(self) -> None:
        """Hand the collected rows to SQLite; `Spool.group` calls it just before the commit."""
        if self._rows:
            self.db.executemany("INSERT INTO event VALUES (?, ?)", self._rows)
            self.db.execute("UPDATE mark SET last_seq = ?", (self.last_seq,))


class SpoolReader:
    """The forwarding thread's view: read-only, sees whole groups as they are committed."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        with _plain_errors(path):
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
            self._db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")

    def oldest_after(self, seq: int, limit: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """Return the oldest rows beyond `seq`: at most `limit` of them and `max_bytes` together, but at least one."""
        rows: list[tuple[int, bytes]] = []
        size = 0
        with _plain_errors(self._path):
            for row in self._db.execute("SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)):
                size += len(row[1]) + 24  # brackets, comma and up to 19 digits of seq
                if rows and size > max_bytes:
                    break
                rows.append(row)
        return rows

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


def _configure(db: sqlite3.Connection) -> None:
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(f"PRAGMA wal_autocheckpoint = {WAL_AUTOCHECKPOINT_PAGES}")


@contextlib.contextmanager
def _plain_errors(path: pathlib.Path) -> Iterator[None]:
    # Outside a group. The operator reads which file it is and what SQLite says of it.
    try:
        yield
    except sqlite3.Error as error:
        raise SpoolBrokenError(f"{path}: the spool cannot be read: {error}") from error


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
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


def _as_spool_error(error: sqlite3.Error) -> HumeError:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return SpoolFullError(f"the spool takes nothing now: {error}")
    return SpoolBrokenError(f"the spool failed: {error}")
