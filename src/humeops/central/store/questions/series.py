# SPDX-License-Identifier: MIT
"""One task over time: its runs by name (no patterns), how long each took, the numbers they told. By index, newest first."""

from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import rows, tables

_run = tables.run
_datum = tables.run_datum


class Point(NamedTuple):
    """One run on a chart."""

    run: str
    started_at: int
    state: str
    duration: int | None


class Value(NamedTuple):
    """A number that one run told."""

    started_at: int
    value: float


def durations(connection: sa.Connection, host: str, task: str, limit: int) -> list[Point]:
    """Return the last runs of this task, the oldest of them first."""
    query = sa.select(_run.c.id, _run.c.started_at, _run.c.state, _run.c.duration)
    query = query.where(_run.c.host == host, _run.c.task == task)
    found = connection.execute(query.order_by(_run.c.started_at.desc(), _run.c.id.desc()).limit(limit)).all()
    return [Point(rows.id_of(row.id), row.started_at, row.state, row.duration) for row in reversed(found)]


def numbers(
    connection: sa.Connection, host: str, task: str, limit: int, most: int
) -> list[tuple[str, str, list[Value]]]:
    """Return the numbers that the last runs told: name, unit, and values with the oldest first; the most told come first."""
    last = (
        sa.select(_run.c.id, _run.c.started_at)
        .where(_run.c.host == host, _run.c.task == task)
        .order_by(_run.c.started_at.desc(), _run.c.id.desc())
        .limit(limit)
        .subquery()
    )
    query = sa.select(_datum.c.key, _datum.c.unit, last.c.started_at, _datum.c.value)
    found: dict[str, tuple[str, list[Value]]] = {}
    for key, unit, started_at, value in connection.execute(
        query.join(last, last.c.id == _datum.c.run).order_by(last.c.started_at)
    ):
        found.setdefault(key, (unit, []))[1].append(Value(started_at, value))
    told = [(key, unit, values) for key, (unit, values) in found.items() if len(values) > 1]
    return sorted(told, key=lambda one: (-len(one[2]), one[0]))[:most]
