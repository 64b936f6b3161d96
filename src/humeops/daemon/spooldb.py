# SPDX-License-Identifier: MIT
"""How humed uses SQLite: the settings the spool's promise rests on, its mark, and what SQLite's errors mean to humed.

The tables are those of humeops.daemon.schema.
"""

import contextlib
import pathlib
import sqlite3
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from humeops.errors import Exit, HumeError, UnavailableError

# Small WAL: one flipped bit in it silently discards every later transaction, so it is folded in often (pages of 4 KiB).
WAL_AUTOCHECKPOINT_PAGES = 512
BUSY_TIMEOUT_MS = 2_000

_NO_ROOM_NOW = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TRY_AGAIN = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

_REMEDIES = {
    sqlite3.SQLITE_FULL: "; make room on that disk",
    sqlite3.SQLITE_READONLY: "; is that disk mounted read-only, or the file another user's?",
    sqlite3.SQLITE_IOERR: "; the disk fails: look at `dmesg`",
    sqlite3.SQLITE_CANTOPEN: "; it must be a file of the user that runs this, in a folder of his, with room on the disk",
}


class SpoolFullError(UnavailableError):
    """The disk or the spool's limit is reached: nothing of this group was stored, and nothing was lost."""


class SpoolBrokenError(HumeError):
    """The disk failed while writing. What was not acknowledged must not be; humed stops and its restart verifies."""

    exit_code = Exit.IO


class SpoolDamagedError(SpoolBrokenError):
    """The file is not, or no longer, a spool. humed's start puts it aside and saves what can be read."""


class SpoolNamelessError(SpoolBrokenError):
    """Somebody deleted or replaced the file under humed: what is committed into it from now on would end with the process."""


class RowDamagedError(HumeError):
    """One event is not what was stored; the rest of the spool is not concerned."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"event {seq} of the spool is damaged")
        self.seq = seq


class Mark(NamedTuple):
    """The one row of `mark`."""

    epoch: str
    last_seq: int
    committed_upto: int

    @property
    def sum(self) -> int:
        """What stands beside it, so that a changed mark is not believed."""
        return zlib.crc32(f"{self.epoch} {self.last_seq} {self.committed_upto}".encode("utf-8", "replace"))


def read_mark(db: sqlite3.Connection, path: pathlib.Path) -> Mark:
    """Return the mark; raise SpoolDamagedError when there is none to believe."""
    with plain_errors(path):
        rows = db.execute("SELECT epoch, last_seq, committed_upto, sum FROM mark").fetchall()
    if len(rows) != 1:
        raise SpoolDamagedError(f"{path}: not a spool of humed: its mark is missing")
    mark = Mark(*rows[0][:3])
    if mark.sum != rows[0][3]:
        raise SpoolDamagedError(f"{path}: the spool is damaged: its mark is not what was written")
    return mark


def write_mark(db: sqlite3.Connection, mark: Mark) -> None:
    """Write the mark, in the transaction that is open."""
    db.execute("INSERT OR REPLACE INTO mark VALUES (1, ?, ?, ?, ?)", (*mark, mark.sum))


def journal_of(path: pathlib.Path) -> pathlib.Path:
    """Return where SQLite keeps what undoes a change while there is no WAL yet."""
    return path.with_name(f"{path.name}-journal")


def open_read_only(path: pathlib.Path) -> sqlite3.Connection:
    """Open without ever writing: nothing is folded in or deleted, also not when it is closed."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    db.text_factory = as_text
    return db


def as_text(text: bytes) -> str:
    """Take text that is no UTF-8, too: it is damage like any other, and is found by what it says then."""
    return text.decode("utf-8", "replace")


def configure(db: sqlite3.Connection) -> None:
    """Make commits durable (WAL, synchronous=FULL), the WAL short, and a new file able to shrink again."""
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(f"PRAGMA wal_autocheckpoint = {WAL_AUTOCHECKPOINT_PAGES}")


@contextlib.contextmanager
def plain_errors(path: pathlib.Path) -> Iterator[None]:
    """Outside a group: let the operator read which file it is and what SQLite says of it."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise SpoolDamagedError(f"{path}: the spool cannot be read: what SQLite says of it is no text") from error
    except sqlite3.Error as error:
        if _primary_code(error) in _TRY_AGAIN:
            raise UnavailableError(f"{path}: the spool cannot be read now: {error}") from error
        kind = SpoolDamagedError if _is_damage(error) else SpoolBrokenError
        raise kind(f"{path}: the spool cannot be read: {error}{_REMEDIES.get(_primary_code(error), '')}") from error


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


def _is_damage(error: sqlite3.Error) -> bool:
    # The head's number of the schema's form, changed, has no code of its own. No SQLite that we know writes another one.
    return _primary_code(error) in _DAMAGED or "unsupported file format" in str(error)


def is_failing_disk(cause: BaseException | None) -> bool:
    """Tell whether SQLite says that the disk failed, and not that it has no room, no right or no time."""
    return isinstance(cause, sqlite3.Error) and _primary_code(cause) == sqlite3.SQLITE_IOERR


def _primary_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _as_spool_error(error: sqlite3.Error) -> HumeError:
    code = _primary_code(error)
    if code in _NO_ROOM_NOW:
        return SpoolFullError(f"the spool takes nothing now: {error}")
    kind = SpoolDamagedError if _is_damage(error) else SpoolBrokenError
    return kind(f"the spool failed: {error}{_REMEDIES.get(code, '')}")
