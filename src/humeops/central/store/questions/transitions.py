# SPDX-License-Identifier: MIT
"""Changes of tasks' states, in the order in which central noted them."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import cursor, filtering, rows, scoping, tables
from humeops.central.store.questions.page import Page, cut
from humeops.filters.tree import EVERYTHING, Node

_transition = tables.transition


class Transition(NamedTuple):
    """One change; `at` is central's time."""

    id: int
    host: str
    task: str
    from_state: str
    to_state: str
    run: str | None
    event: str | None
    at: int
    reason: str


class Filter(NamedTuple):
    """Which changes: a filter, its moments settled."""

    also: Node = EVERYTHING
    within: Node = EVERYTHING  # and of these tasks alone


def find(
    connection: sa.Connection, wanted: Filter, oldest_first: bool, limit: int, after: str | None
) -> Page[Transition]:
    """Return a page of changes."""
    query = sa.select(_transition).where(*filtering.conditions(wanted.also, _ASKED))
    query = query.where(*scoping.of_task(wanted.within, _transition.c.host, _transition.c.task))
    if after is not None:
        (last,) = cursor.unpack(after, tuple[rows.Int64])
        query = query.where(_transition.c.id > last if oldest_first else _transition.c.id < last)
    order = _transition.c.id if oldest_first else _transition.c.id.desc()
    found = connection.execute(query.order_by(order).limit(limit + 1)).all()
    return cut([_read(row) for row in found], limit, lambda row: cursor.pack(row.id))


def newer(connection: sa.Connection, after: int, limit: int) -> list[Transition]:
    """Return the changes with higher numbers than this, in their order."""
    query = sa.select(_transition).where(_transition.c.id > after).order_by(_transition.c.id)
    return [_read(row) for row in connection.execute(query.limit(limit))]


def newest(connection: sa.Connection) -> int:
    """Return the number of the last change, 0 when there is none."""
    return connection.execute(sa.select(sa.func.max(_transition.c.id))).scalar_one() or 0


def _read(row: Any) -> Transition:
    run, event = (rows.id_of(key) if key else None for key in (row.run, row.event))
    return Transition(row.id, row.host, row.task, row.from_state, row.to_state, run, event, row.at, row.reason)


_ASKED = filtering.Asked(
    {
        "host": filtering.names(_transition.c.host),
        "task": filtering.names(_transition.c.task),
        "tag": scoping.tags(_transition.c.host, _transition.c.task),
        "state": filtering.states(_transition.c.to_state),
        "run": filtering.runs(_transition.c.run),
        "since": lambda match: _transition.c.at >= filtering.moment(match),
        "until": lambda match: _transition.c.at < filtering.moment(match),
    },
    filtering.contained(_transition.c.host, _transition.c.task, _transition.c.reason),
)
