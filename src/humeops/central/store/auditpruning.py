# SPDX-License-Identifier: MIT
"""Lets old lines of the audit log go, where an admin's setting says so: the one way in which any line ever goes.

A line of the log says first, in the transaction that lets it happen, which lines go. Only then may they be deleted, some at a time: triggers refuse
all that lies above the floor.
"""

import datetime
from typing import NamedTuple

import sqlalchemy as sa

from humeops import spans
from humeops.central.store import auditing, tables

# A line each hour of what went would fill the log that it empties.
AT_LEAST_NS = 1 * spans.DAY
AT_ONCE = 2_000

_audit = tables.audit
_floor = tables.audit_floor


class Old(NamedTuple):
    """Lines that are older than the log is kept."""

    first: int
    end: int  # the number after the last of them
    lines: int


def announce(connection: sa.Connection, age: int, now_ns: int) -> Old | None:
    """Say in the log what goes, and let it go; None when nothing has been too old for a day."""
    found = find(connection, now_ns - age)
    if found is None or _said_at(connection, found.first) > now_ns - age - AT_LEAST_NS:
        return None
    day = datetime.datetime.fromtimestamp((now_ns - age) / spans.SECOND, datetime.UTC)
    told = f"{found.lines} lines, numbers {found.first} to {found.end - 1}"
    entry = auditing.Entry("central", "retention", "", "prune audit log", f"before {day:%Y-%m-%d}", "done", told)
    auditing.write(connection, entry, now_ns)
    connection.execute(sa.update(_floor).where(_floor.c.floor < found.end).values(floor=found.end))
    return found


def step(connection: sa.Connection) -> bool:
    """Delete some of what may go; return whether there may be more."""
    below = sa.select(_audit.c.id).where(_audit.c.id < sa.select(_floor.c.floor).scalar_subquery())
    numbers = list(connection.execute(below.order_by(_audit.c.id).limit(AT_ONCE)).scalars())
    if numbers:
        connection.execute(sa.delete(_audit).where(_audit.c.id <= numbers[-1]))
    return len(numbers) == AT_ONCE


def find(connection: sa.Connection, until: int) -> Old | None:
    """Return the lines of before this moment; none above the first that is not, nor those that may go already."""
    keep = sa.select(_audit.c.id).where(_audit.c.at >= until).order_by(_audit.c.id).limit(1)
    end = connection.execute(keep).scalar_one_or_none()
    numbers = sa.select(sa.func.min(_audit.c.id), sa.func.max(_audit.c.id), sa.func.count())
    numbers = numbers.where(_audit.c.id >= sa.select(_floor.c.floor).scalar_subquery())
    first, last, count = connection.execute(numbers.where(_audit.c.id < end) if end is not None else numbers).one()
    return Old(first, last + 1, count) if count else None


def _said_at(connection: sa.Connection, number: int) -> int:
    return int(connection.execute(sa.select(_audit.c.at).where(_audit.c.id == number)).scalar_one())
