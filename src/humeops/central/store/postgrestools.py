# SPDX-License-Identifier: MIT
"""A backup of a PostgreSQL database by its own pg_dump, put back by its pg_restore.

*Design.* What a restore replaces is moved to a schema of its own first, since pg_restore does not drop partitioned tables; it goes
when everything is restored, and moves back when that fails. A restore that is killed in between leaves that schema,
and the next one says so.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql

from humeops.central.store import tables
from humeops.central.store.identity import BackupError
from humeops.errors import ConfigError, UnavailableError

SERVERS_OWN = pathlib.Path("/usr/lib/postgresql")
_NAME = "hume-central restore"
_ASIDE = "hume_before_restore"

_BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'hume-central%%' AND application_name <> %s
"""
_OURS = """
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = to_regnamespace(%s)
  AND (relname = ANY(%s) OR relname ~ '^event_([0-9]{4}_[0-9]{2}_[0-9]{2}|default)$')
"""

_CALLED = """
SELECT DISTINCT proname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE NOT tgisinternal AND relnamespace = to_regnamespace(%s) AND pronamespace = to_regnamespace(%s)
"""


def dump(url: str, draft: pathlib.Path) -> None:
    """Write one moment of the database to this file, in the custom format; raise BackupError where it is no central's."""
    with _answering(), psycopg.connect(url, application_name=_NAME, connect_timeout=10) as connection:
        if connection.execute("SELECT to_regclass('event')").fetchone() == (None,):
            raise BackupError("this database has no events' table: it is not the one of a central")
    _run("pg_dump", url, ["--format=custom", f"--file={draft}"])


def restore(url: str, source: pathlib.Path, force: bool, begin: Callable[[], None]) -> None:
    """Put this backup in the place of all tables of ours; a database that holds events is refused without `force`.

    `begin` as in `backup.restore`.
    """
    with source.open("rb") as file:
        if file.read(5) != b"PGDMP":
            raise BackupError(f"{source} is no backup of PostgreSQL in the custom format")
    _program("pg_restore")
    with (
        _answering(),
        psycopg.connect(url, application_name=_NAME, connect_timeout=10, autocommit=True) as connection,
    ):
        home = _look(connection, force)
        begin()
        with connection.transaction():
            connection.execute(f"CREATE SCHEMA {_ASIDE}".encode())
            _move(connection, home, _ASIDE)
        try:
            _run(
                "pg_restore",
                url,
                # No comments: the one on pg_trgm is only for who made it to write.
                ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments"],
                [str(source)],
            )
        except BaseException:
            with connection.transaction():
                _move(connection, _ASIDE, home)
                connection.execute(f"DROP SCHEMA {_ASIDE}".encode())
            raise
        connection.execute(f"DROP SCHEMA {_ASIDE} CASCADE".encode())


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError as error:
        raise UnavailableError(f"the database does not answer: {' '.join(str(error).split())}") from error


def _look(connection: psycopg.Connection[Any], force: bool) -> str:
    """Return the schema in which our tables are, or would be; raise when they must not be touched."""
    if connection.execute(_BUSY, (_NAME,)).fetchone() != (0,):
        raise UnavailableError("central works on this database: stop every api, worker and serve first")
    if connection.execute("SELECT to_regnamespace(%s)", (_ASIDE,)).fetchone() != (None,):
        raise BackupError(
            f"a restore was interrupted, and what was there before is in the schema {_ASIDE}: move its tables back, or drop it"
        )
    is_made = connection.execute("SELECT to_regclass('event')").fetchone() != (None,)
    if is_made and not force and connection.execute("SELECT 1 FROM event LIMIT 1").fetchone():
        raise BackupError("the database holds events; --force replaces them with the backup")
    return str(connection.execute("SELECT current_schema()").fetchall()[0][0])


def _move(connection: psycopg.Connection[Any], here: str, there: str) -> None:
    known = ["alembic_version", "event_text", *tables.metadata.tables]
    for (name,) in connection.execute(_OURS, (here, known)).fetchall():
        moved = sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(sql.Identifier(here, name), sql.Identifier(there))
        connection.execute(moved)
    # What their triggers call goes with them: a function stays where it was made.
    for (name,) in connection.execute(_CALLED, (there, here)).fetchall():
        moved = sql.SQL("ALTER FUNCTION {}() SET SCHEMA {}").format(sql.Identifier(here, name), sql.Identifier(there))
        connection.execute(moved)


def _run(name: str, url: str, options: Sequence[str], files: Sequence[str] = ()) -> None:
    """Run a program of PostgreSQL's; the password is not among its arguments, which everybody sees."""
    parts = urllib.parse.urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    shown = urllib.parse.urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{place}" if user else place))
    # It splits `postgresql:///x` and writes it as `postgresql:/x`.
    shown = shown if shown.startswith("postgresql://") else shown.replace("postgresql:", "postgresql://", 1)
    secret = {"PGPASSWORD": urllib.parse.unquote(parts.password)} if parts.password else {}
    command = [_program(name), "--no-password", *options, f"--dbname={shown}", *files]
    done = subprocess.run(
        command, env={**os.environ, **secret}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UnavailableError(f"{name} failed, and nothing is done: {' '.join(done.stderr.split())[:400]}")


def _program(name: str) -> str:
    newest = sorted(SERVERS_OWN.glob(f"*/bin/{name}"), key=lambda path: path.parts[-3].zfill(4), reverse=True)
    found = str(newest[0]) if newest else shutil.which(name)
    if found is None:
        raise ConfigError(f"{name} is not on this machine: install PostgreSQL's client programs (postgresql-client)")
    return found
