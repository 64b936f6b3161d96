# SPDX-License-Identifier: MIT
"""Silences as rows: made and ended by people, over by themselves. Those that are over stay, for who asks who silenced what."""

from collections.abc import Sequence

import sqlalchemy as sa

from humeops.central.alerts.silence import Silence
from humeops.central.store import alertrows, tables

_silence = tables.silence


def live(connection: sa.Connection, now_ns: int) -> list[Silence]:
    """Return the silences that hold now, or will."""
    query = sa.select(_silence).where(*_not_over(now_ns))
    return [Silence(*row) for row in connection.execute(query.order_by(_silence.c.id))]


def newest(
    connection: sa.Connection, limit: int, before: int | None = None, now_ns: int | None = None
) -> Sequence[Silence]:
    """Return silences, the one made last first; with a time only those that are not over then."""
    query = sa.select(_silence).order_by(_silence.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(_silence.c.id < before)
    if now_ns is not None:
        query = query.where(*_not_over(now_ns))
    return [Silence(*row) for row in connection.execute(query)]


def add(connection: sa.Connection, made: Silence) -> Silence:
    """Store a silence, whose number is given here; alerts that are open are looked at with it."""
    values = {name: value for name, value in made._asdict().items() if name != "id"}
    number = connection.execute(sa.insert(_silence).values(values).returning(_silence.c.id)).scalar_one()
    alertrows.touch(connection, made.made_at)
    return made._replace(id=number)


def by_id(connection: sa.Connection, number: int) -> Silence | None:
    """Return the silence of this number, if there is one."""
    found = connection.execute(sa.select(_silence).where(_silence.c.id == number)).one_or_none()
    return Silence(*found) if found is not None else None


def end(connection: sa.Connection, number: int, author: str, now_ns: int) -> Silence | None:
    """End a silence now; None when there is none of this number that holds or will."""
    ended = connection.execute(
        sa.update(_silence)
        .where(_silence.c.id == number, *_not_over(now_ns))
        .values(ended_at=now_ns, ended_by=author)
        .returning(*_silence.c)
    ).one_or_none()
    if ended is None:
        return None
    alertrows.touch(connection, now_ns)
    return Silence(*ended)


def _not_over(now_ns: int) -> tuple[sa.ColumnElement[bool], ...]:
    return _silence.c.ended_at.is_(None), sa.or_(_silence.c.ends_at.is_(None), _silence.c.ends_at > now_ns)
