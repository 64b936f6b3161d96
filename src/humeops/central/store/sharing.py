# SPDX-License-Identifier: MIT
"""Keeps the current value of shared data: for each host, task and key the one written last, by (time, id) of its event.

So the result does not depend on the order in which events arrive.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from humeops.central.store import rows, statements
from humeops.central.store.running import Change, task_of
from humeops.event import Event

_NS_PER_SECOND = 1_000_000_000


def share(connection: sa.Connection, new: Iterable[Event], changes: Mapping[str, Change]) -> None:
    """Take over what these new events share."""
    last: dict[tuple[str, str, str], Event] = {}
    for event in new:
        if event.kind != "data":
            continue
        host, task = _where(event, changes)
        for key in event.data:
            known = last.get((host, task, key))
            if known is None or (known.time, known.id) < (event.time, event.id):
                last[host, task, key] = event
    statements.put_data(connection, [_row(*place, event) for place, event in last.items()])


def _where(event: Event, changes: Mapping[str, Change]) -> tuple[str, str]:
    if event.task or not event.run:
        return event.host, event.task
    return event.host, task_of(changes[event.run].after)[1]


def _row(host: str, task: str, key: str, event: Event) -> tuple[object, ...]:
    expires_at = None if event.ttl is None else min(event.time + event.ttl * _NS_PER_SECOND, rows.UPTO)
    return (
        host,
        task,
        key,
        rows.json_text(event.data[key]),
        event.time,
        rows.key_of(event.id),
        event.unit,
        rows.key_of(event.run) if event.run else None,
        event.origin.uid,
        expires_at,
    )
