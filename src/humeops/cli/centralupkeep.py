# SPDX-License-Identifier: MIT
"""What is done to central's database now and then: retention, backup, restore, migration, the copy in Redis. Each leaves a line in the audit log."""

import contextlib
import os
import pathlib
import sys

import sqlalchemy as sa

from humeops.api import backups
from humeops.central import backup, retention
from humeops.central.config import Config
from humeops.central.store import schema
from humeops.central.store.database import open_for_reading, plain_errors
from humeops.cli import centralaudit, centralhere, phrases
from humeops.cli.centraldatabase import note, opened, require_schema, require_there
from humeops.clock import SystemClock
from humeops.errors import ConfigError, Exit, HumeError, UnavailableError
from humeops.visible import visible


def retain(chosen: Config, dry_run: bool) -> int:
    """Do one pass of retention now, or say what one would do."""
    if not dry_run:
        with opened(chosen) as database:
            require_schema(database)
            note(database, "run retention", "")
            retiring = retention.Retention(database, SystemClock(), retention.settings_of(chosen))
            return Exit.OK if retiring.run_pass() else Exit.UNAVAILABLE
    require_there(chosen)
    with contextlib.closing(open_for_reading(chosen.database)) as database:
        require_schema(database)
        for going in retention.would_go(database, chosen.retention, SystemClock().wall_ns()):
            print(f"{going.words}: {phrases.plural(going.runs, 'run')}, {phrases.plural(going.events, 'event')}")
        if chosen.retention.audit is not None:
            old = retention.would_prune(database, chosen.retention, SystemClock().wall_ns())
            print(f"audit log: {old} lines")
    return Exit.OK


def save(chosen: Config, target: pathlib.Path) -> int:
    """Write a backup; say where it is."""
    require_there(chosen)
    with plain_errors(chosen.database if isinstance(chosen.database, pathlib.Path) else "PostgreSQL"):
        saved = backup.save(chosen.database, target, SystemClock().wall_ns())
    print(saved)
    try:
        _note_backup(chosen, saved.absolute())
    except (HumeError, OSError, ValueError) as error:
        # The backup is whole, and whoever made it needs it more than its line.
        print(f"hume-central: of this the audit log has no line: {visible(str(error))}", file=sys.stderr)
    return Exit.OK


def _note_backup(chosen: Config, saved: pathlib.Path) -> None:
    """Write it down, by way of the central that works on the database if one does."""
    # What somebody else than its owner writes into a SQLite file may leave files beside it that central cannot open.
    if isinstance(chosen.database, str) or chosen.database.stat().st_uid == os.geteuid():
        with contextlib.suppress(UnavailableError):
            centralhere.write(chosen, lambda connection: _write_line(connection, saved))
            return
    centralhere.running(chosen).send("backups", backups.Backup, backups.Backup(str(saved)))


def _write_line(connection: sa.Connection, saved: pathlib.Path) -> None:
    # Before an upgrade there may be no log yet.
    if schema.current(connection) == schema.newest():
        centralaudit.note(connection, "backup", str(saved))


def restore(chosen: Config, source: pathlib.Path, force: bool) -> int:
    """Put a backup in the place of the database, and bring its schema up to date."""
    with plain_errors(chosen.database if isinstance(chosen.database, pathlib.Path) else "PostgreSQL"):
        backup.restore(chosen.database, source, force, lambda: _discard_in_redis(chosen))
    migrated = migrate(chosen)
    # In the log that was restored: the one of before is gone with its database.
    with opened(chosen) as database:
        note(database, "restore", str(source))
    return migrated


def _discard_in_redis(chosen: Config) -> None:
    if not chosen.redis:
        return
    import redis
    import redis.exceptions

    from humeops.central.stream import discarding

    try:
        with redis.Redis.from_url(chosen.redis, socket_timeout=30, socket_connect_timeout=5) as client:
            discarding.discard(client)
    except redis.exceptions.RedisError as error:
        raise UnavailableError(
            f"Redis does not do its part, and nothing is restored: it holds what the backup does not know: {error}"
        ) from error


def migrate(chosen: Config) -> int:
    """Bring the schema up to date."""
    with opened(chosen, makes=True) as database, plain_errors(database.name):
        with database.reading() as connection:
            before = schema.current(connection)
        schema.upgrade(database)
        if before != schema.newest():
            note(database, "migrate database", f"{before or 'none'} to {schema.newest()}")
    print(f"{database.name} has schema {schema.newest()}")
    return Exit.OK


def rebuild(chosen: Config) -> int:
    """Make the copy of the tasks in Redis anew, while everything runs."""
    if not chosen.redis:
        raise ConfigError("`redis`: without Redis tasks are read from the database, and there is nothing to rebuild")
    import redis
    import redis.exceptions

    from humeops.central.current import rebuilding

    with opened(chosen) as database, redis.Redis.from_url(chosen.redis, socket_timeout=30) as client:
        require_schema(database)
        try:
            count = rebuilding.rebuild(client, database)
        except redis.exceptions.RedisError as error:
            raise UnavailableError(f"Redis does not do its part: {error}") from error
        note(database, "rebuild copy in Redis", f"{count} tasks")
    print(f"{count} tasks are in Redis as they are in the database")
    return Exit.OK
