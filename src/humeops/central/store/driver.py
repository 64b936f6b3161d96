# SPDX-License-Identifier: MIT
"""How the SQL of intake and its rows reach the driver: one round trip for many rows, whichever engine it is.

Statements are written once, with `?` for a value. SQLite takes them as they stand. PostgreSQL gets its own placeholders;
rows go in as one array a column (`unnest`), since a statement a row costs it several times as much; and what is read to be
written again is locked, in the order of its key, because there others write too.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from humeops.central.store import postgres, tables

# Most placeholders in one statement; SQLite takes 32,766, PostgreSQL 65,535.
_MOST = 30_000

_INSERT = re.compile(r"INSERT INTO (\w+) \(([^)]*)\)\s+VALUES \([?, ]*\)")

Rows = Sequence[tuple[Any, ...]]
Pair = tuple[str, str]


def is_shared(connection: sa.Connection) -> bool:
    """Tell whether others may write at the same time: then what is read to be written again has to be locked."""
    return connection.dialect.name == "postgresql"


def many(connection: sa.Connection, statement: str, made: Rows) -> None:
    """Execute the statement for each of these rows. Raises ContendedError where another transaction was faster."""
    if not made:
        return
    if not is_shared(connection):
        connection.exec_driver_sql(statement, list(made))
        return
    with postgres.plain_contention():
        unnested = _unnested(statement)
        if unnested:
            connection.exec_driver_sql(unnested, tuple(map(list, zip(*made, strict=True))))
        else:
            connection.exec_driver_sql(_with_percent(statement), list(made))


def all_rows(connection: sa.Connection, statement: str, values: tuple[Any, ...]) -> Sequence[Sequence[Any]]:
    """Return what the statement finds."""
    return connection.exec_driver_sql(_spelled(connection, statement), values).all()


def all_among(connection: sa.Connection, statement: str, keys: list[bytes]) -> Iterable[Sequence[Any]]:
    """Return what the statement finds for these keys; it says `IN ({})` for them, and `{lock}` where rows are locked."""
    if is_shared(connection):
        with postgres.plain_contention():
            yield from connection.exec_driver_sql(_among(statement), (keys,)).all()
        return
    for begin in range(0, len(keys), _MOST):
        portion = tuple(keys[begin : begin + _MOST])
        filled = statement.replace("{lock}", "").format(",".join("?" * len(portion)))
        yield from connection.exec_driver_sql(filled, portion).all()


def all_for_pairs(
    connection: sa.Connection, statement: str, names: list[Pair], skips: bool = False
) -> Iterable[Sequence[Any]]:
    """Return what the statement finds for these pairs; it says `VALUES {pairs}`, and `{lock}` where rows are locked.

    `skips`: rows that another transaction has locked are passed over.
    """
    lock = f"FOR UPDATE{' SKIP LOCKED' if skips else ''}" if is_shared(connection) else ""
    for begin in range(0, len(names), _MOST // 2):
        portion = names[begin : begin + _MOST // 2]
        filled = statement.format(pairs=",".join(["(?,?)"] * len(portion)), lock=lock)
        with postgres.plain_contention():
            yield from all_rows(connection, filled, tuple(text for pair in portion for text in pair))


def _spelled(connection: sa.Connection, statement: str) -> str:
    return _with_percent(statement) if is_shared(connection) else statement


# The statements are constants of this package but for their number of pairs, hence the bound.
@functools.lru_cache(maxsize=256)
def _with_percent(statement: str) -> str:
    return statement.replace("%", "%%").replace("?", "%s")


@functools.lru_cache(maxsize=256)
def _among(statement: str) -> str:
    # Binary, as in _unnested: an array as text has each of its elements escaped, which is slower than all else that is done to it.
    spelled = _with_percent(statement.replace("{lock}", "ORDER BY id FOR UPDATE"))
    return spelled.replace("IN ({})", "= ANY(%b::bytea[])")


@functools.lru_cache(maxsize=256)
def _unnested(statement: str) -> str | None:
    found = _INSERT.search(statement)
    if found is None:
        return None
    table, columns = tables.metadata.tables[found[1]], [name.strip() for name in found[2].split(",")]
    arrays = ", ".join(f"%b::{postgres.type_name(table.c[name].type)}[]" for name in columns)
    head = f"INSERT INTO {found[1]} ({found[2]})\nSELECT * FROM unnest({arrays})"
    return statement[: found.start()] + head + statement[found.end() :].replace("%", "%%")
