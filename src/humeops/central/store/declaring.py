# SPDX-License-Identifier: MIT
"""Takes declarations of what is expected: by a script's start, by a person, from a file. The latest one wins.

A declaration that cannot be taken is kept as what is wrong, beside the one that holds: the event itself is never refused.
"""

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import changing, tables, watching, watchrows
from humeops.central.store.driver import Pair
from humeops.central.watches import expectation
from humeops.central.watches.expectation import Expectation
from humeops.event import Event

_watch = tables.watch


class Declaration(NamedTuple):
    """What somebody says is expected of a task."""

    host: str
    task: str
    wanted: Expectation
    maker: str
    made_at: int
    pattern: int | None = None


def declare_by_events(connection: sa.Connection, new: Iterable[Event], now_ns: int) -> None:
    """Take what starts declare of their tasks, whose rows the caller has locked and will settle."""
    taken, faults = [], []
    for event in new:
        if event.kind != "start" or not event.expect:
            continue
        # A host whose clock is ahead must not have the last word for ever.
        said_at = min(event.time, now_ns)
        try:
            wanted = expectation.read(event.expect)
        except expectation.DeclarationError as error:
            faults.append((event.host, event.task, _maker(event), str(error), said_at))
            continue
        taken.append((event.host, event.task, watching.pack(wanted), _maker(event), said_at, None, now_ns))
    watchrows.declare(connection, taken)
    watchrows.note_faults(connection, faults)


def declare(connection: sa.Connection, declarations: Iterable[Declaration], now_ns: int) -> None:
    """Take these, make the tasks that are not there yet, and judge them at once."""
    wanted = {(one.host, one.task): one for one in declarations}
    watchrows.make_tasks(connection, wanted, now_ns)
    watchrows.declare(
        connection,
        [
            (*name, watching.pack(one.wanted), one.maker, one.made_at, one.pattern, now_ns)
            for name, one in sorted(wanted.items())
        ],
    )
    settle(connection, wanted, now_ns)


def settle(connection: sa.Connection, names: Iterable[Pair], now_ns: int) -> None:
    """Judge the watches of these tasks, whose rows the caller has locked, and record what changed."""
    changing.record(connection, watching.settle(connection, watching.load(connection, names), now_ns), now_ns)


def pause(connection: sa.Connection, names: Iterable[Pair], until: int | None, now_ns: int) -> int:
    """Expect nothing of these tasks until then (None: from now on again); return how many have a watch."""
    wanted = list(names)
    watchrows.lock_tasks(connection, wanted)
    values = {"paused_until": now_ns if until is None else until, "due": now_ns}
    changed = connection.execute(
        sa.update(_watch).where(sa.tuple_(_watch.c.host, _watch.c.task).in_(wanted)).values(**values)
    )
    settle(connection, wanted, now_ns)
    return changed.rowcount


def remove(connection: sa.Connection, names: Iterable[Pair], now_ns: int) -> int:
    """Expect nothing of these tasks any more; return how many had a watch."""
    wanted = list(names)
    watchrows.lock_tasks(connection, wanted)
    # As paused, so that what is shown of the task falls back to what the events tell, and the change is recorded.
    key = sa.tuple_(_watch.c.host, _watch.c.task)
    connection.execute(sa.update(_watch).where(key.in_(wanted)).values(wanted="{}", due=now_ns, paused_until=None))
    settle(connection, wanted, now_ns)
    gone = connection.execute(sa.delete(_watch).where(key.in_(wanted))).rowcount
    task = tables.task
    connection.execute(
        sa.delete(task).where(
            sa.tuple_(task.c.host, task.c.task).in_(wanted), task.c.last_run.is_(None), task.c.loose_first_at.is_(None)
        )
    )
    return gone


def _maker(event: Event) -> str:
    who = f" (uid {event.origin.uid})" if event.origin.uid is not None else ""
    return f"{event.origin.script or 'a script'} on {event.host}{who}"
