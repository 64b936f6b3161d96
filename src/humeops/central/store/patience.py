# SPDX-License-Identifier: MIT
"""A question that gets less time than others, because there is another way to ask it. The transaction goes on after it."""

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa

from humeops.central.store import postgres, sqlite
from humeops.errors import UnavailableError


class TooLongError(UnavailableError):
    """It was given up; everything else that was asked in this transaction stands."""


@contextlib.contextmanager
def at_most(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """Give up what is asked and read within after so many seconds: TooLongError."""
    engine, was_interrupted = (
        (sqlite.at_most, sqlite.was_interrupted)
        if connection.dialect.name == "sqlite"
        else (postgres.at_most, postgres.was_interrupted)
    )
    try:
        with engine(connection, seconds):
            yield
    except sa.exc.DBAPIError as error:
        if was_interrupted(error):
            raise TooLongError("this question takes too long; narrow it down") from error
        raise
