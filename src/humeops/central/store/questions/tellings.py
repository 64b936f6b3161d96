# SPDX-License-Identifier: MIT
"""What became of what was told of alerts: it may wait, be refused, have gone through another channel, or wait for the end of quiet hours.

A message is found by the moment at which it was decided, which the alert's history keeps, and by what it is about.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central.alerts.telling import Telling
from humeops.central.notify.message import Message
from humeops.central.store import notifications, tables
from humeops.central.store.alertrows import Stored
from humeops.central.store.driver import Pair

_MOST = 5_000  # values in one statement
TELLING = ("told", "reminded", "escalated")
_told = tables.notification
_entry = tables.alert_entry
_digest = tables.digest
_read = msgspec.json.Decoder(Message).decode


class _Found(NamedTuple):
    row: sa.Row[Any]
    message: Message


def of_moments(connection: sa.Connection, name: Pair, moments: Iterable[int]) -> dict[int, list[Telling]]:
    """Return what became of what was told of this task or host at these moments; nothing of what is kept no more."""
    found = _find(connection, {name: set(moments)})
    return {at: tellings for (_, at), tellings in found.items()}


def latest(connection: sa.Connection, alerts: Sequence[Stored]) -> dict[int, list[Telling]]:
    """Return, by the number of the alert, what became of the last word on it to each channel."""
    moments = _last_moments(connection, [one.id for one in alerts])
    names = {one.id: (one.alert.host, one.alert.task) for one in alerts}
    wanted: dict[Pair, set[int]] = {}
    for number, ats in moments.items():
        wanted.setdefault(names[number], set()).update(ats)
    found = _find(connection, wanted)
    quiet = _quiet(connection, alerts)
    told: dict[int, list[Telling]] = {}
    for number, name in names.items():
        last: dict[str, Telling] = {}
        for at in sorted(moments.get(number, ())):
            last.update({one.channel: one for one in found.get((name, at), ())})
        last.update({one.channel: one for one in quiet.get(number, ())})
        told[number] = list(last.values())
    return told


def _last_moments(connection: sa.Connection, numbers: Sequence[int]) -> dict[int, set[int]]:
    """Return when each of these alerts was told, repeated, told to others last."""
    last = (
        sa.select(sa.func.max(_entry.c.id))
        .where(_entry.c.alert.in_(numbers), _entry.c.what.in_(TELLING))
        .group_by(_entry.c.alert, _entry.c.what)
    )
    moments: dict[int, set[int]] = {}
    for row in connection.execute(sa.select(_entry.c.alert, _entry.c.at).where(_entry.c.id.in_(last))):
        moments.setdefault(row.alert, set()).add(row.at)
    return moments


def _quiet(connection: sa.Connection, alerts: Sequence[Stored]) -> dict[int, list[Telling]]:
    """Return what waits for the end of quiet hours."""
    channels = sorted({channel for one in alerts for channel in one.alert.channels})
    query = sa.select(_digest).where(_digest.c.channel.in_(channels), _digest.c.alert.in_([one.id for one in alerts]))
    found: dict[int, list[Telling]] = {}
    for row in connection.execute(query) if channels else ():
        found.setdefault(row.alert, []).append(Telling(row.channel, "digest", "quiet", row.due))
    return found


def _find(connection: sa.Connection, wanted: Mapping[Pair, set[int]]) -> dict[tuple[Pair, int], list[Telling]]:
    moments = sorted({at for ats in wanted.values() for at in ats})
    if not moments:
        return {}
    query = sa.select(_told).where(_told.c.at.in_(moments)).order_by(_told.c.id)
    rows = [_Found(row, _read(row.message)) for row in connection.execute(query)]
    keys = _copy_keys(connection, [one for one in rows if one.row.state != "sent"])
    copies = _copies(connection, keys)
    found: dict[tuple[Pair, int], list[Telling]] = {}
    for row, message in rows:
        # A copy for another channel bears the time of the first one, which tells of it.
        if message.time_ns != row.at or row.key in keys:
            continue
        telling = Telling(row.channel, row.kind, row.state, row.sent_at, row.error, tuple(copies.get(row.key, ())))
        for name in {(item.host, item.task) for item in message.items}:
            if row.at in wanted.get(name, ()):
                found.setdefault((name, row.at), []).append(telling)
    return found


def _copy_keys(connection: sa.Connection, unsent: Sequence[_Found]) -> dict[str, str]:
    """Return, by the keys that copies of these messages have on other channels, the keys of these."""
    channels = list(notifications.health(connection)) if unsent else []
    return {
        notifications.key_for(one.message.key, other): one.row.key
        for one in unsent
        for other in channels
        if other != one.row.channel
    }


def _copies(connection: sa.Connection, keys: Mapping[str, str]) -> dict[str, list[tuple[str, bool]]]:
    """Return the channels that copies went to, and whether they have them, by the keys of the first ones."""
    wanted = list(keys)
    found: dict[str, list[tuple[str, bool]]] = {}
    for begin in range(0, len(wanted), _MOST):
        query = sa.select(_told.c.key, _told.c.channel, _told.c.state).where(
            _told.c.key.in_(wanted[begin : begin + _MOST])
        )
        for row in connection.execute(query.order_by(_told.c.id)):
            found.setdefault(keys[row.key], []).append((row.channel, row.state == "sent"))
    return found
