# SPDX-License-Identifier: MIT
"""Tasks as they are now."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import cursor, filtering, matching, rows, scoping, tables
from humeops.central.store.questions import runs
from humeops.central.store.questions.page import Page, cut
from humeops.filters import keys
from humeops.filters.tree import EVERYTHING, Node

_task = tables.task
_tag = tables.task_tag
_datum = tables.datum
_watch = tables.watch
_WATCHED = (
    _watch.c.state.label("watch_state"),
    _watch.c.since.label("watch_since"),
    _watch.c.why.label("watch_why"),
    _watch.c.expected_at,
    _watch.c.fault,
)

PROBLEMS = keys.PROBLEMS


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
    expected_at: int | None = None
    notice: str = ""


class Version(NamedTuple):
    """A task as it is at one version; `now` is None when it is gone."""

    host: str
    task: str
    version: int
    now: Task | None


class Filter(NamedTuple):
    """Which tasks; empty means all. `also` is a filter that has to hold, too, its moments settled."""

    host: str = ""
    task: str = ""
    tags: Sequence[str] = ()
    states: Sequence[str] = ()
    also: Node = EVERYTHING
    within: Node = EVERYTHING  # and of these tasks alone


def _tasks() -> sa.Select[Any]:
    """Select tasks with how they stand against what is expected of them."""
    watched = sa.and_(_watch.c.host == _task.c.host, _watch.c.task == _task.c.task)
    return sa.select(_task, *_WATCHED).select_from(_task.outerjoin(_watch, watched))


def find(connection: sa.Connection, wanted: Filter, limit: int, after: str | None, by_task: bool = False) -> Page[Task]:
    """Return a page of tasks, by host and name; or by name and host."""
    order = (_task.c.task, _task.c.host) if by_task else (_task.c.host, _task.c.task)
    query = _tasks().where(*conditions(wanted))
    if after is not None:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*cursor.unpack(after, tuple[str, str])))
    page = cut(
        connection.execute(query.order_by(*order).limit(limit + 1)).all(),
        limit,
        lambda row: cursor.pack(row.task, row.host) if by_task else cursor.pack(row.host, row.task),
    )
    last = runs.by_keys(connection, [row.last_run for row in page.rows if row.last_run])
    return Page([_read(row, last.get(row.last_run)) for row in page.rows], page.next)


def by_names(connection: sa.Connection, names: Sequence[tuple[str, str]], within: Node = EVERYTHING) -> list[Task]:
    """Return those of these tasks (host and name) that are known, and within."""
    narrow = scoping.of_task(within, _task.c.host, _task.c.task)
    query = _tasks().where(sa.tuple_(_task.c.host, _task.c.task).in_(names), *narrow)
    found = connection.execute(query).all() if names else []
    last = runs.by_keys(connection, [row.last_run for row in found if row.last_run])
    return [_read(row, last.get(row.last_run)) for row in found]


def count(connection: sa.Connection, wanted: Filter) -> dict[str, int]:
    """Return how many of these tasks are in each state."""
    query = sa.select(_task.c.state, sa.func.count()).where(*conditions(wanted)).group_by(_task.c.state)
    return {row[0]: row[1] for row in connection.execute(query.order_by(_task.c.state))}


def conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    """Return what holds for a task that is wanted, all of it; none when all are."""
    found = matching.like_globs((_task.c.host, wanted.host), (_task.c.task, wanted.task))
    if wanted.states:
        found.append(_task.c.state.in_(wanted.states))
    if wanted.tags:
        found.append(_tagged(filtering.any_pattern(wanted.tags)))
    found += scoping.of_task(wanted.within, _task.c.host, _task.c.task)
    return found + filtering.conditions(wanted.also, _ASKED)


def versions_after(connection: sa.Connection, name: tuple[str, str], limit: int) -> list[Version]:
    """Return so many tasks behind this (host, task), in their order."""
    behind = sa.tuple_(_task.c.host, _task.c.task) > sa.tuple_(*name)
    return _versions(connection, _tasks().where(behind).order_by(_task.c.host, _task.c.task).limit(limit))


def versions_of(connection: sa.Connection, names: Sequence[tuple[str, str]]) -> list[Version]:
    """Return those of these (host, task) that there are."""
    return _versions(connection, _tasks().where(sa.tuple_(_task.c.host, _task.c.task).in_(names)))


def _versions(connection: sa.Connection, query: sa.Select[Any]) -> list[Version]:
    found = connection.execute(query).all()
    last = runs.by_keys(connection, [row.last_run for row in found if row.last_run])
    return [Version(row.host, row.task, row.version, _read(row, last.get(row.last_run))) for row in found]


def _tagged(test: matching.Test) -> sa.ColumnElement[bool]:
    return sa.tuple_(_task.c.host, _task.c.task).in_(sa.select(_tag.c.host, _tag.c.task).where(test(_tag.c.tag)))


def _sharing(test: matching.Test) -> sa.ColumnElement[bool]:
    shared = sa.select(_datum.c.host, _datum.c.task).where(test(_datum.c.key))
    return sa.tuple_(_task.c.host, _task.c.task).in_(shared)


def _read(row: sa.Row[Any], last_run: runs.Run | None) -> Task:
    # While something is missing, that is why and since when.
    is_missing = bool(row.watch_state)
    return Task(
        row.host,
        row.task,
        row.state,
        row.watch_since if is_missing and row.watch_since is not None else row.since,
        row.last_event_at,
        row.watch_why if is_missing else row.reason,
        rows.read_tags(row.tags),
        row.running,
        last_run,
        row.expected_at,
        row.fault or "",
    )


_ASKED = filtering.Asked(
    {
        "host": filtering.names(_task.c.host),
        "task": filtering.names(_task.c.task),
        "tag": filtering.tested(_tagged),
        "state": filtering.states(_task.c.state),
        "key": filtering.tested(_sharing),
        "since": lambda match: _task.c.last_event_at >= filtering.moment(match),
        "until": lambda match: _task.c.last_event_at < filtering.moment(match),
    },
    filtering.contained(_task.c.host, _task.c.task, _task.c.reason),
)
