# SPDX-License-Identifier: MIT
"""Gives events that name a run and no task the task of that run, once the run's own start is there (protocol, section 1).

Until then they have none: their rows say so, and what they share is shared by nobody. A run has one start of its own, so
each event gets its task once and for all, and the end is the same whatever came first.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from humeops.central.store import rows, statements
from humeops.central.store.running import Change
from humeops.event import Event, Origin


def name_new(new: Iterable[Event], changes: Mapping[str, Change]) -> list[Event]:
    """Return these events of a batch, folded already, with the tasks that are known now."""
    return [event if event.task or not event.run else _named(event, changes[event.run].after.task) for event in new]


def name_earlier(connection: sa.Connection, changes: Mapping[str, Change]) -> list[Event]:
    """Name those that are stored and waited for a start that came with this batch; return what they share."""
    begun = {
        rows.key_of(run): change.after.task
        for run, change in changes.items()
        if change.before and change.before.task is None and change.after.task is not None
    }
    shared = [_data_event(row, task) for run, task in begun.items() for row in statements.unnamed_data(connection, run)]
    statements.name_events(connection, [(task, run) for run, task in begun.items()])
    return shared


def _named(event: Event, task: str | None) -> Event:
    # A copy: when the database refuses some event of the batch, all this is done again without that one.
    return msgspec.structs.replace(event, task=task) if task else event


def _data_event(row: Any, task: str) -> Event:
    event_id, time, host, run, text = row
    rest = rows.read_rest(text)
    return Event(
        v=1,
        id=rows.id_of(event_id),
        kind="data",
        time=time,
        host=host,
        task=task,
        run=rows.id_of(run),
        data=rest.data,
        unit=rest.unit,
        ttl=rest.ttl,
        origin=rest.origin or Origin(),
    )
