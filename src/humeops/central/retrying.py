# SPDX-License-Identifier: MIT
"""Folds dead letters again, after a fault was mended or a newer hume can read them.

What can be stored now is stored and its letter gone in one transaction: exactly once, whatever happens in between. What cannot
stays, with the reason of this time. How far its agent is committed, and when it was heard, does not change. Where there is a copy of the
tasks in Redis, the tasks of these letters are noted for it before the commit.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import msgspec
import sqlalchemy as sa

from humeops.central import intake
from humeops.central.current.picture import Picture
from humeops.central.store import burying, rows, tables, taking
from humeops.central.store.database import Database
from humeops.central.store.parcels import Parcel
from humeops.central.store.questions import dead
from humeops.wire import batch

AT_ONCE = 100
Note: TypeAlias = Callable[[sa.Connection], None]
_run = tables.run


class Retried(NamedTuple):
    """What became of letters: stored now, known already (its event was there), or still dead."""

    stored: int = 0
    known: int = 0
    dead: int = 0


def retry(database: Database, keys: Sequence[dead.Key], picture: Picture, note: Note) -> Retried:
    """Try these again, some in each transaction, the first of which has the line of the audit log that `note` writes.

    Raises UnavailableError when the copy's Redis is away.
    """
    done = Retried()
    for begin in range(0, len(keys), AT_ONCE):

        def act(connection: sa.Connection, begin: int = begin) -> Retried:
            if not begin:
                note(connection)
            return retry_some(connection, keys[begin : begin + AT_ONCE], picture)

        done = Retried(*(sum(pair) for pair in zip(done, database.write(act), strict=True)))
    return done


def retry_some(connection: sa.Connection, keys: Sequence[dead.Key], picture: Picture) -> Retried:
    """Try these again, in the caller's transaction."""
    letters = dead.held(connection, keys)
    parcels = [_parcel(letter) for letter in letters]
    again = taking.take_again(connection, parcels)
    errors = {number: why for number, parcel in enumerate(parcels) for _, _, why in parcel.dead} | again.refused
    names = [(letter.life, letter.seq) for letter in letters]
    burying.explain(connection, [(names[number], why) for number, why in sorted(errors.items())])
    burying.drop(connection, [name for number, name in enumerate(names) if number not in errors])
    picture.note(connection, sorted(_tasks_of(connection, parcels)))
    return Retried(again.stored, len(letters) - again.stored - len(errors), len(errors))


def _tasks_of(connection: sa.Connection, parcels: Sequence[Parcel]) -> set[tuple[str, str]]:
    """Return the tasks that the events in these name, and those of their runs."""
    said = [event for parcel in parcels for _, event, _ in parcel.events]
    runs = [rows.key_of(event.run) for event in said if event.run]
    found = connection.execute(sa.select(_run.c.host, _run.c.task).where(_run.c.id.in_(runs))).all()
    return {(event.host, event.task) for event in said if event.task} | {(row.host, row.task) for row in found}


def _parcel(letter: dead.Letter) -> Parcel:
    # One each: they are of any epochs, and came at any times.
    received = batch.Batch(1, letter.epoch, 1, letter.received_at, [(letter.seq, msgspec.Raw(letter.raw))])
    return intake.open_parcel(intake.Agent(letter.agent, letter.host), received, letter.received_at)
