# SPDX-License-Identifier: MIT
"""What a channel does not take is told on others: once it counts as dead, whatever waits for it then and whatever comes later.

A copy has a key that is always the same, so what was copied once is not copied again, whoever looks how often. The message itself
goes on waiting for its own channel. Whoever hears of a trouble so is to hear that it is over, too.
"""

import sqlalchemy as sa

from humeops.central.alerts import routing
from humeops.central.notify.message import Message
from humeops.central.store import alertbooks, alertrows, notifications
from humeops.central.store.notifications import Held

# More than that for one dead channel is a storm that is told in few messages anyway; each further failure looks at the newest again.
MOST_MOVED = 200


def note_failure(connection: sa.Connection, one: Held, error: str, now_ns: int, dead_after_ns: int) -> None:
    """Note that a channel did not take a message. If it is dead, others are told what it was to tell, and once that it is."""
    is_news = notifications.note_failure(connection, one.channel, error, now_ns, dead_after_ns)
    if not (is_news or notifications.is_dead(connection, one.channel)):
        return
    others = _others(connection, one.channel)
    copies = _copies(connection, one, others)
    if is_news:
        what = f"{len(copies)} message{'' if len(copies) == 1 else 's'} for it follow{'s' if len(copies) == 1 else ''} here"
        _tell(connection, others, one.channel, f"The channel {one.channel} does not work: {error}. {what}.", now_ns)
    for message, by_channel in copies:
        for name, copy in by_channel.items():
            notifications.put(connection, name, copy, now_ns)
        if message.items:
            alertrows.note_told(connection, [(item.host, item.task) for item in message.items], list(by_channel))


def note_success(connection: sa.Connection, channel: str, now_ns: int) -> None:
    """Note that a channel took a message; if it was dead, others are told that it is back."""
    if notifications.note_success(connection, channel, now_ns):
        others = _others(connection, channel)
        _tell(connection, others, channel, f"The channel {channel} works again.", now_ns)


def _copies(connection: sa.Connection, one: Held, others: list[str]) -> list[tuple[Message, dict[str, Message]]]:
    """Return what was for this channel and is not on its way elsewhere yet, with the copies that are missing."""
    waiting = notifications.waiting(connection, one.channel, MOST_MOVED)
    # What was refused just now, or given up, waits no more.
    if one.message.kind not in notifications.OF_ONE and one.message.key not in {message.key for message in waiting}:
        waiting = [one.message, *waiting]
    found = []
    for message in waiting:
        made = {name: notifications.copy_for(message, name, one.channel) for name in others}
        if new := {name: copy for name, copy in made.items() if not notifications.is_known(connection, copy.key)}:
            found.append((message, new))
    return found


def _tell(connection: sa.Connection, others: list[str], channel: str, note: str, now_ns: int) -> None:
    for name in others:
        notifications.add(connection, name, "notice", (), f"channel {channel}", now_ns, note=note)


def _others(connection: sa.Connection, channel: str) -> list[str]:
    written = alertbooks.current(connection).book
    dead = [one.channel for one in notifications.health(connection).values() if one.dead_at is not None]
    return routing.instead(written, list(alertbooks.channels(connection, written)), [channel, *dead])
