# SPDX-License-Identifier: MIT
"""How verbs of `hume-central` get at the truth: in the database, or by asking the central that works on it.

While `serve` works on a SQLite file nobody else can write it; then it is asked, with the token of the folder's owner, and told who asks, for its
audit log.
"""

import datetime
import pathlib
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from humeops.central.config import Config
from humeops.central.store.database import open_database, plain_errors
from humeops.cli import centralaudit, client
from humeops.cli.centraldatabase import require_there
from humeops.errors import Exit, HumeError
from humeops.security import names

Result = TypeVar("Result")


class UsageError(HumeError):
    """What was asked for is not said clearly."""

    exit_code = Exit.USAGE


def checked_name(name: str, of: str, more: str = "") -> str:
    """Return the name that a user or a token is to have; raise UsageError, with `more` said, when it is none."""
    if not names.is_name(name):
        raise UsageError(f"{name!a} is no name for a {of}: letters, digits, and . _ @ - between them{more}")
    return name


def write(chosen: Config, act: Callable[[sa.Connection], Result], said: tuple[str, str] | None = None) -> Result:
    """Do this in the database, and write down what it is and to what (`said`); raise UnavailableError while a central works on it that lets nobody else in."""

    def whole(connection: sa.Connection) -> Result:
        result = act(connection)
        if said is not None and result is not False:
            centralaudit.note(connection, *said)
        return result

    require_there(chosen)
    database = open_database(chosen.database)
    try:
        with plain_errors(database.name):
            return database.write(whole)
    finally:
        database.close()


def running(chosen: Config) -> client.Central:
    """Return the central that works in this folder."""
    folder = pathlib.Path(chosen.person_token).parent
    return client.find_central(None, str(folder), {}).acting_as(centralaudit.author())


def day(at_ns: int) -> str:
    """Return a moment as these verbs print it."""
    return f"{datetime.datetime.fromtimestamp(at_ns // 1_000_000_000, datetime.UTC):%Y-%m-%d %H:%M} UTC"
