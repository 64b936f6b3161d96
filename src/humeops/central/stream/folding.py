# SPDX-License-Identifier: MIT
"""Folds some entries of the stream into the database: one transaction, at the end of which the fences are asked.

What cannot be folded is found out by halves until the bad event alone is left, which goes to the dead letters with its bytes
and the reason; everything else of its batch is stored.
"""

import logging
from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa

from humeops import crash
from humeops.central import intake, metrics
from humeops.central.store import taking
from humeops.central.store.database import Database
from humeops.central.stream.inbox import TRIES, Entry
from humeops.central.stream.leases import LeaseLostError
from humeops.errors import MalformedEventError, UnavailableError
from humeops.wire import batch

Life = tuple[int, str]  # agent, epoch
_Take = Callable[[sa.Connection, Sequence[taking.Parcel]], list[taking.Taken]]

log = logging.getLogger(__name__)


class Folding:
    """`check` raises LeaseLostError inside the transaction when a partition is another worker's now."""

    def __init__(self, database: Database, check: Callable[[sa.Connection, set[int]], None]) -> None:
        self._database = database
        self._check = check

    def fold(self, group: Sequence[Entry], buried: bool) -> dict[Life, int]:
        """Commit these entries; return how far each epoch is committed. `buried`: as dead letters, without reading events.

        Raises UnavailableError, LeaseLostError: nothing is done.
        """
        parcels = [parcel for entry in group if (parcel := open_entry(entry, buried)) is not None]
        partitions = {entry.partition for entry in group}
        crash.point("central-worker-read")
        try:
            taken = self._commit(parcels, partitions, taking.take_all)
        except (UnavailableError, LeaseLostError, sa.exc.DBAPIError):
            raise
        except Exception:
            log.exception("folding failed; looking for the event that does it")
            taken = self._commit(parcels, partitions, taking.take_all_carefully)
        return {(parcel.agent, parcel.epoch): one.committed_upto for parcel, one in zip(parcels, taken, strict=True)}

    def _commit(self, parcels: Sequence[taking.Parcel], partitions: set[int], take: _Take) -> list[taking.Taken]:
        def act(connection: sa.Connection) -> list[taking.Taken]:
            taken = take(connection, parcels)
            # Last: the lock on the fences is then held for the commit alone.
            self._check(connection, partitions)
            crash.point("central-before-commit")
            return taken

        taken = self._database.write(act)
        metrics.note_stored(taken)
        return taken


def open_entry(entry: Entry, buried: bool) -> taking.Parcel | None:
    """Return the parcel in this entry; with `buried`, all its events set apart. None: it is no batch."""
    try:
        received = batch.unpack_batch(entry.body)
    except MalformedEventError:
        # The API lets none of these in; whoever wrote it has nothing here that could be told of.
        log.exception("an entry of %s is no batch", entry.agent.host)
        return None
    if not buried:
        return intake.open_parcel(entry.agent, received, entry.received_at)
    why = f"{TRIES} workers ended with this batch in hand"
    log.error("a batch of %s goes to the dead letters: %s", entry.agent.host, why)
    empty = intake.open_parcel(entry.agent, msgspec.structs.replace(received, events=[]), entry.received_at)
    return empty._replace(dead=[(seq, bytes(raw), why) for seq, raw in received.events])
