# SPDX-License-Identifier: MIT
"""Dead letters: what could not be stored as events. Listed, and one of them by its name, EPOCH:SEQ."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import cursor, rows, tables
from humeops.central.store.questions.page import Page, cut

# What people call a letter; of its epoch the beginning will do.
NAME = re.compile(r"([0-9a-f][0-9a-f-]{0,35}):([1-9][0-9]{0,18})")

_letter = tables.dead_letter
_epoch = tables.agent_epoch
_agent = tables.agent


class Letter(NamedTuple):
    """A dead letter, with the host whose agent sent it. `life` and `seq` are its key in the store."""

    life: int
    seq: int
    epoch: str
    agent: int
    host: str
    received_at: int
    error: str
    raw: bytes

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.epoch}:{self.seq}"


Key = tuple[int, int]  # life, seq


def find(connection: sa.Connection, host: str, limit: int, after: str | None) -> Page[Letter]:
    """Return a page of dead letters in the order of their keys, of one host or (with an empty name) all."""
    query = _query()
    if host:
        query = query.where(_agent.c.host == host)
    if after is not None:
        key = cursor.unpack(after, tuple[rows.Int64, rows.Int64])
        query = query.where(sa.tuple_(_letter.c.epoch, _letter.c.seq) > sa.tuple_(*key))
    found = connection.execute(query.order_by(_letter.c.epoch, _letter.c.seq).limit(limit + 1)).all()
    return cut([Letter._make(row) for row in found], limit, lambda one: cursor.pack(one.life, one.seq))


def by_name(connection: sa.Connection, epoch: str, seq: int) -> list[Letter]:
    """Return what has this seq in an epoch that begins so: none, one, or several that are not told apart by it."""
    if seq > rows.UPTO:
        return []
    query = _query().where(_letter.c.seq == seq, _epoch.c.epoch.startswith(epoch, autoescape=True))
    return [Letter._make(row) for row in connection.execute(query.limit(2))]


def held(connection: sa.Connection, keys: Sequence[Key]) -> list[Letter]:
    """Return those of these that are there; where others write, nobody can touch them until the transaction ends."""
    query = _query().where(sa.tuple_(_letter.c.epoch, _letter.c.seq).in_(keys))
    ordered = query.order_by(_letter.c.epoch, _letter.c.seq).with_for_update(of=_letter)
    return [Letter._make(row) for row in connection.execute(ordered)]


def _query() -> sa.Select[Any]:
    query = sa.select(
        _letter.c.epoch,
        _letter.c.seq,
        _epoch.c.epoch,
        _agent.c.id,
        _agent.c.host,
        _letter.c.received_at,
        _letter.c.error,
        _letter.c.raw,
    )
    return query.join(_epoch, _epoch.c.id == _letter.c.epoch).join(_agent, _agent.c.id == _epoch.c.agent)
