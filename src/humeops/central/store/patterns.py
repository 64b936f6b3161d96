# SPDX-License-Identifier: MIT
"""Watches of many hosts at once: each host that fits gets one of its own, now and when it comes.

Which hosts a pattern means is `_fits` alone to say.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import declaring, driver, matching, tables, watching
from humeops.central.watches import merging
from humeops.central.watches.expectation import Expectation
from humeops.central.watches.merging import Word

_agent = tables.agent
_given = tables.watch_given
_pattern = tables.watch_pattern
_GIVE = """
INSERT INTO watch_given (host, task, pattern, made_at) VALUES (?, ?, ?, ?)
ON CONFLICT (host, task, pattern) DO UPDATE SET made_at = excluded.made_at
"""


class Pattern(NamedTuple):
    """What somebody says is expected of a task wherever it runs."""

    host: str
    tag: str
    task: str
    wanted: Expectation
    maker: str
    made_at: int
    named: Sequence[str] = ()  # what is said, also of which nothing is; asked for where it is said by hand


def is_pattern(host: str) -> bool:
    """Tell whether this names many hosts."""
    return "*" in host or "?" in host


def declare(connection: sa.Connection, made: Pattern, now_ns: int, source: str = merging.FILE) -> int:
    """Take a pattern, in the place of an earlier one of the same hosts and task; return how many hosts have it now.

    By hand (`source`) what is not named stays as the earlier one has it; so does its number, by which tasks know it.
    """
    known = connection.execute(sa.select(_pattern).where(*_same(made.host, made.tag, made.task))).one_or_none()
    values = {**made._asdict(), "wanted": watching.pack(made.wanted)}
    values.pop("named")
    if known is None:
        connection.execute(sa.insert(_pattern).values(**values))
    else:
        if source == merging.PERSON:
            before = merging.whole(watching.read_wanted(known.wanted), Word(source, known.maker, known.made_at))
            after = merging.merge(before, made.wanted, made.named, Word(source, made.maker, made.made_at))
            values["wanted"] = watching.pack(after.wanted)
        connection.execute(sa.update(_pattern).where(_pattern.c.id == known.id).values(**values))
    spread(connection, now_ns)
    number = sa.select(_pattern.c.id).where(*_same(made.host, made.tag, made.task)).scalar_subquery()
    return int(connection.execute(sa.select(sa.func.count()).where(_given.c.pattern == number)).scalar_one())


def remove(connection: sa.Connection, host: str, tag: str, task: str, now_ns: int) -> int:
    """Take a pattern back with what comes from it; return of how many tasks that was, 0 without the pattern."""
    found = connection.execute(sa.select(_pattern.c.id).where(*_same(host, tag, task))).scalar_one_or_none()
    if found is None:
        return 0
    names = connection.execute(sa.select(_given.c.host, _given.c.task).where(_given.c.pattern == found)).all()
    connection.execute(sa.delete(_pattern).where(_pattern.c.id == found))
    connection.execute(sa.delete(_given).where(_given.c.pattern == found))
    # A pattern that fits no host yet is something, too.
    gone = declaring.take_back(connection, [(row.host, row.task) for row in names], merging.of_pattern(found), now_ns)
    return max(1, gone)


def spread(connection: sa.Connection, now_ns: int) -> int:
    """Have each host that a pattern fits hear of it, once; return how many did."""
    count = 0
    for row in connection.execute(sa.select(_pattern).order_by(_pattern.c.made_at, _pattern.c.id)).all():
        hosts = _unheard(connection, row)
        if not hosts:
            continue
        wanted, source = watching.read_wanted(row.wanted), merging.of_pattern(row.id)
        new = [declaring.Declaration(host, row.task, wanted, row.maker, row.made_at, source) for host in hosts]
        declaring.note_faults(connection, declaring.declare(connection, new, now_ns))
        driver.many(connection, _GIVE, [(host, row.task, row.id, row.made_at) for host in hosts])
        count += len(hosts)
    return count


def _unheard(connection: sa.Connection, row: sa.Row[Any]) -> list[str]:
    heard = sa.and_(
        _given.c.host == _agent.c.host,
        _given.c.task == row.task,
        _given.c.pattern == row.id,
        _given.c.made_at >= row.made_at,
    )
    query = sa.select(_agent.c.host).where(_fits(row.host, row.tag), ~sa.exists().where(heard))
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
