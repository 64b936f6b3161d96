# SPDX-License-Identifier: MIT
"""Watches as they stand."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import cursor, filtering, holding, matching, scoping, tables, watching
from humeops.central.store.questions.page import Page, cut
from humeops.central.watches import expectation
from humeops.central.watches.merging import Word
from humeops.filters.tree import EVERYTHING, Match, Node

_task = tables.task
_watch = tables.watch
_pattern = tables.watch_pattern
_given = tables.watch_given


class Watch(NamedTuple):
    """One watch as stored."""

    host: str
    task: str
    expect: dict[str, str]
    maker: str
    made_at: int
    state: str
    since: int | None
    why: str
    expected_at: int | None
    due: int | None
    paused_until: int | None
    fault: str
    pattern: str
    words: Mapping[str, Word] = MappingProxyType({})
    fits: int | None = None  # of a pattern: how many hosts it fits


class Filter(NamedTuple):
    """Which watches; empty means all."""

    host: str = ""
    task: str = ""
    states: Sequence[str] = ()
    also: Node = EVERYTHING  # a filter that has to hold, too, its moments settled
    within: Node = EVERYTHING  # and of these tasks alone


def find(connection: sa.Connection, wanted: Filter, limit: int, after: str | None) -> Page[Watch]:
    """Return a page of watches, by host and task."""
    query = _all()
    query = query.where(*matching.like_globs((_watch.c.host, wanted.host), (_watch.c.task, wanted.task)))
    query = query.where(*filtering.conditions(wanted.also, _ASKED))
    query = query.where(*scoping.of_task(wanted.within, _watch.c.host, _watch.c.task))
    if wanted.states:
        query = query.where(_watch.c.state.in_(wanted.states))
    if after is not None:
        host, name = cursor.unpack(after, tuple[str, str])
        query = query.where(sa.tuple_(_watch.c.host, _watch.c.task) > sa.tuple_(host, name))
    found = connection.execute(query.order_by(_watch.c.host, _watch.c.task).limit(limit + 1)).all()
    page = cut(found, limit, lambda row: cursor.pack(row.host, row.task))
    return Page([_read(row) for row in page.rows], page.next)


def patterns(connection: sa.Connection, wanted: Filter) -> list[Watch]:
    """Return the declarations for many hosts, also those that fit none yet; `host` is theirs, or one they mean."""
    query = sa.select(_pattern).order_by(_pattern.c.host, _pattern.c.tag, _pattern.c.task)
    found = [row for row in connection.execute(query) if _is_wanted(row, wanted)]
    counts = sa.select(_given.c.pattern, sa.func.count()).where(_given.c.pattern.in_([row.id for row in found]))
    fits = {row[0]: row[1] for row in connection.execute(counts.group_by(_given.c.pattern))} if found else {}
    return [_read_pattern(row, fits.get(row.id, 0)) for row in found]


def _is_wanted(row: sa.Row[Any], wanted: Filter) -> bool:
    is_host = not wanted.host or matching.globs(wanted.host, row.host) or matching.globs(row.host, wanted.host)
    return is_host and (not wanted.task or matching.globs(row.task, wanted.task))


def one(connection: sa.Connection, name: tuple[str, str]) -> Watch | None:
    """Return the watch of this task, if it has one."""
    row = connection.execute(_all().where(_watch.c.host == name[0], _watch.c.task == name[1])).one_or_none()
    return _read(row) if row else None


def _read_pattern(row: sa.Row[Any], fits: int) -> Watch:
    expect = expectation.pairs_of(watching.read_wanted(row.wanted))
    named = f"{row.host}{f' #{row.tag}' if row.tag else ''}"
    return Watch(
        row.host, row.task, expect, row.maker, row.made_at, "", None, "", None, None, None, "", named, {}, fits
    )


def expected(connection: sa.Connection, since: int, until: int, limit: int, within: Node = EVERYTHING) -> list[Watch]:
    """Return the watches whose next start is expected then, the next one first."""
    query = _all().where(_watch.c.expected_at >= since, _watch.c.expected_at < until)
    query = query.where(*scoping.of_task(within, _watch.c.host, _watch.c.task))
    order = (_watch.c.expected_at, _watch.c.host, _watch.c.task)
    return [_read(row) for row in connection.execute(query.order_by(*order).limit(limit))]


def expected_at(connection: sa.Connection, name: tuple[str, str]) -> int | None:
    """Return when the next start of this task is expected, if one is."""
    query = sa.select(_watch.c.expected_at).where(_watch.c.host == name[0], _watch.c.task == name[1])
    return connection.execute(query).scalar_one_or_none()


def _all() -> sa.Select[Any]:
    return sa.select(_watch, _pattern.c.host.label("fits"), _pattern.c.tag).select_from(
        _watch.outerjoin(_pattern, _pattern.c.id == _watch.c.pattern)
    )


def _read(row: sa.Row[Any]) -> Watch:
    fits = f"{row.fits}{f' #{row.tag}' if row.tag else ''}" if row.fits else ""
    held = holding.read(row.host, row.wanted, row.parts, row.maker, row.made_at, row.pattern)
    expect = expectation.pairs_of(held.wanted)
    return Watch(
        row.host,
        row.task,
        expect,
        row.maker,
        row.made_at,
        row.state,
        row.since,
        row.why,
        row.expected_at,
        row.due,
        row.paused_until,
        row.fault,
        fits,
        {name: held.words[name] for name in expect if name in held.words},
    )


def _state(match: Match) -> filtering.Condition:
    its = sa.select(_task.c.host, _task.c.task).where(filtering.states(_task.c.state)(match))
    return sa.tuple_(_watch.c.host, _watch.c.task).in_(its)


_ASKED = filtering.Asked(
    {
        "host": filtering.names(_watch.c.host),
        "task": filtering.names(_watch.c.task),
        "tag": scoping.tags(_watch.c.host, _watch.c.task),
        "state": _state,
        "since": lambda match: _watch.c.made_at >= filtering.moment(match),
        "until": lambda match: _watch.c.made_at < filtering.moment(match),
    },
    filtering.contained(_watch.c.host, _watch.c.task, _watch.c.why, _watch.c.maker),
)
