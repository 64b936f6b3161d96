# SPDX-License-Identifier: MIT
"""Watches of many hosts at once: each host that fits gets one of its own, now and when it comes.

Which hosts a pattern means is `_fits` alone to say.
"""

from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import declaring, matching, tables, watching
from humeops.central.watches.expectation import Expectation

_agent = tables.agent
_watch = tables.watch
_pattern = tables.watch_pattern


class Pattern(NamedTuple):
    """What somebody says is expected of a task wherever it runs."""

    host: str
    tag: str
    task: str
    wanted: Expectation
    maker: str
    made_at: int


def is_pattern(host: str) -> bool:
    """Tell whether this names many hosts."""
    return "*" in host or "?" in host


def declare(connection: sa.Connection, made: Pattern, now_ns: int) -> int:
    """Take a pattern, in the place of an earlier one of the same hosts and task; return how many hosts it fits now."""
    connection.execute(sa.delete(_pattern).where(*_same(made.host, made.tag, made.task)))
    values = {**made._asdict(), "wanted": watching.pack(made.wanted)}
    connection.execute(sa.insert(_pattern).values(**values))
    return spread(connection, now_ns)


def remove(connection: sa.Connection, host: str, tag: str, task: str, now_ns: int) -> int:
    """Take a pattern back with the watches that come from it; return how many these were, 0 without the pattern."""
    found = connection.execute(sa.select(_pattern.c.id).where(*_same(host, tag, task))).scalar_one_or_none()
    if found is None:
        return 0
    names = connection.execute(sa.select(_watch.c.host, _watch.c.task).where(_watch.c.pattern == found)).all()
    connection.execute(sa.delete(_pattern).where(_pattern.c.id == found))
    # A pattern that fits no host yet is something, too.
    return max(1, declaring.remove(connection, [(row.host, row.task) for row in names], now_ns) if names else 0)


def spread(connection: sa.Connection, now_ns: int) -> int:
    """Give each host that a pattern fits, and that has no later declaration, its watch; return how many."""
    made = 0
    for row in connection.execute(sa.select(_pattern).order_by(_pattern.c.made_at, _pattern.c.id)).all():
        wanted = watching.read_wanted(row.wanted)
        new = [
            declaring.Declaration(host, row.task, wanted, row.maker, row.made_at, row.id)
            for host in _undeclared(connection, row)
        ]
        if new:
            declaring.declare(connection, new, now_ns)
        made += len(new)
    return made


def _undeclared(connection: sa.Connection, row: sa.Row[Any]) -> list[str]:
    there = sa.and_(_watch.c.host == _agent.c.host, _watch.c.task == row.task, _watch.c.made_at >= row.made_at)
    query = sa.select(_agent.c.host).where(_fits(row.host, row.tag), ~sa.exists().where(there))
    return list(connection.execute(query).scalars())


def _fits(host: str, tag: str) -> sa.ColumnElement[bool]:
    """Which hosts are meant: for now by glob, and by the tags of their tasks."""
    fits = matching.like_glob(_agent.c.host, host)
    if not tag:
        return fits
    tagged = sa.select(tables.task_tag.c.host).where(matching.like_glob(tables.task_tag.c.tag, tag))
    return sa.and_(fits, _agent.c.host.in_(tagged))


def _same(host: str, tag: str, task: str) -> tuple[sa.ColumnElement[bool], ...]:
    return _pattern.c.host == host, _pattern.c.tag == tag, _pattern.c.task == task
