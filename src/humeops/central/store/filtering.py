# SPDX-License-Identifier: MIT
"""From a filter's tree to conditions in SQL: what the questions have in common; which column a key means is theirs to say.

The conditions that all have to hold stand side by side in the WHERE, so that the planner sees each of them.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa

from humeops import moments
from humeops.central.store import matching, rows, tables
from humeops.filters import facts, tree

Condition: TypeAlias = sa.ColumnElement[bool]
Meaning: TypeAlias = Callable[[tree.Match], Condition]

_run = tables.run
_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


class Asked(NamedTuple):
    """What the keys mean for one kind of things, and what a text without a key does."""

    keys: Mapping[str, Meaning]
    text: Callable[[str], Condition]


def conditions(node: tree.Node, asked: Asked) -> list[Condition]:
    """Return what has to hold, all of it; raise FilterError for a key that says nothing of such things."""
    return [_condition(part, asked) for part in (node.nodes if isinstance(node, tree.All) else (node,))]


def held(node: tree.Node) -> list[tree.Match]:
    """Return the conditions on keys that hold for whatever the filter holds for."""
    parts = node.nodes if isinstance(node, tree.All) else (node,)
    return [part for part in parts if isinstance(part, tree.Match)]


def names(column: sa.ColumnElement[Any]) -> Meaning:
    """The column is, or matches, one of the values."""
    return lambda match: _among(match)(column)


def tested(made: Callable[[matching.Test], Condition]) -> Meaning:
    """Something with a name that is, or matches, one of the values."""
    return lambda match: made(_among(match))


def states(column: sa.ColumnElement[str]) -> Meaning:
    """The column is one of the states that are meant."""
    return lambda match: column.in_(facts.states(match))


def runs(column: sa.ColumnElement[bytes]) -> Meaning:
    """The column is the id of a run with one of these ids, full or short."""

    def condition(match: tree.Match) -> Condition:
        full = [rows.key_of(value.text) for value in match.values if rows.is_id(value.text)]
        if len(full) == len(match.values):
            return column.in_(full)
        short = sa.select(_run.c.id).where(_among(match)(_run.c.short))
        return sa.or_(column.in_(full), column.in_(short)) if full else column.in_(short)

    return condition


def users(rest: sa.ColumnElement[str]) -> Meaning:
    """The user of an event's origin, by name or number."""
    parts = [matching.json_text(rest, "origin", name) for name in ("user", "uid")]
    # Never NULL: what is unknown must not swallow a `not`.
    return lambda match: sa.or_(*(sa.func.coalesce(_among(match)(part), sa.false()) for part in parts))


def contained(*columns: sa.ColumnElement[str]) -> Callable[[str], Condition]:
    """The text is part of one of these columns."""
    return lambda text: sa.or_(*(matching.contains(column, text) for column in columns))


def any_pattern(patterns: Sequence[str]) -> matching.Test:
    """Return the test whether a column matches one of these patterns."""
    return lambda column: sa.or_(*(matching.like_glob(column, pattern) for pattern in patterns))


def moment(match: tree.Match) -> int:
    """Return the moment of a condition that was settled."""
    return moments.parse_moment(match.values[0].text, 0)


def ordered(column: sa.ColumnElement[int], op: str, value: int) -> Condition:
    """Compare a column as the filter says."""
    return sa.type_coerce(_ORDER[op](column, value), sa.Boolean)


def _condition(node: tree.Node, asked: Asked) -> Condition:
    if isinstance(node, tree.Not):
        return sa.not_(_condition(node.node, asked))
    if isinstance(node, tree.All):
        return sa.and_(sa.true(), *(_condition(part, asked) for part in node.nodes))
    if isinstance(node, tree.Any):
        return sa.or_(*(_condition(part, asked) for part in node.nodes))
    if isinstance(node, tree.Text):
        return asked.text(node.text)
    if node.key not in asked.keys:
        raise tree.FilterError("this key says nothing of what is asked for", node.at, node.key)
    return asked.keys[node.key](node)


def _among(match: tree.Match) -> matching.Test:
    return lambda column: sa.or_(*(_fits(column, value) for value in match.values))


def _fits(column: sa.ColumnElement[str], value: tree.Value) -> Condition:
    return matching.like_glob(column, value.text) if value.is_pattern else column == value.text
