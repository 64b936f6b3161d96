# SPDX-License-Identifier: MIT
"""Copies of the whole database: made while central runs, whole or not there; and put back.

SQLite through its online backup: one moment of the database, read beside the writer, which is not held up. PostgreSQL through its
own pg_dump and pg_restore. A restore replaces everything in one step, or nothing.
"""

import contextlib
import datetime
import pathlib
import shutil
import sqlite3
import urllib.parse
from collections.abc import Callable

from humeops import wholefile
from humeops.central.store import identity, sqlitefile
from humeops.errors import ConfigError


def save(database: pathlib.Path | str, target: pathlib.Path, now_ns: int) -> pathlib.Path:
    """Write a backup to this file, or to a new one in this folder; return where it is, on stable storage."""
    path = target
    if target.is_dir():
        when = datetime.datetime.fromtimestamp(now_ns // 1_000_000_000, datetime.UTC)
        path = target / f"central-{when:%Y%m%dT%H%M%SZ}.{'dump' if isinstance(database, str) else 'db'}"
    if path.exists():
        raise identity.BackupError(f"{path} is there already; name another file")
    if not path.parent.is_dir():
        raise identity.BackupError(f"there is no folder {path.parent}")
    with wholefile.appearing(path) as draft:
        if isinstance(database, str):
            from humeops.central.store import postgrestools  # only where PostgreSQL is the database

            postgrestools.dump(database, draft)
        else:
            _copy(database, draft)
    return path


def restore(
    database: pathlib.Path | str, source: pathlib.Path, force: bool, begin: Callable[[], None] = lambda: None
) -> None:
    """Put this backup in the place of the database; one that holds events is replaced only with `force`.

    `begin` is called when nothing speaks against it any more, before anything is changed; what it raises ends it there.
    """
    if not source.is_file():
        raise identity.BackupError(f"there is no file {source}")
    if isinstance(database, str):
        from humeops.central.store import postgrestools

        postgrestools.restore(database, source, force, begin)
    else:
        _restore_sqlite(database, source, force, begin)


def _copy(database: pathlib.Path, draft: pathlib.Path) -> None:
    if not database.is_file():
        raise ConfigError(f"there is no database {database}")
    identity.check(database)
    with _reading(database) as live, contextlib.closing(sqlite3.connect(draft)) as copy:
        if not _has_table(live):
            raise identity.BackupError(f"{database} has no events' table: it is not the database of a central")
        live.backup(copy)
        # One file, without a WAL beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        _check(copy, database)


def _restore_sqlite(database: pathlib.Path, source: pathlib.Path, force: bool, begin: Callable[[], None]) -> None:
    identity.check(source)
    with _reading(source) as backup:
        _check(backup, source)
        if not _has_table(backup):
            raise identity.BackupError(f"{source} is no backup of hume-central's: it has no events")
    # The lock of a running central, which is told by its pid.
    with contextlib.closing(sqlitefile.hold_lock(database)):
        if database.exists() and database.stat().st_size:
            _lay_down(database, force)
        begin()
        with wholefile.appearing(database) as draft:
            shutil.copyfile(source, draft)


def _lay_down(database: pathlib.Path, force: bool) -> None:
    """Bring all of the old database into its one file, so that no WAL of it is taken for the new one's."""
    identity.check(database)
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as old:
        if not force and _has_table(old) and old.execute("SELECT 1 FROM event LIMIT 1").fetchone():
            raise identity.BackupError(f"{database} holds events; --force replaces it with the backup")
        old.execute("PRAGMA journal_mode=DELETE")


def _has_table(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'event'").fetchone() is not None


def _check(connection: sqlite3.Connection, path: pathlib.Path) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise identity.DatabaseError(f"{path} is damaged: {found}")


def _reading(path: pathlib.Path) -> contextlib.closing[sqlite3.Connection]:
    address = f"file:{urllib.parse.quote(str(path.absolute()))}?mode=ro"
    return contextlib.closing(sqlite3.connect(address, uri=True, timeout=10))
