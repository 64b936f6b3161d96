# SPDX-License-Identifier: MIT
"""What waits for the end of a channel's quiet hours, each alert once; told in one message as it is then."""

import sqlalchemy as sa

from humeops.central.store import driver, tables

_digest = tables.digest
_ADD = "INSERT INTO digest (channel, alert, due) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


def add(connection: sa.Connection, channel: str, alert: int, due: int) -> None:
    """Have the alert told to the channel then; what waits for it already is no matter of this one."""
    driver.many(connection, _ADD, [(channel, alert, due)])


def is_any_due(connection: sa.Connection, now_ns: int) -> bool:
    """Tell whether some channel's quiet hours are over."""
    return connection.execute(sa.select(_digest.c.due).where(_digest.c.due <= now_ns).limit(1)).first() is not None


def take(connection: sa.Connection, now_ns: int) -> dict[str, list[int]]:
    """Return the alerts of each channel whose quiet hours are over, and forget them."""
    due = sa.select(_digest.c.channel).where(_digest.c.due <= now_ns).distinct()
    channels = list(connection.execute(due).scalars())
    if not channels:
        return {}
    gone = sa.delete(_digest).where(_digest.c.channel.in_(channels), _digest.c.due <= now_ns)
    found: dict[str, list[int]] = {}
    for channel, alert in connection.execute(gone.returning(_digest.c.channel, _digest.c.alert)):
        found.setdefault(channel, []).append(alert)
    return found
