# SPDX-License-Identifier: MIT
"""What is known of agents and of the lives of their spools: watermarks, loss, when they were heard."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import sqlalchemy as sa

from humeops.central import watermark
from humeops.central.store import tables
from humeops.event import Event
from humeops.wire import batch
from humeops.wire.health import Health, pack
from humeops.wire.seqs import Range

_epoch = tables.agent_epoch
_range = tables.agent_range


class Epoch(NamedTuple):
    """One life of one spool: its row, and how far it is known."""

    id: int
    declared_lost: int
    mark: watermark.Watermark


def find_or_make(connection: sa.Connection, agent: int, name: str) -> Epoch:
    """Return this epoch of the agent, made when it is new."""
    # Locked where others write too: the batches of one epoch are then folded one after the other, whoever has them.
    wanted = sa.select(_epoch).where(_epoch.c.agent == agent, _epoch.c.epoch == name).with_for_update()
    found = connection.execute(wanted).one_or_none()
    if found is None:
        made = connection.execute(
            sa.insert(_epoch)
            .values(agent=agent, epoch=name, floor=0, written_off=0, committed_upto=0, silently_lost=0, declared_lost=0)
            .returning(_epoch.c.id)
        )
        return Epoch(made.scalar_one(), 0, watermark.Watermark())
    ranges = connection.execute(
        sa.select(_range.c.first, _range.c.last).where(_range.c.epoch == found.id).order_by(_range.c.first)
    )
    mark = watermark.Watermark(tuple((first, last) for first, last in ranges), found.floor, found.written_off)
    return Epoch(found.id, found.declared_lost, mark)


class Word(Protocol):
    """What a batch says beside its events: who sent it, what it no longer owes, what it had to drop."""

    @property
    def agent(self) -> int: ...
    @property
    def oldest(self) -> int: ...
    @property
    def lost(self) -> Sequence[Range]: ...


def advance(connection: sa.Connection, epoch: Epoch, word: Word, seqs: Sequence[int], new: Iterable[Event]) -> Epoch:
    """Note that these seqs arrived, with the losses that were declared; return the epoch as it then is."""
    for event in new:
        if event.kind == "loss":
            epoch = _declare(connection, epoch, word.agent, event)
    mark = watermark.advance(epoch.mark, seqs, word.oldest, word.lost)
    advanced = epoch._replace(mark=mark)
    _store(connection, advanced, epoch.mark)
    return advanced


def note_agent(
    connection: sa.Connection, agent: int, received_at: int, sent_at: int, health: Health | None = None
) -> str | None:
    """Note that the agent was heard, how far its clock is from ours, and how it fares where it says so.

    Return which humed spoke as it before.
    """
    known: dict[str, object] = {"last_seen_at": received_at, "skew": received_at - sent_at}
    if health is not None:
        known |= {"health": pack(health).decode(), "health_at": received_at}
    heard = sa.update(tables.agent).where(tables.agent.c.id == agent).returning(tables.agent.c.process)
    return connection.execute(heard.values(known)).scalar_one_or_none()


def _declare(connection: sa.Connection, epoch: Epoch, agent: int, loss: Event) -> Epoch:
    """Note a declared loss, of this epoch or an earlier one of the same agent; return this epoch as it then is."""
    first, last, count = (loss.data.get(name) for name in ("first", "last", "count"))
    declared: list[Range] = []
    # Only a range that is lost whole counts as there: what was kept among dropped events may still be on its way.
    if type(first) is int and type(last) is int and 1 <= first <= last and count == last - first + 1:
        declared = [(first, last)]
    lost = count if type(count) is int and count > 0 else 0
    name = loss.data.get("epoch")
    concerned = find_or_make(connection, agent, str(name)) if batch.is_epoch(name) else epoch
    known = epoch.mark if concerned.id == epoch.id else concerned.mark
    lost_in_all = min(concerned.declared_lost + lost, 2**63 - 1)
    changed = Epoch(concerned.id, lost_in_all, watermark.advance(known, (), 1, declared))
    _store(connection, changed, known)
    return changed if changed.id == epoch.id else epoch


def _store(connection: sa.Connection, epoch: Epoch, before: watermark.Watermark) -> None:
    mark = epoch.mark
    connection.execute(
        sa.update(_epoch)
        .where(_epoch.c.id == epoch.id)
        .values(
            floor=mark.floor,
            written_off=mark.written_off,
            committed_upto=mark.committed_upto,
            silently_lost=mark.silently_lost,
            declared_lost=epoch.declared_lost,
        )
    )
    gone = set(before.ranges) - set(mark.ranges)
    come = sorted(set(mark.ranges) - set(before.ranges))
    if gone:
        firsts = [first for first, _ in gone]
        connection.execute(sa.delete(_range).where(_range.c.epoch == epoch.id, _range.c.first.in_(firsts)))
    if come:
        connection.execute(
            sa.insert(_range), [{"epoch": epoch.id, "first": first, "last": last} for first, last in come]
        )
