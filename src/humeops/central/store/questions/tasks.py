# SPDX-License-Identifier: MIT
"""Tasks as they are now."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import cursor, matching, rows, tables
from humeops.central.store.questions import runs
from humeops.central.store.questions.page import Page, cut

_task = tables.task
_tag = tables.task_tag

PROBLEMS = ("warning", "failed", "lost", "late", "overdue", "unknown")


class Task(NamedTuple):
    """A task as stored, with its last run."""

    host: str
    task: str
    state: str
    since: int
    last_event_at: int
    reason: str
    tags: list[str]
    running: int
    last_run: runs.Run | None


class Filter(NamedTuple):
    """Which tasks; empty means all."""

    host: str = ""
    task: str = ""
    tags: Sequence[str] = ()
    states: Sequence[str] = ()


def find(connection: sa.Connection, wanted: Filter, limit: int, after: str | None, by_task: bool = False) -> Page[Task]:
    """Return a page of tasks, by host and name; or by name and host."""
    order = (_task.c.task, _task.c.host) if by_task else (_task.c.host, _task.c.task)
    query = sa.select(_task).where(*_conditions(wanted))
    if after is not None:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*cursor.unpack(after, tuple[str, str])))
    page = cut(
        connection.execute(query.order_by(*order).limit(limit + 1)).all(),
        limit,
        lambda row: cursor.pack(row.task, row.host) if by_task else cursor.pack(row.host, row.task),
    )
    last = runs.by_keys(connection, [row.last_run for row in page.rows if row.last_run])
    return Page([_read(row, last.get(row.last_run)) for row in page.rows], page.next)


def by_names(connection: sa.Connection, names: Sequence[tuple[str, str]]) -> list[Task]:
    """Return those of these tasks (host and name) that are known."""
    query = sa.select(_task).where(sa.tuple_(_task.c.host, _task.c.task).in_(names))
    found = connection.execute(query).all() if names else []
    last = runs.by_keys(connection, [row.last_run for row in found if row.last_run])
    return [_read(row, last.get(row.last_run)) for row in found]


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.host:
        conditions.append(matching.like_glob(_task.c.host, wanted.host))
    if wanted.task:
        conditions.append(matching.like_glob(_task.c.task, wanted.task))
    if wanted.states:
        conditions.append(_task.c.state.in_(wanted.states))
    if wanted.tags:
        tagged = sa.select(_tag.c.host, _tag.c.task).where(
            sa.or_(*(matching.like_glob(_tag.c.tag, tag) for tag in wanted.tags))
        )
        conditions.append(sa.tuple_(_task.c.host, _task.c.task).in_(tagged))
    return conditions


def _read(row: sa.Row[Any], last_run: runs.Run | None) -> Task:
    return Task(
        row.host,
        row.task,
        row.state,
        row.since,
        row.last_event_at,
        row.reason,
        rows.read_tags(row.tags),
        row.running,
        last_run,
    )
