# SPDX-License-Identifier: MIT
"""Brings a database to the schema of this version, with the migrations in this package (Alembic).

Each migration is one transaction; a crash in the middle leaves the schema before it. A database that a newer hume wrote
is refused rather than guessed at.
"""

import pathlib

import alembic.command
import alembic.config
import alembic.runtime.migration
import alembic.script
import alembic.util
import sqlalchemy as sa

from humeops.central.store.database import Database
from humeops.errors import ConfigError

_MIGRATIONS = pathlib.Path(__file__).parent / "migrations"


def upgrade(database: Database, target: str = "head") -> None:
    """Bring the schema to this version, or to the revision named."""
    with database.exclusively() as connection:
        _refuse_newer(connection)
        alembic.command.upgrade(_config(connection), target)


def downgrade(database: Database, target: str) -> None:
    """Bring the schema back to a revision (`base`: to nothing). Data that has no place there is lost."""
    with database.exclusively() as connection:
        alembic.command.downgrade(_config(connection), target)


def current(connection: sa.Connection) -> str | None:
    """Return the revision of the schema, None for an empty database."""
    return alembic.runtime.migration.MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the revision this version brings a database to."""
    return _scripts().get_current_head()


def _refuse_newer(connection: sa.Connection) -> None:
    revision = current(connection)
    # `current` may have begun a transaction; migrations make their own.
    connection.rollback()
    if revision is None:
        return
    try:
        _scripts().get_revision(revision)
    except alembic.util.CommandError:
        raise ConfigError(f"the database has the schema {revision} of another, newer hume-central") from None


def _scripts() -> alembic.script.ScriptDirectory:
    return alembic.script.ScriptDirectory(str(_MIGRATIONS))


def _config(connection: sa.Connection) -> alembic.config.Config:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
