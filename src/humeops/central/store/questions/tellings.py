# SPDX-License-Identifier: MIT
"""What became of what an alert's history says was told: it may wait, or be refused, or have gone through another channel."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from humeops.central.notify.message import Message
from humeops.central.store import notifications, tables
from humeops.central.store.driver import Pair

_told = tables.notification
_read = msgspec.json.Decoder(Message).decode


def fates(
    connection: sa.Connection, name: Pair, channels: Sequence[str], moments: Sequence[int]
) -> dict[int, list[str]]:
    """Return, by the moment of telling this task or host, what became of it on each channel; nothing of what is kept no more."""
    query = sa.select(_told).where(_told.c.channel.in_(channels), _told.c.at.in_(moments)).order_by(_told.c.id)
    found: dict[int, list[str]] = {}
    for row in connection.execute(query).all() if channels and moments else ():
        message = _read(row.message)
        if any((item.host, item.task) == name for item in message.items) and message.time_ns == row.at:
            copies = [] if row.state == "sent" else _copies(connection, message, row.channel)
            found.setdefault(row.at, []).append(_words(row, copies))
    return found


def _copies(connection: sa.Connection, message: Message, channel: str) -> Sequence[sa.Row[Any]]:
    """Return the same message as it stands on other channels."""
    others = [other for other in notifications.health(connection) if other != channel]
    keys = [notifications.copy_for(message, other, channel).key for other in others]
    return connection.execute(sa.select(_told).where(_told.c.key.in_(keys))).all()


def _words(row: sa.Row[Any], copies: Sequence[sa.Row[Any]]) -> str:
    standing = {"sent": f"told to {row.channel}", "waiting": f"to be told to {row.channel}"}
    said = standing.get(row.state, f"{row.channel} refused it: {row.error}")
    moved = [f"{'told' if one.state == 'sent' else 'to be told'} through {one.channel}" for one in copies]
    return ", ".join([said, *moved])
