# SPDX-License-Identifier: MIT
"""Folds some entries of the stream into the database: one transaction, at the end of which the fences are asked.

What cannot be folded is found out by halves until the bad event alone is left, which goes to the dead letters with its bytes
and the reason; everything else of its batch is stored.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from humeops import crash
from humeops.central import intake, metrics
from humeops.central.current.copying import Due
from humeops.central.store import taking
from humeops.central.store.database import Database
from humeops.central.store.parcels import Parcel
from humeops.central.stream.inbox import TRIES, Entry
from humeops.central.stream.leases import LeaseLostError
from humeops.errors import MalformedEventError, UnavailableError, in_one_line
from humeops.wire import batch

Life = tuple[int, str]  # agent, epoch
_Take = Callable[[sa.Connection, Sequence[Parcel]], taking.Done]

_MOST_TOLD = 200  # characters of what is wrong with an entry

log = logging.getLogger(__name__)


class Folded(NamedTuple):
    """What is committed: how far each epoch is, the tasks that changed, with their partitions, and the events."""

    marks: dict[Life, int]
    due: list[Due]
    said: list[bytes]


class Folding:
    """`check` raises LeaseLostError inside the transaction when a partition is another worker's now.

    `note` is told inside of it what is about to change; what it raises rolls all of it back.
    """

    def __init__(
        self,
        database: Database,
        check: Callable[[sa.Connection, set[int]], None],
        note: Callable[[Sequence[Due]], None],
    ) -> None:
        self._database = database
        self._check = check
        self._note = note

    def fold(self, group: Sequence[Entry], buried: bool) -> Folded:
        """Commit these entries; return how far each epoch is committed, and what changed. `buried`: as dead letters, without reading events.

        Raises UnavailableError, LeaseLostError: nothing is done.
        """
        parcels = [parcel for entry in group if (parcel := open_entry(entry, buried)) is not None]
        partitions = {entry.agent.host: entry.partition for entry in group}
        crash.point("central-worker-read")
        try:
            done = self._commit(parcels, partitions, taking.take_all)
        except (UnavailableError, LeaseLostError, sa.exc.DBAPIError):
            raise
        except Exception:
            log.exception("folding failed; looking for the event that does it")
            done = self._commit(parcels, partitions, taking.take_all_carefully)
        lives = ((parcel.agent, parcel.epoch) for parcel in parcels)
        marks = {life: one.committed_upto for life, one in zip(lives, done.taken, strict=True)}
        return Folded(marks, _due(done, partitions), done.keys)

    def _commit(self, parcels: Sequence[Parcel], partitions: Mapping[str, int], take: _Take) -> taking.Done:
        def act(connection: sa.Connection) -> taking.Done:
            done = take(connection, parcels)
            # Last: the lock on the fences is then held for the commit alone.
            self._check(connection, set(partitions.values()))
            # Behind the fence: who takes the partition over waits for it, and finds the note.
            self._note(_due(done, partitions))
            crash.point("central-before-commit")
            return done

        done = self._database.write(act)
        metrics.note_stored(done.taken)
        return done


def _due(done: taking.Done, partitions: Mapping[str, int]) -> list[Due]:
    return [(partitions[one.host], one) for one in done.tasks.values()]


def open_entry(entry: Entry, buried: bool) -> Parcel | None:
    """Return the parcel in this entry; with `buried`, all its events set apart. None: it is no batch."""
    try:
        received = batch.unpack_batch(entry.body)
    except MalformedEventError as error:
        # The API lets none of these in. An agent that writes its stream itself may write as many as it likes: a line each.
        log.warning("an entry of %s is no batch: %s", entry.agent.host, in_one_line(error)[:_MOST_TOLD])
        return None
    if not buried:
        return intake.open_parcel(entry.agent, received, entry.received_at)
    why = f"{TRIES} workers ended with this batch in hand"
    log.error("a batch of %s goes to the dead letters: %s", entry.agent.host, why)
    empty = intake.open_parcel(entry.agent, msgspec.structs.replace(received, events=[]), entry.received_at)
    return empty._replace(dead=[(seq, bytes(raw), why) for seq, raw in received.events])
