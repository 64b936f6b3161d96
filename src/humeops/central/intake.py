# SPDX-License-Identifier: MIT
"""Takes one batch from one agent: reads it, commits all of it in one transaction, and says how far it is committed.

When `take` returns, every event of the batch is on stable storage, was there already, or lies in the dead letters; a
crash at any moment leaves the whole batch or nothing of it, and the agent sends it again. The batch's events carry the
host of the agent's credential afterwards, whatever they claimed.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import msgspec
import sqlalchemy as sa

from humeops import crash
from humeops.central import metrics
from humeops.central.store import rows, taking
from humeops.central.store.database import Database
from humeops.central.store.parcels import Parcel
from humeops.central.store.running import NAMELESS
from humeops.errors import MalformedEventError
from humeops.event import Event
from humeops.wire import batch, codec, health

Told: TypeAlias = Callable[[Sequence[bytes]], None]

_LARGEST_UID = 2**32 - 1


class Agent(NamedTuple):
    """Who sends: its row, and the host it speaks for."""

    id: int
    host: str


def take(database: Database, agent: Agent, body: bytes, received_at: int, told: Told | None = None) -> batch.Receipt:
    """Commit the batch in this body and return the receipt; raise MalformedEventError, nothing stored, if it is none.

    `told` gets the ids of its events once they are committed, where any of them was new.
    """
    crash.point("central-received")
    parcel = open_parcel(agent, batch.unpack_batch(body), received_at)

    def commit(connection: sa.Connection) -> taking.Taken:
        taken = taking.take(connection, parcel)
        crash.point("central-before-commit")
        return taken

    taken = database.write(commit)
    crash.point("central-after-commit")
    metrics.note_intake("database", len(parcel.events) + len(parcel.dead), len(body))
    metrics.note_stored([taken])
    if told is not None and taken.stored:
        told([rows.key_of(event.id) for _, event, _ in parcel.events])
    return batch.Receipt(*taken)


def open_parcel(agent: Agent, received: batch.Batch, received_at: int) -> Parcel:
    """Read the events of a batch; those that cannot be read are set apart with the reason."""
    events: list[tuple[int, Event, bytes]] = []
    dead: list[tuple[int, bytes, str]] = []
    for seq, raw in received.events:
        try:
            event = codec.decode(raw)
        except MalformedEventError as error:
            dead.append((seq, bytes(raw), str(error)))
            continue
        _assign(event, agent.host)
        events.append((seq, event, raw))
    return Parcel(
        agent.id,
        agent.host,
        received.epoch,
        received.oldest,
        received.sent_at,
        received_at,
        events,
        dead,
        received.lost,
        health.unpack(received.health),
        received.reported,
        received.by if received.by is not msgspec.UNSET else None,
    )


def _assign(event: Event, host: str) -> None:
    event.host = host
    if event.run is None and event.kind == "start":
        event.run = event.id
    if event.origin.uid is not None and not 0 <= event.origin.uid <= _LARGEST_UID:
        event.origin.uid = None
    if not event.task and (event.run is None or event.kind == "start"):
        event.task = NAMELESS
