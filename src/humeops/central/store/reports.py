# SPDX-License-Identifier: MIT
"""What was settled for a report that may be sent again (its Idempotency-Key): the event's id, its time, its run.

Kept for KEPT_NS; who sends the same key again after that says something new. So no event that retention may have deleted is
brought back, whose shortest age is a day too.
"""

from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import rows, tables
from humeops.errors import HumeError

KEPT_NS = 24 * 3_600 * 1_000_000_000

_key = tables.report_key


class OtherBodyError(HumeError):
    """The key was sent before with something else."""


class Reserved(NamedTuple):
    """What a key stands for; `digest` is of the body that came with it."""

    event: str
    at: int
    run: str | None
    digest: bytes


def find(connection: sa.Connection, agent: int, key: str, now_ns: int) -> Reserved | None:
    """Return what this key of the agent stands for, None when it is new or too old."""
    query = sa.select(_key).where(_key.c.agent == agent, _key.c.key == key, _key.c.at > now_ns - KEPT_NS)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Reserved(rows.id_of(row.event), row.at, rows.id_of(row.run) if row.run else None, row.digest)


def reserve(connection: sa.Connection, agent: int, key: str, new: Reserved) -> Reserved:
    """Let the key stand for this, unless somebody was faster; return what it stands for. Forgets what is too old."""
    connection.execute(sa.delete(_key).where(_key.c.at <= new.at - KEPT_NS))
    found = find(connection, agent, key, new.at)
    if found is not None:
        return found
    row = {"agent": agent, "key": key, "at": new.at, "digest": new.digest, "event": rows.key_of(new.event)}
    # Two who insert at once: the later one fails on the key, which `write` takes for a reason to start anew.
    connection.execute(sa.insert(_key).values(**row, run=rows.key_of(new.run) if new.run else None))
    return new
