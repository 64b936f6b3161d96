# SPDX-License-Identifier: MIT
"""Searches that nothing but looking finds: from the newest event on, a stretch at a time, for about two seconds.

Most questions an index answers. Of the others (who said it, what has no such tag) the engine would look at every event there is, and at
ten million that takes a minute. So a question is asked whole for QUICK_SECONDS; what takes longer is asked of the newest events, then of
those before them, and so on; after LONG_SECONDS the answer is what was found, and how far it was looked. Whoever wants more asks from there.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa

from humeops.central.store import tables
from humeops.central.store.patience import TooLongError, at_most
from humeops.central.store.questions.texts import Span, within

QUICK_SECONDS = 0.75
LONG_SECONDS = 1.5
# Of so many events the first stretch is; the others are as many as take about this long.
FIRST = 10_000
STRETCH_SECONDS = 0.25
# So few are looked at in next to no time, whatever is asked; if they are not, nothing helps.
LEAST = 500

_event = tables.event
Rows: TypeAlias = Sequence[Any]
Ask: TypeAlias = Callable[[Span, int], Rows]


class Found(NamedTuple):
    """Rows of each stretch; and the id of the last event that was looked at, when there are more that were not.

    `was_quick`: it was asked whole, so what follows may be, too.
    """

    parts: list[Rows]
    looked_to: bytes | None = None
    was_quick: bool = False


def search(
    connection: sa.Connection,
    span: Span,
    oldest_first: bool,
    limit: int,
    ask: Ask,
    weigh: Callable[[Rows], int] = len,
    *,
    is_slow: bool = False,
) -> Found:
    """Return what `ask` finds in the span, up to `limit` of what `weigh` counts; TooLongError when not even LEAST can be looked at.

    `is_slow`: it is known that an earlier part of it took long.
    """
    if not is_slow:
        with contextlib.suppress(TooLongError), at_most(connection, QUICK_SECONDS):
            return Found([ask(span, limit)], None, True)
    found = Found([])
    size, ends = FIRST, time.monotonic() + LONG_SECONDS
    while not found.parts or time.monotonic() < ends:
        edge = _edge(connection, span, oldest_first, size)
        asked = time.monotonic()
        try:
            with at_most(connection, max(STRETCH_SECONDS, ends - asked)):
                rows = ask(_until(span, edge, oldest_first), limit)
        except TooLongError:
            if found.parts:
                return found
            if size <= LEAST:
                raise
            size, ends = max(LEAST, size // 8), time.monotonic() + LONG_SECONDS
            continue
        limit -= weigh(rows)
        found = Found([*found.parts, rows], edge)
        if limit <= 0 or edge is None:
            return Found(found.parts)
        span = _behind(span, edge, oldest_first)
        took = max(0.001, time.monotonic() - asked)
        size = max(LEAST, int(size * min(4.0, STRETCH_SECONDS / took)))
    return found


def _edge(connection: sa.Connection, span: Span, oldest_first: bool, size: int) -> bytes | None:
    """Return the id of the last event of the next stretch; None when there are no more than that."""
    order = _event.c.id if oldest_first else _event.c.id.desc()
    query = sa.select(_event.c.id).where(*within(span, _event.c.id)).order_by(order).offset(size - 1).limit(1)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else bytes(found)


def _until(span: Span, edge: bytes | None, oldest_first: bool) -> Span:
    if edge is None:
        return span
    return span._replace(high=edge) if oldest_first else span._replace(low=edge)


def _behind(span: Span, edge: bytes, oldest_first: bool) -> Span:
    return span._replace(low=edge, shown=edge) if oldest_first else span._replace(high=edge, shown=edge)
