# SPDX-License-Identifier: MIT
"""Keeps the flags and the numbers of each run by themselves, so that comparing runs reads these few rows and no events.

Of each number the one said last counts, in the order in which things were said, whatever order they arrive in.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from humeops.central.fold import Said
from humeops.central.store import rows, statements
from humeops.event import Event, is_number, order_key


def mark(connection: sa.Connection, new: Sequence[Event]) -> None:
    """Take over the flags and numbers that these events, each new, tell of their runs."""
    statements.add_run_flags(connection, [_flag_row(event) for event in new if event.kind == "flag" and event.run])
    last: dict[tuple[str, str], Event] = {}
    for event in new:
        if event.run and event.data and event.kind in ("data", "stop"):
            _note_numbers(last, event.run, event)
    statements.put_run_data(connection, [_datum_row(*place, event) for place, event in last.items()])


def read_flag(boot: str, mono: int, time: int, name: str) -> Said:
    """Return a stored flag as what was said, as far as its place on the timeline goes."""
    return Said(boot, mono, "", time, host="", task="", flag=name)


def _note_numbers(last: dict[tuple[str, str], Event], run: str, event: Event) -> None:
    for key in _numbers(event):
        known = last.get((run, key))
        if known is None or order_key(known) < order_key(event):
            last[run, key] = event


def _numbers(event: Event) -> Iterable[str]:
    return (key for key, value in event.data.items() if is_number(value))


def _flag_row(event: Event) -> tuple[object, ...]:
    run = rows.key_of(event.run) if event.run else None
    return (run, event.boot, event.mono, rows.key_of(event.id), event.time, event.flag)


def _datum_row(run: str, key: str, event: Event) -> tuple[object, ...]:
    value = float(event.data[key])
    return (rows.key_of(run), key, value, event.unit, event.boot, event.mono, rows.key_of(event.id))
