# SPDX-License-Identifier: MIT
"""Keeps the current value of shared data: for each host, task and key the one written last, by (time, id) of its event.

So the result does not depend on the order in which events arrive.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from humeops.central.store import rows, statements
from humeops.event import Event

_NS_PER_SECOND = 1_000_000_000


def share(connection: sa.Connection, said: Iterable[Event]) -> None:
    """Take over what these events share; one without a task is named when its run's start comes (see naming)."""
    last: dict[tuple[str, str, str], Event] = {}
    for event in said:
        if event.kind != "data" or not event.task:
            continue
        for key in event.data:
            place = (event.host, event.task, key)
            known = last.get(place)
            if known is None or (known.time, known.id) < (event.time, event.id):
                last[place] = event
    statements.put_data(connection, [_row(*place, event) for place, event in last.items()])


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
        rows.key_of_run(event.run) if event.run else None,
        event.origin.uid,
        expires_at,
    )
