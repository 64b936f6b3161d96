# SPDX-License-Identifier: MIT
"""What is known of agents and of the lives of their spools: watermarks, loss, when they were heard.

*Design.* `Lives` reads and locks all epochs of some batches at once, moves them in memory, batch after batch, and writes at the
end what changed: as many statements for one batch as for hundreds.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import sqlalchemy as sa

from humeops.central import watermark
from humeops.central.store import driver, tables
from humeops.event import Event
from humeops.wire import batch
from humeops.wire.health import Health, pack
from humeops.wire.seqs import Range

Life = tuple[int, str]  # agent, name of the epoch

_epoch = tables.agent_epoch

# Locked where others write too: the batches of one epoch are then folded one after the other, whoever has them.
_EPOCHS = """
SELECT agent, epoch, id, declared_lost, floor, written_off FROM agent_epoch
WHERE (agent, epoch) IN (VALUES {pairs}) ORDER BY agent, epoch {lock}
"""
_RANGES = "SELECT epoch, first, last FROM agent_range WHERE epoch IN ({}) ORDER BY epoch, first"
# All of them are there: this is an UPDATE of many rows at once.
_PUT_EPOCHS = """
INSERT INTO agent_epoch (id, agent, epoch, floor, written_off, committed_upto, silently_lost, declared_lost)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET floor = excluded.floor, written_off = excluded.written_off,
  committed_upto = excluded.committed_upto, silently_lost = excluded.silently_lost, declared_lost = excluded.declared_lost
"""
_DROP_RANGES = "DELETE FROM agent_range WHERE epoch = ? AND first = ?"
_PUT_RANGES = """
INSERT INTO agent_range (epoch, first, last) VALUES (?, ?, ?) ON CONFLICT (epoch, first) DO UPDATE SET last = excluded.last
"""
_HEARD = "UPDATE agent SET last_seen_at = ?, skew = ? WHERE id = ?"
_FARED = "UPDATE agent SET health = ?, health_at = ? WHERE id = ?"
_SPOKE_LAST = "SELECT id, process FROM agent WHERE id IN ({}) {lock}"


class Epoch(NamedTuple):
    """One life of one spool: its row, and how far it is known."""

    id: int
    declared_lost: int
    mark: watermark.Watermark


class Word(Protocol):
    """What a batch says beside its events: who sent it, what it no longer owes, what it had to drop."""

    @property
    def agent(self) -> int: ...
    @property
    def epoch(self) -> str: ...
    @property
    def oldest(self) -> int: ...
    @property
    def lost(self) -> Sequence[Range]: ...


class Lives:
    """The epochs of some batches, made where they are new; `store` writes how far they were moved."""

    def __init__(self, connection: sa.Connection, lives: Iterable[Life]) -> None:
        self._connection = connection
        self._before: dict[Life, Epoch] = {}
        self._now: dict[Life, Epoch] = {}
        # In one order everywhere, so that two who want the same rows wait for each other in turn.
        self._find(sorted(set(lives)))

    def of(self, agent: int, name: str) -> Epoch:
        """Return this epoch as it is by now."""
        return self._now[agent, name]

    def advance(self, word: Word, seqs: Sequence[int], losses: Iterable[Event] = ()) -> Epoch:
        """Note that these ascending seqs arrived, with the losses that were declared; return the epoch as it then is."""
        life = (word.agent, word.epoch)
        for loss in losses:
            self._declare(life, loss)
        epoch = self._now[life]
        self._now[life] = epoch._replace(mark=watermark.advance(epoch.mark, seqs, word.oldest, word.lost))
        return self._now[life]

    def store(self) -> None:
        """Write what changed."""
        changed = [(life, self._before[life], now) for life, now in self._now.items() if now != self._before[life]]
        driver.many(self._connection, _PUT_EPOCHS, [_row(life, now) for life, _, now in changed])
        gone, come = [], []
        for _, before, now in changed:
            old, new = dict(before.mark.ranges), dict(now.mark.ranges)
            gone += [(now.id, first) for first in old if first not in new]
            come += [(now.id, first, last) for first, last in new.items() if old.get(first) != last]
        driver.many(self._connection, _DROP_RANGES, gone)
        driver.many(self._connection, _PUT_RANGES, come)
        self._before = dict(self._now)

    def _find(self, lives: Sequence[Life]) -> None:
        found = {(row[0], row[1]): row[2:] for row in driver.all_for_pairs(self._connection, _EPOCHS, lives)}
        ranges: dict[int, list[Range]] = {}
        for epoch, first, last in driver.all_among(self._connection, _RANGES, [row[0] for row in found.values()]):
            ranges.setdefault(epoch, []).append((first, last))
        for life, (number, declared_lost, *mark) in found.items():
            known = watermark.Watermark(tuple(ranges.get(number, ())), *mark)
            self._now[life] = self._before[life] = Epoch(number, declared_lost, known)
        for life in lives:
            if life not in found:
                self._now[life] = self._before[life] = _make(self._connection, *life)

    def _declare(self, life: Life, loss: Event) -> None:
        """Note a declared loss, of this epoch or an earlier one of the same agent."""
        first, last, count = (loss.data.get(name) for name in ("first", "last", "count"))
        declared: list[Range] = []
        # Only a range that is lost whole counts as there: what was kept among dropped events may still be on its way.
        if type(first) is int and type(last) is int and 1 <= first <= last and count == last - first + 1:
            declared = [(first, last)]
        lost = count if type(count) is int and count > 0 else 0
        name = loss.data.get("epoch")
        concerned = (life[0], str(name)) if batch.is_epoch(name) else life
        if concerned not in self._now:
            self._find([concerned])
        epoch = self._now[concerned]
        lost_in_all = min(epoch.declared_lost + lost, 2**63 - 1)
        self._now[concerned] = Epoch(epoch.id, lost_in_all, watermark.advance(epoch.mark, (), 1, declared))


class Heard(NamedTuple):
    """That an agent was heard: when, how far its clock is from ours, and how it fares where it says so."""

    agent: int
    received_at: int
    sent_at: int
    health: Health | None = None


def note_heard(connection: sa.Connection, heard: Sequence[Heard]) -> None:
    """Note that these agents were heard, in this order."""
    last = {one.agent: (one.received_at, one.received_at - one.sent_at, one.agent) for one in heard}
    driver.many(connection, _HEARD, list(last.values()))
    fared = {one.agent: (pack(one.health).decode(), one.received_at, one.agent) for one in heard if one.health}
    driver.many(connection, _FARED, list(fared.values()))


def spoke_last(connection: sa.Connection, agents: Iterable[int]) -> dict[int, str | None]:
    """Return which humed spoke last as each of these agents, whose rows are locked from now on."""
    return {row[0]: row[1] for row in driver.all_among(connection, _SPOKE_LAST, sorted(set(agents)))}


def _make(connection: sa.Connection, agent: int, name: str) -> Epoch:
    made = sa.insert(_epoch).values(
        agent=agent, epoch=name, floor=0, written_off=0, committed_upto=0, silently_lost=0, declared_lost=0
    )
    return Epoch(connection.execute(made.returning(_epoch.c.id)).scalar_one(), 0, watermark.Watermark())


def _row(life: Life, epoch: Epoch) -> tuple[object, ...]:
    mark = epoch.mark
    return (
        epoch.id,
        *life,
        mark.floor,
        mark.written_off,
        mark.committed_upto,
        mark.silently_lost,
        epoch.declared_lost,
    )
