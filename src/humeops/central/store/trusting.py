# SPDX-License-Identifier: MIT
"""Trust bundles as rows: each stays, the one with the highest version is handed out. Central cannot make one, nor tell a forged one."""

from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import driver, tables

_bundle = tables.trust_bundle
_PUT = "INSERT INTO trust_bundle (version, at, author, body) VALUES (?, ?, ?, ?)"


class Published(NamedTuple):
    """A bundle as it was signed, and who brought it when."""

    version: int
    at: int
    author: str
    body: str


def newest(connection: sa.Connection) -> Published | None:
    """Return the bundle that hosts get; None while there is none."""
    row = connection.execute(sa.select(_bundle).order_by(_bundle.c.version.desc()).limit(1)).one_or_none()
    return Published(*row) if row else None


def put(connection: sa.Connection, published: Published) -> None:
    """Hand this one out from now on; its version is not there yet."""
    driver.many(connection, _PUT, [tuple(published)])
