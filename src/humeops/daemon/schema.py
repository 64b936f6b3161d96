# SPDX-License-Identifier: MIT
"""The spool's tables, and how a spool of an earlier humed gets them.

Tables: `event` holds what waits for central, as (seq, bytes), under a seal (humeops.daemon.seal), with what it is worth
when space runs out (`worth`, see humeops.daemon.worth) and when it was taken; `run` the runs of this host
(humeops.daemon.runrows); `datum` this host's own shared data; `lost` the seqs that had to be dropped and `dropped` how many
by cause, `undeclared` what of it no loss event says yet;
`owner` which user's a task is (humeops.daemon.guard.owners); `mark` one row: the epoch, how far central has committed, the floor of the numbering (rows alone do not tell it
once they are deleted), and a sum.

*Design.* A spool of an earlier version is changed where it lies, in one transaction together with its version number: a
death in the middle leaves the earlier spool, whole, and the events that wait in it are never touched.
"""

import pathlib
import sqlite3

from humeops.errors import HumeError

VERSION = 5

_RUN = """
CREATE TABLE run (
    id TEXT PRIMARY KEY, task TEXT NOT NULL, uid INTEGER, parent TEXT, boot TEXT NOT NULL, mono INTEGER NOT NULL,
    inner_pid INTEGER NOT NULL, inner_start INTEGER NOT NULL, outer_pid INTEGER NOT NULL, outer_start INTEGER NOT NULL,
    pidns INTEGER, inner_seen_pid INTEGER NOT NULL, inner_seen_start INTEGER NOT NULL,
    outer_seen_pid INTEGER NOT NULL, outer_seen_start INTEGER NOT NULL,
    proof INTEGER NOT NULL CHECK (proof BETWEEN 0 AND 2),
    cgroup TEXT NOT NULL, oom_kills INTEGER, oom_kills_above INTEGER,
    stop_mono INTEGER, ended_wall INTEGER, gone TEXT
) STRICT, WITHOUT ROWID"""
_EARLY_RUN = """
CREATE TABLE run (
    id TEXT PRIMARY KEY, task TEXT NOT NULL, uid INTEGER, boot TEXT NOT NULL, pid INTEGER NOT NULL, start INTEGER NOT NULL,
    mono INTEGER NOT NULL, ended_wall INTEGER
) STRICT, WITHOUT ROWID"""
_UNDECLARED = """
CREATE TABLE undeclared (
    epoch TEXT NOT NULL, cause TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL,
    ranges TEXT NOT NULL, PRIMARY KEY (epoch, cause)
) STRICT, WITHOUT ROWID"""
_OWNER = """
CREATE TABLE owner (task TEXT PRIMARY KEY, uid INTEGER NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID"""
_OTHERS = """
CREATE TABLE event (
    seq INTEGER PRIMARY KEY, seal BLOB NOT NULL, body BLOB NOT NULL, worth INTEGER NOT NULL, taken INTEGER NOT NULL
) STRICT;
CREATE INDEX event_cheap ON event (worth, seq) WHERE worth < 2;
CREATE TABLE datum (
    key TEXT NOT NULL, task TEXT NOT NULL, id TEXT NOT NULL, time INTEGER NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL,
    expires INTEGER, PRIMARY KEY (key, task)
) STRICT, WITHOUT ROWID;
CREATE TABLE lost (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE TABLE dropped (cause TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE mark (
    one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL, last_seq INTEGER NOT NULL,
    committed_upto INTEGER NOT NULL, sum INTEGER NOT NULL
) STRICT;
"""

# Before version 4 a run hung on one process, which was believed; 2 is humeops.daemon.registering.Proof.PROVEN.
_RUN_FROM_EARLY = (
    "INSERT OR IGNORE INTO run SELECT id, task, uid, NULL, boot, mono, pid, start, pid, start,"
    " NULL, pid, start, pid, start, 2, '', NULL, NULL, NULL, ended_wall, NULL FROM early_run"
)
_EARLY_COLUMNS = 8


def _statements(*texts: str) -> list[str]:
    return [statement.strip() for text in texts for statement in text.split(";") if statement.strip()]


STATEMENTS = {
    5: _statements(_RUN, _OTHERS, _UNDECLARED, _OWNER),
    4: _statements(_RUN, _OTHERS, _UNDECLARED),
    3: _statements(_EARLY_RUN, _OTHERS, _UNDECLARED),
    2: _statements(_EARLY_RUN, _OTHERS),
}


def check_version(version: int, path: pathlib.Path) -> None:
    """Raise HumeError unless the file is new (0), of this version, or of one that can be brought to it."""
    if version != 0 and version not in STATEMENTS:
        raise HumeError(f"{path}: made by another version of humed (schema {version}, this one {VERSION})")


def create(db: sqlite3.Connection) -> None:
    """Make the tables of a new spool, in the transaction that is open."""
    for statement in STATEMENTS[VERSION]:
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")


def upgrade(db: sqlite3.Connection) -> None:
    """Bring the tables of an earlier version to this one, in the transaction that is open."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version < 4:
        db.execute("ALTER TABLE run RENAME TO early_run")
        db.execute(_RUN.strip())
        db.execute(_RUN_FROM_EARLY)
        db.execute("DROP TABLE early_run")
    if version == 2:
        db.execute(_UNDECLARED.strip())
    db.execute(_OWNER.strip())
    db.execute(f"PRAGMA user_version = {VERSION}")


def add_early_run(db: sqlite3.Connection, row: tuple[object, ...]) -> None:
    """Add one row of `run` as earlier versions had it, saved from a damaged spool."""
    values = "SELECT ?1 AS id, ?2 AS task, ?3 AS uid, ?4 AS boot, ?5 AS pid, ?6 AS start, ?7 AS mono, ?8 AS ended_wall"
    db.execute(f"WITH early_run AS ({values}) {_RUN_FROM_EARLY}", row)


def is_early_run(table: str, row: tuple[object, ...]) -> bool:
    """Tell whether this row is one of `run` as earlier versions had it."""
    return table == "run" and len(row) == _EARLY_COLUMNS
