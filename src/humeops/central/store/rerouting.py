# SPDX-License-Identifier: MIT
"""Messages to a channel that was removed: what they are about goes where the routes lead now, and what is left has a fate."""

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa

from humeops.central.alerts import course, routing
from humeops.central.alerts.course import Alert
from humeops.central.notify.message import Item, Message
from humeops.central.store import alertbooks, alertrows, digests, notifications, surroundings
from humeops.central.store.notifications import Held

# A recovery is for whoever heard of the trouble, an escalation for whom its rule names.
_ROUTED = ("problem", "reminder", "digest")


def send_elsewhere(connection: sa.Connection, one: Held, now_ns: int) -> None:
    """Let go of this message, and tell what it is about to whom the routes name now and who was not told of it."""
    notifications.give_up(connection, one, f"there is no channel {one.channel} any more")
    if one.message.kind not in _ROUTED:
        return
    for channel, items in _by_channel(connection, one.message, now_ns).items():
        key = notifications.key_for(one.message.key, channel)
        if not notifications.is_known(connection, key):
            message = msgspec.structs.replace(one.message, key=key, items=tuple(items))
            notifications.put(connection, channel, message, now_ns)
            alertrows.note_told(connection, [(item.host, item.task) for item in items], [channel])


def hand_on(connection: sa.Connection, alerts: Mapping[int, Alert], now_ns: int) -> None:
    """Have these, by number, which waited for the digest of a removed channel, told in digests of those whom the routes name now."""
    written = alertbooks.current(connection).book
    channels = alertbooks.names(connection, written)
    tags = surroundings.tags(connection, [(one.host, one.task) for one in alerts.values()])
    told: dict[int, Alert] = {}
    for number, alert in alerts.items():
        seen = surroundings.seen(alert, tags)
        new = [way for way in routing.ways(written, channels, seen, now_ns) if way.channel not in alert.channels]
        for way in new:
            digests.add(connection, way.channel, number, way.quiet_until or now_ns)
        told[number] = course.told_to(alert, [way.channel for way in new])
    alertrows.put(connection, told)


def _by_channel(connection: sa.Connection, message: Message, now_ns: int) -> dict[str, list[Item]]:
    written = alertbooks.current(connection).book
    channels = alertbooks.names(connection, written)
    names = [(item.host, item.task) for item in message.items]
    tags, known = surroundings.tags(connection, names), alertrows.current(connection, names)
    found: dict[str, list[Item]] = {}
    for item, name in zip(message.items, names, strict=True):
        stored = known.get(name)
        seen = surroundings.facts_of(*name, item.state, item.reason, tags.get(name, ()))
        for way in routing.ways(written, channels, seen, now_ns) if stored else ():
            # What is over by now needs no telling; whoever was told of it knows.
            if stored and way.channel not in stored.alert.channels:
                found.setdefault(way.channel, []).append(item)
    return found
