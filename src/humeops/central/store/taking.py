# SPDX-License-Identifier: MIT
"""Writes one batch: everything that follows from it, in the caller's one transaction.

Order of steps (each relies on the one before):

1. the events that are not there yet are inserted; those the database refuses become dead letters, alone
2. only the new ones are folded into their runs, data and tasks, so that nothing is counted twice
3. a change of a task's state is stored as a transition
4. the epoch's watermark moves, since everything of the batch is now there (or will not be, if this rolls back)

The single writer makes "look which are known, then insert" safe; another engine has to take its own way in `_insert_new`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import epochs, rows, running, sharing, statements, tasking
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


def take(connection: sa.Connection, parcel: Parcel) -> Taken:
    """Store the batch; what it says is true for readers when the caller's transaction has been committed."""
    epoch = epochs.find_or_make(connection, parcel.agent, parcel.epoch)
    new, refused = _insert_new(connection, parcel, epoch.id)
    dead = [*parcel.dead, *refused]
    _bury(connection, epoch.id, parcel.received_at, dead)
    changes = running.fold_into_runs(connection, new)
    sharing.share(connection, new, changes)
    tasking.update(connection, new, changes, parcel.received_at)
    seqs = [seq for seq, _, _ in parcel.events] + [seq for seq, _, _ in parcel.dead]
    committed_upto = epochs.advance(connection, epoch, parcel.agent, sorted(seqs), parcel.oldest, new)
    epochs.note_agent(connection, parcel.agent, parcel.received_at, parcel.sent_at)
    return Taken(committed_upto, len(new), len(parcel.events) - len(new) - len(refused), len(dead))


def _insert_new(
    connection: sa.Connection, parcel: Parcel, epoch: int
) -> tuple[list[Event], list[tuple[int, bytes, str]]]:
    candidates: dict[bytes, _Candidate] = {}
    for seq, event, raw in parcel.events:
        key = rows.key_of(event.id)
        candidates.setdefault(key, _Candidate(key, seq, event, raw))
    for known in statements.known_events(connection, list(candidates)):
        del candidates[known]
    new: list[Event] = []
    refused: list[tuple[int, bytes, str]] = []
    _insert(connection, list(candidates.values()), epoch, parcel.received_at, new, refused)
    return new, refused


def _insert(
    connection: sa.Connection,
    candidates: list[_Candidate],
    epoch: int,
    received_at: int,
    new: list[Event],
    refused: list[tuple[int, bytes, str]],
) -> None:
    """Insert all of them or, when the database refuses, each half by itself: the bad event alone is left out."""
    if not candidates:
        return
    made = [rows.event_row(one.event, one.key, epoch, one.seq, received_at) for one in candidates]
    error = statements.try_insert_events(connection, made)
    if error is None:
        new.extend(one.event for one in candidates)
    elif len(candidates) == 1:
        refused.append((candidates[0].seq, candidates[0].raw, f"the database refuses it: {error}"))
    else:
        middle = len(candidates) // 2
        _insert(connection, candidates[:middle], epoch, received_at, new, refused)
        _insert(connection, candidates[middle:], epoch, received_at, new, refused)


def _bury(connection: sa.Connection, epoch: int, received_at: int, dead: list[tuple[int, bytes, str]]) -> None:
    statements.insert_dead_letters(connection, [(epoch, seq, received_at, error, raw) for seq, raw, error in dead])
