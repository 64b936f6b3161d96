# SPDX-License-Identifier: MIT
"""Runs: lists, newest first, and one run by whatever a person calls it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.fold import Summary
from humeops.central.store import cursor, filtering, matching, rows, scoping, tables
from humeops.central.store.questions.page import Page, cut
from humeops.central.store.running import read_summary
from humeops.event import EventId
from humeops.filters.tree import EVERYTHING, Match, Node

_run = tables.run
_transition = tables.transition
_tag = tables.run_tag
_event = tables.event
_datum = tables.run_datum


class Run(NamedTuple):
    """A run as stored."""

    host: str
    task: str
    reason: str
    summary: Summary


class Filter(NamedTuple):
    """Which runs; empty means all. `since` and `until` are of their starts: at or after the one, before the other.

    `also` is a filter that has to hold, too, its moments settled.
    """

    host: str = ""
    task: str = ""
    tags: Sequence[str] = ()
    states: Sequence[str] = ()
    since: int | None = None
    until: int | None = None
    also: Node = EVERYTHING
    late: bool = False  # only those that came late: their start ended that their task was late
    within: Node = EVERYTHING  # and of these tasks alone


def find(connection: sa.Connection, wanted: Filter, limit: int, after: str | None) -> Page[Run]:
    """Return a page of runs, the one that started last first."""
    query = sa.select(_run.c.id, _run.c.host, _run.c.task, _run.c.reason, _run.c.summary).where(*_conditions(wanted))
    if after is not None:
        started_at, run = cursor.unpack(after, tuple[rows.Int64, EventId])
        query = query.where(sa.tuple_(_run.c.started_at, _run.c.id) < sa.tuple_(started_at, rows.key_of(run)))
    found = connection.execute(query.order_by(_run.c.started_at.desc(), _run.c.id.desc()).limit(limit + 1)).all()
    return cut([_read(row) for row in found], limit, lambda run: cursor.pack(*run.summary.begun))


def by_keys(connection: sa.Connection, keys: Sequence[bytes], within: Node = EVERYTHING) -> dict[bytes, Run]:
    """Return those of these runs that are known, and within, by id."""
    query = sa.select(_run.c.id, _run.c.host, _run.c.task, _run.c.reason, _run.c.summary).where(_run.c.id.in_(keys))
    query = query.where(*scoping.of_task(within, _run.c.host, _run.c.task))
    return {row.id: _read(row) for row in connection.execute(query)} if keys else {}


def resolve(connection: sa.Connection, name: str, within: Node = EVERYTHING) -> Run | None:
    """Return the run of this id, this short id, or the last one of this HOST:TASK or TASK, among those within."""
    narrow = scoping.of_task(within, _run.c.host, _run.c.task)
    if rows.is_id(name):
        return by_keys(connection, [rows.key_of(name)], within).get(rows.key_of(name))
    if ":" in name:
        host, _, task = name.rpartition(":")
        return _newest(connection, _run.c.host == host, _run.c.task == task, *narrow)
    short = _newest(connection, _run.c.short == name.lower(), *narrow) if len(name) == 8 else None
    return short or _newest(connection, _run.c.task == name, *narrow)


def open_run(connection: sa.Connection, host: str, task: str) -> str | None:
    """Return the run of this task that runs, the one that started last of several."""
    found = _newest(connection, _run.c.host == host, _run.c.task == task, _run.c.state == "running")
    return found.summary.run if found else None


def descendants(connection: sa.Connection, run: str, limit: int, within: Node = EVERYTHING) -> tuple[list[Run], bool]:
    """Return the runs started within this one, at whatever depth, and whether there are more than `limit`.

    One question a generation. A host may name any parents, even in a circle: no run is returned twice.
    """
    found: list[Run] = []
    seen = {rows.key_of(run)}
    generation = [rows.key_of(run)]
    while generation and len(found) <= limit:
        query = sa.select(_run.c.id, _run.c.host, _run.c.task, _run.c.reason, _run.c.summary)
        query = query.where(_run.c.parent.in_(generation)).order_by(_run.c.started_at, _run.c.id)
        query = query.where(*scoping.of_task(within, _run.c.host, _run.c.task))
        new = [row for row in connection.execute(query.limit(limit + 1)) if row.id not in seen]
        generation = [row.id for row in new]
        seen.update(generation)
        found += map(_read, new)
    return found[:limit], len(found) > limit


def _newest(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> Run | None:
    query = sa.select(_run.c.host, _run.c.task, _run.c.reason, _run.c.summary).where(*conditions)
    row = connection.execute(query.order_by(_run.c.started_at.desc(), _run.c.id.desc()).limit(1)).one_or_none()
    return _read(row) if row else None


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions = matching.like_globs((_run.c.host, wanted.host), (_run.c.task, wanted.task))
    if wanted.states:
        conditions.append(_run.c.state.in_(wanted.states))
    if wanted.since is not None:
        conditions.append(_run.c.started_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_run.c.started_at < wanted.until)
    if wanted.late:
        # Said literally, so that the planner sees that the index of late ones covers it.
        came = sa.select(_transition.c.run).where(_transition.c.from_state == sa.literal_column("'late'"))
        conditions.append(_run.c.id.in_(came.where(_transition.c.run.is_not(None))))
    if wanted.tags:
        conditions.append(_tagged(filtering.any_pattern(wanted.tags)))
    conditions += scoping.of_task(wanted.within, _run.c.host, _run.c.task)
    return conditions + filtering.conditions(wanted.also, _ASKED)


def _tagged(test: matching.Test) -> sa.ColumnElement[bool]:
    return _run.c.id.in_(sa.select(_tag.c.run).where(test(_tag.c.tag)))


def _user(match: Match) -> sa.ColumnElement[bool]:
    # A run has the id of the event that started it.
    return sa.exists().where(_event.c.id == _run.c.id, filtering.users(_event.c.rest)(match))


def _id(match: Match) -> sa.ColumnElement[bool]:
    full = [rows.key_of(value.text) for value in match.values if rows.is_id(value.text)]
    return sa.or_(_run.c.id.in_(full), filtering.names(_run.c.short)(match))


def _read(row: Any) -> Run:
    return Run(row.host, row.task, row.reason, read_summary(row.summary))


_ASKED = filtering.Asked(
    {
        "host": filtering.names(_run.c.host),
        "task": filtering.names(_run.c.task),
        "tag": filtering.tested(_tagged),
        "state": filtering.states(_run.c.state),
        "run": _id,
        "user": _user,
        "key": filtering.tested(lambda test: _run.c.id.in_(sa.select(_datum.c.run).where(test(_datum.c.key)))),
        "since": lambda match: _run.c.started_at >= filtering.moment(match),
        "until": lambda match: _run.c.started_at < filtering.moment(match),
    },
    filtering.contained(_run.c.host, _run.c.task, _run.c.reason),
)
