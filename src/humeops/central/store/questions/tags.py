# SPDX-License-Identifier: MIT
"""Events by a tag: of few runs by these runs, of many by looking from the newest on until there are enough.

An event of a run has the run's tags, whichever of its events said them; one outside of runs has its own. No index of events holds
tags, but the index of runs does; what was said outside of runs is looked for on hosts with a task that ever said the tag so.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from humeops.central.fold import MAX_TAGS_OF_RUN
from humeops.central.store import filtering, matching, tables
from humeops.central.store.questions.texts import Conditions, Span, within
from humeops.filters.tree import Match, Node

_event = tables.event
_run_tag = tables.run_tag
_task = tables.task

# The events of so many runs are sorted in well under a tenth of a second; with more of them the newest are soon found by looking.
_FEW = 1_000
# A task remembers so many tags said outside of runs; each takes at least quotes, a letter and a comma.
_MAY_HAVE_MORE = 4 * MAX_TAGS_OF_RUN


def has(names: Sequence[str]) -> sa.ColumnElement[bool]:
    """Tell whether an event has one of these tags, which may be patterns."""
    return _has(filtering.any_pattern(names), any(_is_pattern(name) for name in names))


def meant(match: Match) -> sa.ColumnElement[bool]:
    """Tell whether an event has a tag that a filter asks for."""
    is_pattern = any(value.is_pattern for value in match.values)
    return filtering.tested(lambda test: _has(test, is_pattern))(match)


def _has(test: matching.Test, is_pattern: bool) -> sa.ColumnElement[bool]:
    one = sa.select(sa.literal(1)).where(_run_tag.c.run == _event.c.run, test(_run_tag.c.tag))
    # Of an exact tag not by EXISTS, for which PostgreSQL would first gather all runs that have it, and they may be all there are. Which
    # runs have one that matches a pattern costs less to gather than to ask for each event.
    of_its_run = one.exists() if is_pattern else one.limit(1).scalar_subquery().is_not(None)
    own = sa.and_(_event.c.run.is_(None), matching.any_in_json_list(_event.c.tags, test))
    return sa.or_(of_its_run, own)


def _is_pattern(name: str) -> bool:
    return "*" in name or "?" in name


def telling(tags: Sequence[str], also: Node) -> list[str]:
    """Return tags of which every event must have one; nothing when there are none, or patterns among them."""
    held = [[value.text for value in one.values] for one in _exact(also)]
    plain = [list(tags)] if tags and not any(map(_is_pattern, tags)) else []
    return min([*plain, *held], key=len, default=[])


def are_few(connection: sa.Connection, tags: Sequence[str]) -> bool:
    """Tell whether so few runs have one of these tags that all of their events may be read."""
    some = sa.select(_run_tag.c.run).where(_run_tag.c.tag.in_(tags)).limit(_FEW).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()) < _FEW


def select(
    connection: sa.Connection, tags: Sequence[str], span: Span, conditions: Conditions, oldest_first: bool, limit: int
) -> sa.Select[Any]:
    """Return the question for so many events of the span that have one of these tags and meet the conditions."""
    order = _event.c.id if oldest_first else _event.c.id.desc()
    found = sa.select(_event).where(*within(span, _event.c.id), *conditions).order_by(order).limit(limit)
    parts = [found.where(_event.c.run.in_(sa.select(_run_tag.c.run).where(_run_tag.c.tag.in_(tags))))]
    if hosts := _hosts(connection, tags):
        parts.append(found.where(_event.c.run.is_(None), _event.c.host.in_(hosts)))
    both = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    return sa.select(both).order_by(both.c.id if oldest_first else both.c.id.desc()).limit(limit)


def _hosts(connection: sa.Connection, tags: Sequence[str]) -> list[str]:
    """Return the hosts with a task that said one of these tags outside of runs, or may have."""
    said = matching.any_in_json_list(_task.c.loose_tags, lambda tag: tag.in_(tags))
    ever = sa.or_(sa.and_(_task.c.loose_tags != "[]", said), sa.func.length(_task.c.loose_tags) >= _MAY_HAVE_MORE)
    return list(connection.execute(sa.select(_task.c.host).where(ever).distinct()).scalars())


def _exact(also: Node) -> list[Match]:
    held = [one for one in filtering.held(also) if one.key == "tag"]
    return [one for one in held if not any(value.is_pattern for value in one.values)]
