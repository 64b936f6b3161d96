# SPDX-License-Identifier: MIT
"""Keeps the flags and the numbers of each run by themselves, so that comparing runs reads these few rows and no events.

Of each number the one said last counts, in the order in which things were said, whatever order they arrive in.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.fold import Said
from humeops.central.store import rows, statements
from humeops.event import Event, is_number, order_key


class Marks(NamedTuple):
    """What some events tell of their runs: all of a run that is new with them."""

    flags: dict[str, list[Event]]
    numbers: dict[str, dict[str, Event]]

    def flags_of(self, run: str, most: int) -> list[Said]:
        """Return the first flags of this run, in their order."""
        first = sorted(self.flags.get(run, ()), key=order_key)[:most]
        return [read_flag(event.boot, event.mono, event.time, event.flag) for event in first]

    def numbers_of(self, run: str) -> dict[str, float]:
        """Return the numbers of this run."""
        return {key: _number(event, key) for key, event in self.numbers.get(run, {}).items()}


def mark(connection: sa.Connection, new: Sequence[Event]) -> Marks:
    """Take over the flags and numbers that these events, each new, tell of their runs; return them."""
    marks = Marks({}, {})
    for event in new:
        if event.run and event.kind == "flag":
            marks.flags.setdefault(event.run, []).append(event)
        elif event.run and event.data and event.kind in ("data", "stop"):
            _note_numbers(marks.numbers.setdefault(event.run, {}), event)
    flags = [_flag_row(run, event) for run, events in marks.flags.items() for event in events]
    statements.add_run_flags(connection, flags)
    numbers = [_datum_row(run, key, event) for run, last in marks.numbers.items() for key, event in last.items()]
    statements.put_run_data(connection, numbers)
    return marks


def read_flag(boot: str, mono: int, time: int, name: str) -> Said:
    """Return a stored flag as what was said, as far as its place on the timeline goes."""
    return Said(boot, mono, "", time, host="", task="", flag=name)


def _note_numbers(last: dict[str, Event], event: Event) -> None:
    for key in _numbers(event):
        known = last.get(key)
        if known is None or order_key(known) < order_key(event):
            last[key] = event


def _numbers(event: Event) -> Iterable[str]:
    return (key for key, value in event.data.items() if is_number(value))


def _number(event: Event, key: str) -> float:
    return float(event.data[key])


def _flag_row(run: str, event: Event) -> tuple[object, ...]:
    return (rows.key_of_run(run), event.boot, event.mono, rows.key_of(event.id), event.time, event.flag)


def _datum_row(run: str, key: str, event: Event) -> tuple[object, ...]:
    return (rows.key_of_run(run), key, _number(event, key), event.unit, event.boot, event.mono, rows.key_of(event.id))
