# SPDX-License-Identifier: MIT
"""Writes one batch: everything that follows from it, in the caller's one transaction.

Order of steps (each relies on the one before):

1. the events that are not there yet are folded into their runs, and only these, so that nothing is counted twice
2. they are inserted, with the task of their run where they name none, and so are the data they share and the marks and
   numbers of their runs; an event that the database refuses becomes a dead letter, alone
3. tasks follow, and each change of a task's state is stored as a transition, also those that a later event of the batch took back
4. what is usual for a task is learnt from its runs that ended well
5. the epoch's watermark moves, since everything of the batch is now there (or will not be, if this rolls back)

The single writer makes "look which are known, then insert" safe; another engine has to take its own way in `_not_yet_known`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import epochs, learning, marking, naming, rows, running, sharing, statements, tasking
from humeops.event import Event


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


class Taken(NamedTuple):
    """What became of a batch."""

    committed_upto: int
    stored: int
    known: int
    dead: int


class _Candidate(NamedTuple):
    key: bytes
    seq: int
    event: Event
    raw: bytes


class _Outcome(NamedTuple):
    new: list[Event]
    refused: list[tuple[int, bytes, str]]


def take(connection: sa.Connection, parcel: Parcel) -> Taken:
    """Store the batch; what it says is true for readers when the caller's transaction has been committed."""
    epoch = epochs.find_or_make(connection, parcel.agent, parcel.epoch)
    outcome = _Outcome([], [])
    _store(connection, parcel, epoch.id, _not_yet_known(connection, parcel), outcome)
    dead = [*parcel.dead, *outcome.refused]
    statements.insert_dead_letters(
        connection, [(epoch.id, seq, parcel.received_at, error, bytes(raw)) for seq, raw, error in dead]
    )
    seqs = sorted(seq for part in (parcel.events, parcel.dead) for seq, *_ in part)
    committed_upto = epochs.advance(connection, epoch, parcel, seqs, outcome.new)
    epochs.note_agent(connection, parcel.agent, parcel.received_at, parcel.sent_at)
    known = len(parcel.events) - len(outcome.new) - len(outcome.refused)
    return Taken(committed_upto, len(outcome.new), known, len(dead))


def _not_yet_known(connection: sa.Connection, parcel: Parcel) -> list[_Candidate]:
    candidates: dict[bytes, _Candidate] = {}
    for seq, event, raw in parcel.events:
        key = rows.key_of(event.id)
        candidates.setdefault(key, _Candidate(key, seq, event, raw))
    for known in statements.known_events(connection, list(candidates)):
        del candidates[known]
    return list(candidates.values())


def _store(
    connection: sa.Connection, parcel: Parcel, epoch: int, candidates: list[_Candidate], outcome: _Outcome
) -> None:
    """Store all of them or, when the database refuses, each half by itself: in the end the bad event alone is left out."""
    if not candidates:
        return
    error = statements.refusal(connection, lambda: _follow_up(connection, parcel, epoch, candidates))
    if error is None:
        outcome.new.extend(one.event for one in candidates)
    elif len(candidates) == 1:
        outcome.refused.append((candidates[0].seq, candidates[0].raw, f"the database refuses it: {error}"))
    else:
        middle = len(candidates) // 2
        _store(connection, parcel, epoch, candidates[:middle], outcome)
        _store(connection, parcel, epoch, candidates[middle:], outcome)


def _follow_up(connection: sa.Connection, parcel: Parcel, epoch: int, candidates: list[_Candidate]) -> None:
    received_at = parcel.received_at
    folded = running.fold_into_runs(connection, [one.event for one in candidates])
    new = naming.name_new((one.event for one in candidates), folded.changes)
    statements.insert_events(
        connection,
        [
            rows.event_row(event, one.key, epoch, one.seq, received_at)
            for event, one in zip(new, candidates, strict=True)
        ],
    )
    marking.mark(connection, new)
    sharing.share(connection, [*new, *naming.name_earlier(connection, folded.changes)])
    tasking.update(connection, new, folded, received_at)
    learning.learn(connection, folded.changes)
