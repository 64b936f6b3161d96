# SPDX-License-Identifier: MIT
"""Writes batches: everything that follows from them, in the caller's one transaction.

Order of steps (each relies on the one before):

1. the events that are not there yet are folded into their runs, and only these, so that nothing is counted twice
2. they are inserted, with the task of their run where they name none, and so are the data they share and the marks and
   numbers of their runs; an event that the database refuses becomes a dead letter, alone
3. tasks follow, and each change of a task's state is stored as a transition, also those that a later event of the batch took back
4. the scripts that runs show are noted, and what is usual for a task is learnt from its runs that ended well
5. the epoch's watermark moves, since everything of the batch is now there (or will not be, if this rolls back)

What is so old that it may have been deleted (`horizon`) is known when its seq arrived before: a batch that is sent again after
years brings nothing back. The same holds for dead letters, which may have been retried or dropped meanwhile.

"Look which are known, then insert" is safe: SQLite has a single writer, and elsewhere the rows that are read to be written are
locked, and a row that two transactions make at once makes the later one start anew (`driver`, ContendedError). Nothing is ever
stored twice where nobody looked: an event's id is a primary key.
"""

import collections
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central import watermark
from humeops.central.store import arriving, epochs, processes, statements
from humeops.central.store.parcels import Dead, Parcel
from humeops.central.store.questions.tasks import Version
from humeops.event import Event


class Taken(NamedTuple):
    """What became of a batch."""

    committed_upto: int
    stored: int
    known: int
    dead: int


class Again(NamedTuple):
    """What became of dead letters, each a parcel of its own; `refused` tells of those that stay why, by number."""

    stored: int
    refused: dict[int, str]


class Done(NamedTuple):
    """What became of some batches: of each its own, and of all of them the tasks that changed, as they are now, and the new events."""

    taken: list[Taken]
    tasks: dict[tuple[str, str], Version]
    keys: list[bytes]  # of the events that were not there before


def take(connection: sa.Connection, parcel: Parcel) -> Taken:
    """Store one batch; see take_all."""
    return take_all(connection, [parcel]).taken[0]


def take_all(connection: sa.Connection, parcels: Sequence[Parcel]) -> Done:
    """Store these batches in their order, as one; what it says is true when the caller's transaction has been committed.

    Many small batches cost little more than one large one: each step is one round trip for all of them.
    """
    return _take(connection, parcels, statements.ROWS_FAULT)


def take_all_carefully(connection: sa.Connection, parcels: Sequence[Parcel]) -> Done:
    """Store these batches as take_all does; an event that brings out a fault of ours becomes a dead letter, too."""
    return _take(connection, parcels, (Exception,))


def take_again(connection: sa.Connection, parcels: Sequence[Parcel]) -> Again:
    """Store what was a dead letter. That its seq arrived is known; when its agent was heard does not change."""
    lives = epochs.Lives(connection, [(one.agent, one.epoch) for one in parcels])
    outcome = arriving.Group(connection, parcels, lives, (Exception,), again=True).store()
    for one in outcome.new:
        # What it declares lost counts from now on.
        lives.advance(parcels[one.parcel], (), [one.event] if one.event.kind == "loss" else ())
    lives.store()
    return Again(len(outcome.new), {one.parcel: error for one, error in outcome.refused})


def _take(connection: sa.Connection, parcels: Sequence[Parcel], faults: tuple[type[Exception], ...]) -> Done:
    lives = epochs.Lives(connection, [(one.agent, one.epoch) for one in parcels])
    outcome = arriving.Group(connection, parcels, lives, faults).store()
    taken = _settle(connection, lives, parcels, outcome)
    return Done(taken, outcome.tasks, [one.key for one in outcome.new])


def _settle(
    connection: sa.Connection, lives: epochs.Lives, parcels: Sequence[Parcel], outcome: arriving.Outcome
) -> list[Taken]:
    """Move the watermarks of the batches, whose events are stored, one after the other; return what became of each."""
    stored = collections.Counter(one.parcel for one in outcome.new)
    losses: dict[int, list[Event]] = {}
    for one in outcome.new:
        if one.event.kind == "loss":
            losses.setdefault(one.parcel, []).append(one.event)
    refused: dict[int, list[Dead]] = {}
    for one, error in outcome.refused:
        refused.setdefault(one.parcel, []).append((one.seq, one.raw, error))
    taken, letters = [], []
    for number, parcel in enumerate(parcels):
        dead = [*parcel.dead, *refused.get(number, ())]
        life = lives.of(parcel.agent, parcel.epoch)
        unseen = [one for one in dead if not watermark.holds(life.mark, one[0])]
        letters += [(life.id, seq, parcel.received_at, error, bytes(raw)) for seq, raw, error in unseen]
        moved = lives.advance(parcel, _seqs(parcel), losses.get(number, ()))
        known = len(parcel.events) - stored[number] - len(refused.get(number, ()))
        taken.append(Taken(moved.mark.committed_upto, stored[number], known, len(dead)))
    statements.insert_dead_letters(connection, letters)
    lives.store()
    _hear(connection, [parcel for parcel in parcels if not parcel.reported])
    return taken


def _seqs(parcel: Parcel) -> Sequence[int]:
    if parcel.events and not parcel.dead:
        # They ascend; mostly without a hole.
        first, last = parcel.events[0][0], parcel.events[-1][0]
        if last - first == len(parcel.events) - 1:
            return range(first, last + 1)
    return sorted(seq for part in (parcel.events, parcel.dead) for seq, *_ in part)


def _hear(connection: sa.Connection, parcels: Sequence[Parcel]) -> None:
    """Note who was heard. A host that only reports over HTTP has no humed that could fall silent."""
    named = [(parcel, parcel.by) for parcel in parcels if parcel.by is not None]
    last = epochs.spoke_last(connection, (parcel.agent for parcel, _ in named))
    for parcel, by in named:
        if by.process != last.get(parcel.agent):
            processes.note_another(connection, parcel.agent, by, parcel.received_at)
            last[parcel.agent] = by.process
    heard = [epochs.Heard(one.agent, one.received_at, one.sent_at, one.health) for one in parcels]
    epochs.note_heard(connection, heard)
