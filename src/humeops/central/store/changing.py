# SPDX-License-Identifier: MIT
"""Stores changes of state, whoever finds them: intake from events, the watcher from deadlines. The only way they come about.

Design: what is to be told of a change goes into the same transaction, here, so that a change without its telling, or a
telling without its change, cannot be. So does the end of a run that its task does not show, though it is no change. Each change
is found once: intake writes it with the events that made it, and a watcher has the rows of the task and its watch locked
when it finds that the deadline it came for still stands.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import outbox, rows, statements


class Moved(NamedTuple):
    """A change of state. Of a host as a whole `task` is empty, of central itself `host` is, too."""

    host: str
    task: str
    before: str
    after: str
    reason: str
    run: str | None = None
    event: str | None = None  # what was said that made it; None: a deadline did
    aside: bool = False  # a run ended so, and its task stayed as it was: no change of state, and alerts look at it
    since: int | None = None  # since when it is so, where that is before it was found out; ns


def record(connection: sa.Connection, moved: Sequence[Moved], now_ns: int) -> None:
    """Store these changes, in their order, and have alerts look at them."""
    statements.add_transitions(connection, [_row(one, now_ns) for one in moved if not one.aside])
    outbox.put(connection, (_change(one, now_ns) for one in moved))


def _change(one: Moved, now_ns: int) -> outbox.Change:
    return outbox.Change(*one[:5], one.run or "", one.event or "", now_ns, aside=one.aside, since=one.since)


def _row(one: Moved, now_ns: int) -> tuple[object, ...]:
    run = rows.key_of_run(one.run) if one.run else None
    event = rows.key_of(one.event) if one.event else None
    return (one.host, one.task, one.before, one.after, run, event, now_ns, one.reason)
