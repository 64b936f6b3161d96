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

from humeops.central.store import arrays, postgres, tables

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
            spelled, types = unnested
            connection.exec_driver_sql(spelled, tuple(map(arrays.array, types, zip(*made, strict=True))))
        else:
            connection.exec_driver_sql(_with_percent(statement), list(made))


def all_rows(connection: sa.Connection, statement: str, values: tuple[Any, ...]) -> Sequence[Sequence[Any]]:
    """Return what the statement finds."""
    return connection.exec_driver_sql(_spelled(connection, statement), values).all()


def all_among(
    connection: sa.Connection, statement: str, keys: Sequence[bytes] | Sequence[int]
) -> Iterable[Sequence[Any]]:
    """Return what the statement finds for these keys; it says `IN ({})` for them, and `{lock}` where rows are locked."""
    if not keys:
        return
    if is_shared(connection):
        with postgres.plain_contention():
            kind = "integer" if isinstance(keys[0], int) else "bytea"
            yield from connection.exec_driver_sql(_among(statement, kind), (arrays.array(kind, keys),)).all()
        return
    for begin in range(0, len(keys), _MOST):
        portion = tuple(keys[begin : begin + _MOST])
        filled = statement.replace("{lock}", "").format(",".join("?" * len(portion)))
        yield from connection.exec_driver_sql(filled, portion).all()


def all_for_pairs(
    connection: sa.Connection, statement: str, names: Sequence[Pair] | Sequence[tuple[int, str]], skips: bool = False
) -> Iterable[Sequence[Any]]:
    """Return what the statement finds for these pairs; it says `VALUES {pairs}`, and `{lock}` where rows are locked.

    `skips`: rows that another transaction has locked are passed over.
    """
    if not names:
        return
    if is_shared(connection):
        kinds = ("integer" if isinstance(names[0][0], int) else "text", "text")
        columns = tuple(map(arrays.array, kinds, zip(*names, strict=True)))
        with postgres.plain_contention():
            yield from connection.exec_driver_sql(_paired(statement, *kinds, skips=skips), columns).all()
        return
    for begin in range(0, len(names), _MOST // 2):
        portion = names[begin : begin + _MOST // 2]
        filled = statement.format(pairs=",".join(["(?,?)"] * len(portion)), lock="")
        yield from all_rows(connection, filled, tuple(part for pair in portion for part in pair))


def _spelled(connection: sa.Connection, statement: str) -> str:
    return _with_percent(statement) if is_shared(connection) else statement


# The statements are constants of this package but for a few, hence the bound.
@functools.lru_cache(maxsize=256)
def _with_percent(statement: str) -> str:
    return statement.replace("%", "%%").replace("?", "%s")


@functools.lru_cache(maxsize=256)
def _among(statement: str, kind: str) -> str:
    spelled = _with_percent(statement.replace("{lock}", "ORDER BY id FOR UPDATE"))
    return spelled.replace("IN ({})", f"= ANY(%b::{kind}[])")


@functools.lru_cache(maxsize=256)
def _paired(statement: str, first: str, second: str, skips: bool) -> str:
    unnested = f"SELECT * FROM unnest(%b::{first}[], %b::{second}[]) AS pairs (column1, column2)"  # noqa: S608 - names of types
    lock = f"FOR UPDATE{' SKIP LOCKED' if skips else ''}"
    return _with_percent(statement.replace("{lock}", lock)).replace("VALUES {pairs}", unnested)


@functools.lru_cache(maxsize=256)
def _unnested(statement: str) -> tuple[str, list[str]] | None:
    found = _INSERT.search(statement)
    if found is None:
        return None
    table, columns = tables.metadata.tables[found[1]], [name.strip() for name in found[2].split(",")]
    types = [postgres.type_name(table.c[name].type) for name in columns]
    head = f"INSERT INTO {found[1]} ({found[2]})\nSELECT * FROM unnest({', '.join(f'%b::{name}[]' for name in types)})"
    return statement[: found.start()] + head + statement[found.end() :].replace("%", "%%"), types
