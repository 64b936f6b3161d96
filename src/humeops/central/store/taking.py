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
locked, and a row that two transactions make at once makes the later one start anew (`driver`, ContendedError).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central import fold, watermark
from humeops.central.store import (
    epochs,
    horizon,
    learning,
    marking,
    naming,
    processes,
    rows,
    running,
    scripting,
    sharing,
    statements,
    tasking,
    textindex,
)
from humeops.central.store.questions.tasks import Version
from humeops.event import Event
from humeops.wire import batch
from humeops.wire.health import Health


class Parcel(NamedTuple):
    """A batch, read: what it holds, who sent it, when it came. Events already carry the host of their agent."""

    agent: int
    host: str
    epoch: str
    oldest: int
    sent_at: int
    received_at: int
    events: Sequence[tuple[int, Event, bytes]]  # seq, event, as it came
    dead: Sequence[tuple[int, bytes, str]]  # seq, as it came, why it cannot be read
    lost: Sequence[tuple[int, int]] = ()  # ranges of seqs that its agent had to drop
    health: Health | None = None  # how its humed fares, when it says so
    reported: bool = False  # no humed sent it
    by: batch.By | None = None  # which humed sent it, where it says so


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


class _Candidate(NamedTuple):
    key: bytes
    parcel: int  # its place among the parcels
    seq: int
    event: Event
    raw: bytes


class Done(NamedTuple):
    """What became of some batches: of each its own, and of all of them the tasks that changed, as they are now, and the new events."""

    taken: list[Taken]
    tasks: dict[tuple[str, str], Version]
    keys: list[bytes]  # of the events that were not there before


class _Outcome(NamedTuple):
    new: list[_Candidate]
    refused: list[tuple[_Candidate, str]]
    tasks: dict[tuple[str, str], Version]


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
    lives = {
        life: epochs.find_or_make(connection, *life) for life in sorted({(one.agent, one.epoch) for one in parcels})
    }
    group = _Group(connection, parcels, [lives[one.agent, one.epoch] for one in parcels], (Exception,), again=True)
    outcome = group.store()
    for one in outcome.new:
        parcel = parcels[one.parcel]
        life = (parcel.agent, parcel.epoch)
        # What it declares lost counts from now on.
        lives[life] = epochs.advance(connection, lives[life], parcel, (), [one.event])
    return Again(len(outcome.new), {one.parcel: error for one, error in outcome.refused})


def _take(connection: sa.Connection, parcels: Sequence[Parcel], faults: tuple[type[Exception], ...]) -> Done:
    # In one order everywhere, so that two who want the same rows wait for each other in turn.
    lives = {
        life: epochs.find_or_make(connection, *life) for life in sorted({(one.agent, one.epoch) for one in parcels})
    }
    group = _Group(connection, parcels, [lives[one.agent, one.epoch] for one in parcels], faults)
    outcome = group.store()
    taken = [_settle(connection, lives, number, parcel, outcome) for number, parcel in enumerate(parcels)]
    return Done(taken, outcome.tasks, [one.key for one in outcome.new])


def _settle(
    connection: sa.Connection,
    lives: dict[tuple[int, str], epochs.Epoch],
    number: int,
    parcel: Parcel,
    outcome: _Outcome,
) -> Taken:
    """Move the watermark of one batch whose events are stored."""
    life = (parcel.agent, parcel.epoch)
    refused = [(one.seq, one.raw, error) for one, error in outcome.refused if one.parcel == number]
    dead = [*parcel.dead, *refused]
    unseen = [one for one in dead if not watermark.holds(lives[life].mark, one[0])]
    statements.insert_dead_letters(
        connection, [(lives[life].id, seq, parcel.received_at, error, bytes(raw)) for seq, raw, error in unseen]
    )
    new = [one.event for one in outcome.new if one.parcel == number]
    seqs = sorted(seq for part in (parcel.events, parcel.dead) for seq, *_ in part)
    lives[life] = epochs.advance(connection, lives[life], parcel, seqs, new)
    if not parcel.reported:
        # A host that only reports over HTTP has no humed that could fall silent.
        spoke_last = epochs.note_agent(connection, parcel.agent, parcel.received_at, parcel.sent_at, parcel.health)
        if parcel.by is not None and parcel.by.process != spoke_last:
            processes.note_another(connection, parcel.agent, parcel.by, parcel.received_at)
    known = len(parcel.events) - len(new) - len(refused)
    return Taken(lives[life].mark.committed_upto, len(new), known, len(dead))


