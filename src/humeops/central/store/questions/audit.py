# SPDX-License-Identifier: MIT
"""The audit log, newest first."""

from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import cursor, filtering, rows, tables
from humeops.central.store.questions.page import Page, cut
from humeops.filters.tree import EVERYTHING, Node

_audit = tables.audit


class Line(NamedTuple):
    """One act or refusal; `at` is central's time."""

    id: int
    at: int
    actor: str
    via: str
    address: str
    act: str
    object: str
    outcome: str
    detail: str


class Filter(NamedTuple):
    """Which lines: a filter, its moments settled."""

    also: Node = EVERYTHING


def find(connection: sa.Connection, wanted: Filter, limit: int, after: str | None) -> Page[Line]:
    """Return a page of the log."""
    query = sa.select(*(_audit.c[name] for name in Line._fields)).where(*filtering.conditions(wanted.also, _ASKED))
    if after is not None:
        (last,) = cursor.unpack(after, tuple[rows.Int64])
        query = query.where(_audit.c.id < last)
    found = connection.execute(query.order_by(_audit.c.id.desc()).limit(limit + 1)).all()
    return cut([Line._make(row) for row in found], limit, lambda line: cursor.pack(line.id))


_ASKED = filtering.Asked(
    {
        **{name: filtering.names(_audit.c[name]) for name in ("actor", "act", "object", "address", "outcome")},
        "since": lambda match: _audit.c.at >= filtering.moment(match),
        "until": lambda match: _audit.c.at < filtering.moment(match),
    },
    filtering.contained(_audit.c.actor, _audit.c.act, _audit.c.object, _audit.c.address, _audit.c.detail),
)
