# SPDX-License-Identifier: MIT
"""The database as verbs of `hume-central` open it: with logs to standard error, and closed last whatever ends the verb."""

import contextlib
import pathlib
import signal
from collections.abc import Iterator

from humeops.api import logs
from humeops.central.config import DATABASE_VARIABLE, Config
from humeops.central.store import schema
from humeops.central.store.database import Database, open_database, plain_errors
from humeops.cli import centralaudit
from humeops.errors import ConfigError


def require_there(chosen: Config) -> None:
    """Raise ConfigError where the database is a file that is not there: only what begins a central makes one.

    A large installation's verb that was not told the address would otherwise make an empty file, and speak of that.
    """
    path = chosen.database
    if isinstance(path, pathlib.Path) and not path.exists():
        raise ConfigError(
            f"there is no database {path}: --dir names another folder, {DATABASE_VARIABLE} or `database` in central.toml "
            "a PostgreSQL; hume-central init makes a new one"
        )


@contextlib.contextmanager
def opened(chosen: Config, makes: bool = False) -> Iterator[Database]:
    """Yield the database, made where it is a file and not there if this verb `makes` one; SIGTERM ends the verb by its `finally`."""
    if not makes:
        require_there(chosen)
    logs.to_stderr(chosen.log_level)
    # uvicorn hands a signal on when it has stopped; it must end this by its `finally`, not the process.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    database = open_database(chosen.database)
    try:
        yield database
    finally:
        # Last: a transaction under way is finished, then nobody can write any more.
        database.close()


def require_schema(database: Database) -> None:
    """Raise ConfigError unless its schema is this version's."""
    with plain_errors(database.name), database.reading() as connection:
        found = schema.current(connection)
    if found != schema.newest():
        raise ConfigError(
            f"{database.name} has schema {found or 'none'}, and this version works on {schema.newest()}: run hume-central init"
        )


def note(database: Database, act: str, object: str) -> None:
    """Write down an act of this command line."""
    with plain_errors(database.name):
        database.write(lambda connection: centralaudit.note(connection, act, object))
