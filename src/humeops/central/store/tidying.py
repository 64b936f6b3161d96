# SPDX-License-Identifier: MIT
"""Lets go of what alerts no longer need: what was told long ago, and alerts that are long over. A few rows at a time."""

import sqlalchemy as sa

from humeops import spans
from humeops.central.store import tables

TOLD_NS = 90 * spans.DAY
OVER_NS = 400 * spans.DAY
MOST = 500

_alert = tables.alert
_entry = tables.alert_entry
_notification = tables.notification
_silence = tables.silence


def step(connection: sa.Connection, now_ns: int) -> bool:
    """Forget some of it; return whether there may be more."""
    told = sa.select(_notification.c.id).where(
        _notification.c.state != "waiting", _notification.c.at < now_ns - TOLD_NS
    )
    gone = _delete(connection, _notification, told)
    old = sa.select(_alert.c.id).where(_alert.c.state == "closed", _alert.c.closed_at < now_ns - OVER_NS)
    numbers = list(connection.execute(old.order_by(_alert.c.id).limit(MOST)).scalars())
    if numbers:
        connection.execute(sa.delete(_entry).where(_entry.c.alert.in_(numbers)))
        connection.execute(sa.delete(_alert).where(_alert.c.id.in_(numbers)))
    ended = sa.func.coalesce(_silence.c.ended_at, _silence.c.ends_at)
    gone += _delete(connection, _silence, sa.select(_silence.c.id).where(ended < now_ns - OVER_NS))
    return gone >= MOST or len(numbers) == MOST


def _delete(connection: sa.Connection, table: sa.Table, found: sa.Select[tuple[int]]) -> int:
    some = found.order_by(table.c.id).limit(MOST)
    return connection.execute(sa.delete(table).where(table.c.id.in_(some))).rowcount
