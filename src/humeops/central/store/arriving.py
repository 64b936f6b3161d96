# SPDX-License-Identifier: MIT
"""Stores the events of some batches, and all that follows from them but the watermarks (see taking); what is there already is left.

*Design.* An event whose seq is beyond all that came of its epoch is taken for new without asking, for it nearly always is: asking
about each was a fifth of what PostgreSQL had to do. An event's id is a primary key, so the database refuses it where it is not
new; then nothing was done, and it is asked about every event. What the database refuses for another reason is found by halves.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central import fold, watermark
from humeops.central.store import (
    epochs,
    horizon,
    learning,
    marking,
    naming,
    rows,
    running,
    scripting,
    sharing,
    statements,
    tasking,
    textindex,
)
from humeops.central.store.database import ContendedError
from humeops.central.store.parcels import Parcel
from humeops.central.store.questions.tasks import Version
from humeops.event import Event


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """An event that may be new."""

    key: bytes
    parcel: int  # its place among the parcels
    seq: int
    event: Event
    raw: bytes


class Outcome(NamedTuple):
    """What became of them: those that were new, those that cannot be stored, with the reason, and the tasks as they are now."""

    new: list[Candidate]
    refused: list[tuple[Candidate, str]]
    tasks: dict[tuple[str, str], Version]


class Group:
    """The events of some batches on their way into the database."""

    def __init__(
        self,
        connection: sa.Connection,
        parcels: Sequence[Parcel],
        lives: epochs.Lives,
        faults: tuple[type[Exception], ...],
        again: bool = False,
    ) -> None:
        self._faults = faults
        self._connection = connection
        self._parcels = parcels
        self._epochs = [lives.of(one.agent, one.epoch) for one in parcels]
        self._again = again
        self._goal = horizon.highest_goal(connection)
        self._indexed = textindex.goal(connection)
        self._outcome = Outcome([], [], {})

    def store(self) -> Outcome:
        """Store what is not there yet."""
        candidates = self._candidates()
        trusted = {number for number, parcel in enumerate(self._parcels) if self._is_ahead(number, parcel)}
        doubted = [one for one in candidates.values() if one.parcel not in trusted]
        faults = (*self._faults, ContendedError)
        if not trusted or self._refusal(self._not_yet_known(candidates, doubted), faults) is not None:
            self._store(self._not_yet_known(candidates, list(candidates.values())))
        return self._outcome

    def _candidates(self) -> dict[bytes, Candidate]:
        candidates: dict[bytes, Candidate] = {}
        for number, parcel in enumerate(self._parcels):
            for seq, event, raw in parcel.events:
                key = rows.key_of(event.id)
                if key not in candidates:
                    candidates[key] = Candidate(key, number, seq, event, raw)
        return candidates

    def _is_ahead(self, number: int, parcel: Parcel) -> bool:
        ranges = self._epochs[number].mark.ranges
        return not parcel.events or not ranges or parcel.events[0][0] > ranges[-1][1]

    def _not_yet_known(self, candidates: dict[bytes, Candidate], doubted: list[Candidate]) -> list[Candidate]:
        known = set(statements.known_events(self._connection, [one.key for one in doubted]))
        known.update(one.key for one in doubted if self._was_there(one))
        return [one for key, one in candidates.items() if key not in known] if known else list(candidates.values())

    def _was_there(self, one: Candidate) -> bool:
        # A dead letter arrived, and was never an event.
        return not self._again and one.key < self._goal and watermark.holds(self._epochs[one.parcel].mark, one.seq)

    def _store(self, candidates: list[Candidate]) -> None:
        """Store all of them or, when the database refuses, each half by itself: in the end the bad event alone is left out."""
        error = self._refusal(candidates, self._faults)
        if error is None:
            return
        if len(candidates) == 1:
            self._outcome.refused.append((candidates[0], error))
            return
        middle = len(candidates) // 2
        self._store(candidates[:middle])
        self._store(candidates[middle:])

    def _refusal(self, candidates: list[Candidate], faults: tuple[type[Exception], ...]) -> str | None:
        """Store all of them; or nothing, and return why."""
        if not candidates:
            return None
        tasks: list[Version] = []
        error = statements.refusal(self._connection, lambda: tasks.extend(self._follow_up(candidates)), faults)
        if error is None:
            self._outcome.new.extend(candidates)
            self._outcome.tasks.update(((one.host, one.task), one) for one in tasks)
        return error

    def _follow_up(self, candidates: list[Candidate]) -> list[Version]:
        connection = self._connection
        ahead = self._ahead(candidates)
        folded = running.fold_into_runs(connection, [one.event for one in candidates], ahead)
        new = naming.name_new((one.event for one in candidates), folded.changes)
        statements.insert_events(connection, self._rows(new, candidates))
        marks = marking.mark(connection, new)
        sharing.share(connection, [*new, *naming.name_earlier(connection, folded.changes)])
        tasks = tasking.update(connection, new, folded, self._parcels[candidates[-1].parcel].received_at)
        scripting.see(connection, new, ahead)
        learning.learn(connection, folded.changes, marks)
        horizon.note_late(connection, self._late(candidates, folded.changes))
        textindex.note_late(connection, [one.key for one in candidates if one.key <= self._indexed])
        return tasks

    def _ahead(self, candidates: list[Candidate]) -> dict[str, int]:
        """Tell of the events whose time is yet to come when they were received: their hosts' clocks are wrong."""
        latest = [parcel.received_at + fold.AHEAD_NS for parcel in self._parcels]
        ahead = (one for one in candidates if one.event.time > latest[one.parcel])
        return {one.event.id: self._parcels[one.parcel].received_at for one in ahead}

    def _late(self, candidates: list[Candidate], runs: Iterable[str]) -> set[horizon.Late]:
        """Return what retention has passed by already."""
        late = {(one.key, "event") for one in candidates if one.key < self._goal}
        return late | {(key, "run") for key in map(rows.key_of_run, runs) if key < self._goal}

    def _rows(self, new: list[Event], candidates: list[Candidate]) -> Iterator[tuple[object, ...]]:
        places = [(epoch.id, parcel.received_at) for epoch, parcel in zip(self._epochs, self._parcels, strict=True)]
        for event, one in zip(new, candidates, strict=True):
            epoch, received_at = places[one.parcel]
            yield rows.event_row(event, one.key, epoch, one.seq, received_at)
