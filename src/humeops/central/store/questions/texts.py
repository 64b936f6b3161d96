# SPDX-License-Identifier: MIT
"""Events by a part of their message: out of the index what is in it, and what it does not hold yet by looking at each.

What the index finds holds the text's trigrams, not yet the text: the conditions of the question are asked of it all the same.
Each of the three parts ends by itself at the limit, so a word that is everywhere costs no more than one that is rare.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import ftsrows, matching, tables, textindex
from humeops.filters.tree import All, Node, Text

_event = tables.event
_late = tables.text_late
_fts5 = sa.table("event_text", sa.column("event_text"), sa.column("rowid"))
_trgm = sa.table("event_text", sa.column("id", sa.LargeBinary), sa.column("folded", sa.Text))

# Of what FTS5 finds, so many are looked at in about a tenth of a second.
_MANY = 2_000
_NOTHING = bytes(16)

Conditions = Sequence[sa.ColumnElement[bool]]


class Span(NamedTuple):
    """The ids that come into question: from `low` to `high`, without the one that was shown last."""

    low: bytes | None = None
    high: bytes | None = None
    shown: bytes | None = None

    def until(self, upto: bytes) -> "Span":
        """Return what of the span lies up to there."""
        return self._replace(high=upto if self.high is None else min(self.high, upto))


def telling(text: str, also: Node) -> str:
    """Return the text that tells most among those that every event must hold; empty when the index is of no help."""
    parts = also.nodes if isinstance(also, All) else (also,)
    held = [text, *(part.text for part in parts if isinstance(part, Text))]
    return max((one for one in held if ftsrows.can_ask(one)), key=len, default="")


def helps(connection: sa.Connection, text: str, is_narrow: bool) -> bool:
    """Tell whether to ask the index. PostgreSQL knows by itself; in SQLite, another narrow way is better than a common text."""
    if textindex.mark(connection) is None:
        return False
    if not is_narrow or connection.dialect.name != "sqlite":
        return True
    some = sa.select(_fts5.c.rowid).where(_fts5.c.event_text.match(ftsrows.question(text))).limit(_MANY).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()) < _MANY


def within(span: Span, column: sa.ColumnElement[bytes]) -> Conditions:
    """Return the conditions that an id lies in the span."""
    made = [] if span.low is None else [column >= span.low]
    made += [] if span.high is None else [column <= span.high]
    return made if span.shown is None else [*made, column != span.shown]


def select(
    connection: sa.Connection,
    text: str,
    span: Span,
    again: Conditions,
    conditions: Conditions,
    oldest_first: bool,
    limit: int,
) -> sa.Select[Any]:
    """Return the question for so many events of the span that hold this text and meet the conditions.

    `again` are the conditions of what the index finds.
    """
    upto = (textindex.mark(connection) or textindex.Mark(_NOTHING, _NOTHING)).upto
    indexed = _from_fts5 if connection.dialect.name == "sqlite" else _from_trgm
    order = _event.c.id if oldest_first else _event.c.id.desc()
    looked = sa.select(_event).where(*within(span, _event.c.id), *conditions).order_by(order).limit(limit)
    parts = [
        indexed(text, span.until(upto), again, oldest_first).limit(limit),
        looked.where(_event.c.id.in_(sa.select(_late.c.id)), _event.c.id <= upto),
        looked.where(_event.c.id > upto),
    ]
    found = sa.union(*(sa.select(part.subquery()) for part in parts)).subquery()
    return sa.select(found).order_by(found.c.id if oldest_first else found.c.id.desc()).limit(limit)


def _from_fts5(text: str, span: Span, conditions: Conditions, oldest_first: bool) -> sa.Select[Any]:
    number = _fts5.c.rowid
    query = (
        sa.select(_event)
        .select_from(_fts5, _event)
        .where(
            _fts5.c.event_text.match(ftsrows.question(text)),
            _event.c.id.between(sa.func.hume_first_key(number), sa.func.hume_last_key(number)),
            number >= ftsrows.highest_number(span.low or _NOTHING),
            number <= ftsrows.highest_number(span.high or _NOTHING),
            *within(span, _event.c.id),
            *conditions,
        )
    )
    # By the number alone, which is one event's: any more of an order, and all that is found would be sorted before the first.
    return query.order_by(number if oldest_first else number.desc())


def _from_trgm(text: str, span: Span, conditions: Conditions, oldest_first: bool) -> sa.Select[Any]:
    folded = sa.func.replace(sa.func.lower(matching.part(text)), "ß", "ss")
    having = sa.select(_trgm.c.id).where(_trgm.c.folded.like(folded), *within(span, _trgm.c.id))
    query = sa.select(_event).where(_event.c.id.in_(having), *within(span, _event.c.id), *conditions)
    return query.order_by(_event.c.id if oldest_first else _event.c.id.desc())
