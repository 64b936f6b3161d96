# SPDX-License-Identifier: MIT
"""What a piece of data was before, newest first: the numbers that runs told, and whatever was said outside of runs.

Two lists, each in its own order and by its own index, laid side by side: a page's cursor holds a place in either.
"""

import heapq
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import cursor, rows, tables
from humeops.central.store.questions.page import Page
from humeops.event import EventId, Value, is_number

_event = tables.event
_run = tables.run
_told = tables.run_datum

# Of what a task shared outside of its runs so much is looked at for one page: it may be under many names.
LOOKED_AT = 5_000
_ROUNDS = 10  # as long as nothing is found
_SHAPE = tuple[rows.Int64 | None, EventId | None, EventId | None]


class Point(NamedTuple):
    """A value: when it was said (of a run: when that began), what, and the run that told it or the event that said it."""

    at: int
    value: Value
    unit: str
    run: str | None
    event: str | None


class _Place(NamedTuple):
    run_at: int | None
    run: EventId | None
    event: EventId | None


def find(connection: sa.Connection, name: tuple[str, str, str], limit: int, after: str | None) -> Page[Point]:
    """Return a page of what this (host, task, key) was."""
    place = _Place(None, None, None) if after is None else _Place(*cursor.unpack(after, _SHAPE))
    points: list[Point] = []
    for _ in range(_ROUNDS):
        points, next_place = _look(connection, name, limit, place)
        if next_place is None:
            return Page(points, None)
        place = next_place
        if points:
            break
    return Page(points, cursor.pack(*place))  # type: ignore[arg-type]


class _Said(NamedTuple):
    points: list[Point]
    reached: (
        tuple[int, str] | None
    )  # when what was looked at last was said, and its id, if looking ended before the end


def _look(
    connection: sa.Connection, name: tuple[str, str, str], limit: int, place: _Place
) -> tuple[list[Point], _Place | None]:
    told, said = _of_runs(connection, name, limit + 1, place), _loose(connection, name, limit + 1, place)
    if said.reached is not None:
        # What is older stands behind what was not looked at yet.
        told = [point for point in told if point.at >= said.reached[0]]
    found = list(heapq.merge(told, said.points, key=lambda point: -point.at))
    page = found[:limit]
    if len(found) <= limit and said.reached is None:
        return page, None
    for point in page:
        place = place._replace(run_at=point.at, run=point.run) if point.run else place._replace(event=point.event)
    return page, place._replace(event=said.reached[1]) if said.reached and len(found) <= limit else place


def _of_runs(connection: sa.Connection, name: tuple[str, str, str], limit: int, place: _Place) -> list[Point]:
    host, task, key = name
    query = sa.select(_run.c.id, _run.c.started_at, _told.c.value, _told.c.unit)
    query = query.join(_told, sa.and_(_told.c.run == _run.c.id, _told.c.key == key))
    query = query.where(_run.c.host == host, _run.c.task == task)
    if place.run is not None:
        query = query.where(sa.tuple_(_run.c.started_at, _run.c.id) < sa.tuple_(place.run_at, rows.key_of(place.run)))
    found = connection.execute(query.order_by(_run.c.started_at.desc(), _run.c.id.desc()).limit(limit))
    return [Point(row.started_at, _whole(row.value), row.unit, rows.id_of(row.id), None) for row in found]


def _whole(number: float) -> int | float:
    # Numbers of runs are kept as floats; of bytes and rows nobody wants a fraction.
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _loose(connection: sa.Connection, name: tuple[str, str, str], limit: int, place: _Place) -> _Said:
    host, task, key = name
    # Said literally, so that the planner sees that the index covers the question.
    loose = (_event.c.kind == sa.literal_column("'data'"), _event.c.run.is_(None))
    query = sa.select(_event.c.id, _event.c.time, _event.c.rest).where(_event.c.host == host, _event.c.task == task)
    if place.event is not None:
        query = query.where(_event.c.id < rows.key_of(place.event))
    points: list[Point] = []
    found = connection.execute(query.where(*loose).order_by(_event.c.id.desc()).limit(LOOKED_AT)).all()
    for looked_at, row in enumerate(found, 1):
        point = _point(row, key)
        points += [point] if point else []
        if len(points) == limit:
            break
        if looked_at == LOOKED_AT:
            return _Said(points, (row.time, rows.id_of(row.id)))
    return _Said(points, None)


def _point(row: Any, key: str) -> Point | None:
    rest = rows.read_rest(row.rest) if row.rest else rows.Rest()
    if key not in rest.data:
        return None
    value = rest.data[key]
    return Point(row.time, value, rest.unit if is_number(value) else "", None, rows.id_of(row.id))
