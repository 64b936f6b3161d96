# SPDX-License-Identifier: MIT
"""Events by a part of their message: out of the index what is in it, and what it does not hold yet by looking at each.

What the index finds holds the text's trigrams, not yet the text: the conditions of the question are asked of it all the same.
Each of the three parts ends by itself at the limit, so a word that is everywhere costs no more than one that is rare.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from humeops.central.store import ftsrows, matching, tables, textindex
from humeops.filters.tree import All, Node, Text

_event = tables.event
_late = tables.text_late
_fts5 = sa.table("event_text", sa.column("event_text"), sa.column("rowid"))
_trgm = sa.table("event_text", sa.column("id", sa.LargeBinary), sa.column("folded", sa.Text))

Conditions = Sequence[sa.ColumnElement[bool]]


def telling(text: str, also: Node) -> str:
    """Return the text that tells most among those that every event must hold; empty when the index is of no help."""
    parts = also.nodes if isinstance(also, All) else (also,)
    held = [text, *(part.text for part in parts if isinstance(part, Text))]
    return max((one for one in held if ftsrows.can_ask(one)), key=len, default="")


def select(
    connection: sa.Connection, text: str, conditions: Conditions, oldest_first: bool, limit: int
) -> sa.Select[Any] | None:
    """Return the question for so many events that hold this text and meet the conditions; None where there is no index."""
    mark = textindex.mark(connection)
    if mark is None:
        return None
    indexed = _from_fts5 if connection.dialect.name == "sqlite" else _from_trgm
    order = _event.c.id if oldest_first else _event.c.id.desc()
    late = sa.select(_event).where(_event.c.id.in_(sa.select(_late.c.id)), _event.c.id <= mark.upto, *conditions)
    tail = sa.select(_event).where(_event.c.id > mark.upto, *conditions)
    parts = [
        indexed(text, mark.upto, conditions, oldest_first).limit(limit),
        late.order_by(order).limit(limit),
        tail.order_by(order).limit(limit),
    ]
    found = sa.union(*(sa.select(part.subquery()) for part in parts)).subquery()
    return sa.select(found).order_by(found.c.id if oldest_first else found.c.id.desc()).limit(limit)


def _from_fts5(text: str, upto: bytes, conditions: Conditions, oldest_first: bool) -> sa.Select[Any]:
    number = _fts5.c.rowid
    its = _event.c.id.between(sa.func.hume_first_key(number), sa.func.hume_last_key(number))
    query = (
        sa.select(_event)
        .select_from(_fts5, _event)
        .where(
            _fts5.c.event_text.match(ftsrows.question(text)),
            number <= ftsrows.highest_number(upto),
            its,
            _event.c.id <= upto,
            *conditions,
        )
    )
    order = (number, _event.c.id) if oldest_first else (number.desc(), _event.c.id.desc())
    return query.order_by(*order)


def _from_trgm(text: str, upto: bytes, conditions: Conditions, oldest_first: bool) -> sa.Select[Any]:
    folded = sa.func.replace(sa.func.lower(matching.part(text)), "ß", "ss")
    having = sa.select(_trgm.c.id).where(_trgm.c.folded.like(folded))
    query = sa.select(_event).where(_event.c.id.in_(having), _event.c.id <= upto, *conditions)
    return query.order_by(_event.c.id if oldest_first else _event.c.id.desc())
