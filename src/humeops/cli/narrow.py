# SPDX-License-Identifier: MIT
"""Which columns a narrow terminal gets. Pure.

What identifies a row and what it says is never given up: state, task, id, time in whole, and the sentence, which takes
lines of its own below its row when there is no room beside it. Columns go by importance instead, whole ones.
"""

import typing
from collections.abc import Iterator, Mapping, Sequence

SENTENCES = frozenset({"reason", "said", "message", "became", "path"})
_DROPPED_FIRST = ("host", "uid")  # the host only where it is the same in all rows
_DROPPED_NEXT = ("duration", "started_at")
# A sentence such as "exit 3 at line 41, after db-dumped" is worth a line of its own rather than being cut.
_LEAST = {
    "task": 12,
    "key": 12,
    "host": 8,
    "reason": 36,
    "said": 36,
    "message": 36,
    "became": 60,
    "path": 36,
    "amount": 12,
}


class Layout(typing.NamedTuple):
    """The columns of a table, and whether its last one is told below each row."""

    columns: list[str]
    is_below: bool = False


def choose(natural: Mapping[str, int], is_one_host: bool, room: int, gap: int) -> Layout:
    """Return the first layout that fits, of those that give up ever more; the last one when none does."""
    chosen = Layout(list(natural))
    for chosen in _layouts(list(natural), is_one_host):
        beside = chosen.columns[:-1] if chosen.is_below else chosen.columns
        least = sum(min(natural[column], _LEAST.get(column, natural[column])) for column in beside)
        if least + gap * (len(beside) - 1) <= room:
            break
    return chosen


def _layouts(columns: list[str], is_one_host: bool) -> Iterator[Layout]:
    without_host = _without(columns, _DROPPED_FIRST if is_one_host else _DROPPED_FIRST[1:])
    yield Layout(columns)
    yield Layout(without_host)
    is_below = columns[-1] in SENTENCES and len(columns) > 1
    yield Layout(columns, is_below)
    columns = without_host
    yield Layout(columns, is_below)
    for name in _DROPPED_NEXT:
        columns = _without(columns, (name,))
        yield Layout(columns, is_below)
    # What was shared is known by its name and value; when it was set comes last.
    if "amount" in columns:
        yield Layout(_without(columns, ("time",)))


def _without(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    return [column for column in columns if column not in names]