class _Group:
    """The events of some batches on their way into the database."""

    def __init__(
        self,
        connection: sa.Connection,
        parcels: Sequence[Parcel],
        lives: Sequence[epochs.Epoch],
        faults: tuple[type[Exception], ...],
        again: bool = False,
    ) -> None:
        self._faults = faults
        self._connection = connection
        self._parcels = parcels
        self._lives = lives
        self._again = again
        self._goal = horizon.highest_goal(connection)
        self._indexed = textindex.goal(connection)
        self._outcome = _Outcome([], [], {})

    def store(self) -> _Outcome:
        """Store what is not there yet."""
        self._store(self._not_yet_known())
        return self._outcome

    def _not_yet_known(self) -> list[_Candidate]:
        candidates: dict[bytes, _Candidate] = {}
        for number, parcel in enumerate(self._parcels):
            for seq, event, raw in parcel.events:
                key = rows.key_of(event.id)
                candidates.setdefault(key, _Candidate(key, number, seq, event, raw))
        for known in statements.known_events(self._connection, list(candidates)):
            del candidates[known]
        return [one for one in candidates.values() if not self._was_there(one)]

    def _was_there(self, one: _Candidate) -> bool:
        # A dead letter arrived, and was never an event.
        return not self._again and one.key < self._goal and watermark.holds(self._lives[one.parcel].mark, one.seq)

    def _store(self, candidates: list[_Candidate]) -> None:
        """Store all of them or, when the database refuses, each half by itself: in the end the bad event alone is left out."""
        if not candidates:
            return
        tasks: list[Version] = []
        error = statements.refusal(self._connection, lambda: tasks.extend(self._follow_up(candidates)), self._faults)
        if error is None:
            self._outcome.new.extend(candidates)
            self._outcome.tasks.update(((one.host, one.task), one) for one in tasks)
        elif len(candidates) == 1:
            self._outcome.refused.append((candidates[0], error))
        else:
            middle = len(candidates) // 2
            self._store(candidates[:middle])
            self._store(candidates[middle:])

    def _follow_up(self, candidates: list[_Candidate]) -> list[Version]:
        connection = self._connection
        ahead = self._ahead(candidates)
        folded = running.fold_into_runs(connection, [one.event for one in candidates], ahead)
        new = naming.name_new((one.event for one in candidates), folded.changes)
        statements.insert_events(
            connection, [self._row(event, one) for event, one in zip(new, candidates, strict=True)]
        )
        marking.mark(connection, new)
        sharing.share(connection, [*new, *naming.name_earlier(connection, folded.changes)])
        tasks = tasking.update(connection, new, folded, self._parcels[candidates[-1].parcel].received_at)
        scripting.see(connection, new, ahead)
        learning.learn(connection, folded.changes)
        horizon.note_late(connection, self._late(candidates, folded.changes))
        textindex.note_late(connection, [one.key for one in candidates if one.key <= self._indexed])
        return tasks

    def _ahead(self, candidates: list[_Candidate]) -> dict[str, int]:
        """Tell of the events whose time is yet to come when they were received: their hosts' clocks are wrong."""
        received = ((one.event, self._parcels[one.parcel].received_at) for one in candidates)
        return {event.id: at for event, at in received if event.time > at + fold.AHEAD_NS}

    def _late(self, candidates: list[_Candidate], runs: Iterable[str]) -> set[horizon.Late]:
        """Return what retention has passed by already."""
        late = {(one.key, "event") for one in candidates if one.key < self._goal}
        return late | {(key, "run") for key in map(rows.key_of, runs) if key < self._goal}

    def _row(self, event: Event, one: _Candidate) -> tuple[object, ...]:
        received_at = self._parcels[one.parcel].received_at
        return rows.event_row(event, one.key, self._lives[one.parcel].id, one.seq, received_at)
