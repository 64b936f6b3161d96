# SPDX-License-Identifier: MIT
"""Shared data: current values. What they were before: `history`."""

from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central.store import cursor, filtering, matching, rows, scoping, tables
from humeops.central.store.questions.page import Page, cut
from humeops.event import Value, unit_of
from humeops.filters.tree import EVERYTHING, Match, Node

_datum = tables.datum
_event = tables.event
_read_value = msgspec.json.Decoder(Value).decode


class Datum(NamedTuple):
    """One value, who wrote it and when."""

    host: str
    task: str
    key: str
    value: Value
    time: int
    unit: str
    run: str | None
    uid: int | None
    expires_at: int | None


class Filter(NamedTuple):
    """Which data; empty means all. `also` is a filter that has to hold, too, its moments settled."""

    host: str = ""
    task: str = ""
    key: str = ""
    also: Node = EVERYTHING
    within: Node = EVERYTHING  # and of these tasks alone


def find(connection: sa.Connection, wanted: Filter, limit: int, after: str | None) -> Page[Datum]:
    """Return a page of data, by host, task and key."""
    place = (_datum.c.host, _datum.c.task, _datum.c.key)
    patterns = zip(place, wanted[:3], strict=True)
    query = sa.select(_datum).where(
        *(matching.like_glob(column, pattern) for column, pattern in patterns if pattern),
        *filtering.conditions(wanted.also, _ASKED),
        *scoping.of_task(wanted.within, _datum.c.host, _datum.c.task),
    )
    if after is not None:
        query = query.where(sa.tuple_(*place) > sa.tuple_(*cursor.unpack(after, tuple[str, str, str])))
    found = connection.execute(query.order_by(*place).limit(limit + 1)).all()
    return cut([_read(row) for row in found], limit, lambda datum: cursor.pack(datum.host, datum.task, datum.key))


def _read(row: sa.Row[Any]) -> Datum:
    run = rows.id_of(row.run) if row.run else None
    value = _read_value(row.value)
    return Datum(row.host, row.task, row.key, value, row.time, unit_of(value, row.unit), run, row.uid, row.expires_at)


def _user(match: Match) -> sa.ColumnElement[bool]:
    # The number stands in the row; only the event knows the name.
    named = sa.exists().where(_event.c.id == _datum.c.event, filtering.users(_event.c.rest)(match))
    return sa.or_(filtering.names(sa.cast(_datum.c.uid, sa.Text))(match), named)


_ASKED = filtering.Asked(
    {
        "host": filtering.names(_datum.c.host),
        "task": filtering.names(_datum.c.task),
        "key": filtering.names(_datum.c.key),
        "run": filtering.runs(_datum.c.run),
        "user": _user,
        "since": lambda match: _datum.c.time >= filtering.moment(match),
        "until": lambda match: _datum.c.time < filtering.moment(match),
    },
    filtering.contained(_datum.c.key, _datum.c.value),
)
