# SPDX-License-Identifier: MIT
"""Lets go of a change that brings out a fault of ours, so that it keeps no other from being judged; people are told of it."""

import sqlalchemy as sa

from humeops.central.store import alertbooks, notifications, outbox


def set_aside(connection: sa.Connection, now_ns: int) -> bool:
    """Tell of the next change that it could not be judged, and let go of it; return whether there was one."""
    if not alertbooks.lock(connection, now_ns):
        return False
    changes = outbox.take(connection, 1)
    names = alertbooks.names(connection, alertbooks.current(connection).book)
    for one in changes:
        note = f"{one.host}:{one.task} was {one.before} and is {one.after}. A fault of hume's own keeps this from being an alert."
        for name in names:
            notifications.add(connection, name, "notice", (), f"aside {one.host} {one.task}", now_ns, note=note)
    return bool(changes)
