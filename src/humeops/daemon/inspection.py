# SPDX-License-Identifier: MIT
"""Is this file a sound spool? Asked at start, read-only, so that a damaged one can be kept exactly as it was found.

Looked at: that it is a database, its tables, its structure (all pages: 0.4 s for 500 MB that are in memory), its mark.
Not looked at: each event's seal; the forwarding thread does so when it reads them.
"""

import contextlib
import errno
import pathlib
import sqlite3
import stat

from humeops.daemon import schema, spooldb
from humeops.daemon.spooldb import SpoolBrokenError, SpoolDamagedError
from humeops.errors import explain

# sqlite.org/fileformat2.html, "File format version numbers"
_WRITE_FORM_AT = 18
# There will not be more versions of a spool; a larger number, or a negative one, is a flipped bit.
_VERSIONS = 1_000
_NEWEST_WRITE_FORM = 2
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class SpoolOddError(SpoolBrokenError):
    """What has the spool's name is no file. SQLite would call it a failing disk, or wait for ever; nothing is done to it."""


def inspect(path: pathlib.Path) -> spooldb.Mark | None:
    """Return the mark of a sound spool, its `last_seq` raised to the highest row's; None where there is none yet.

    Raise SpoolDamagedError for one that is not sound, and HumeError for one that another version of humed made.
    """
    if not is_there(path):
        return None
    if spooldb.journal_of(path).exists():
        _undo_what_was_begun(path)
    with spooldb.plain_errors(path), contextlib.closing(spooldb.open_read_only(path)) as db:
        return examine(db, path)


def is_there(path: pathlib.Path) -> bool:
    """Tell whether a file is there; raise SpoolOddError for anything else, and for a link that leads to none."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            raise SpoolOddError(f"{path}: not a spool but a link to nothing: move it away") from None
        return False
    except OSError as error:
        kind = SpoolOddError if error.errno == errno.ELOOP else SpoolBrokenError
        raise kind(f"the spool cannot be looked at: {explain(error)}") from error
    if not stat.S_ISREG(mode):
        raise SpoolOddError(f"{path}: not a spool but {_KINDS.get(stat.S_IFMT(mode), 'no file')}: move it away")
    return True


def _undo_what_was_begun(path: pathlib.Path) -> None:
    # SQLite keeps a journal of this kind only until a new spool has its WAL. humed died before that, with nothing stored yet,
    # and a reader may not undo what it left half written: read-only, this spool would be refused at every start.
    with spooldb.plain_errors(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA schema_version")


def examine(db: sqlite3.Connection, path: pathlib.Path) -> spooldb.Mark | None:
    """Judge what this connection reads, as `inspect` does; for those who open it in a way of their own."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    tables = {sql for (sql,) in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    if version == 0 and not tables:
        return None  # empty, or killed while it was made
    if version not in range(_VERSIONS) and tables.issuperset(schema.STATEMENTS[schema.VERSION]):
        raise SpoolDamagedError(f"{path}: the spool is damaged: no version has the number {version}")
    if version != 0:
        schema.check_version(version, path)
    if not tables.issuperset(schema.STATEMENTS[version or schema.VERSION]):
        raise SpoolDamagedError(f"{path}: the spool is damaged: its tables are not those of humed")
    if version == 0:
        raise SpoolDamagedError(f"{path}: the spool is damaged: it does not say its version")
    return _sound_mark(db, path)


def _check_head(path: pathlib.Path) -> None:
    # SQLite reads a file of a form newer than it knows, and refuses to write it: one flipped bit says so, and every start
    # would end with "readonly database".
    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(_WRITE_FORM_AT + 1)
        if len(head) > _WRITE_FORM_AT and head[_WRITE_FORM_AT] > _NEWEST_WRITE_FORM:
            raise SpoolDamagedError(f"{path}: the spool is damaged: its head says that it may not be written")


def _sound_mark(db: sqlite3.Connection, path: pathlib.Path) -> spooldb.Mark:
    _check_head(path)
    found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise SpoolDamagedError(f"{path}: the spool is damaged: {' '.join(found.split())}")
    mark = spooldb.read_mark(db, path)
    highest = db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
    return mark._replace(last_seq=max(mark.last_seq, highest, mark.committed_upto))
