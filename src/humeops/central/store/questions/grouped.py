# SPDX-License-Identifier: MIT
"""Tasks as they are now, under headings: by host, by name or by tag, of each heading the first few.

A task stands under each of its tags. What has no tag stands under "", at the end.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import sqlalchemy as sa

from humeops.central.store import cursor, tables
from humeops.central.store.questions import tasks
from humeops.central.store.questions.page import Page
from humeops.filters import keys

By = Literal["host", "task", "tag"]
_Name: TypeAlias = tuple[str, str]  # host and task
_Heading: TypeAlias = tuple[str, list[_Name]]

# Rows asked for at once: a small heading costs no question of its own, a large one not more than this.
_BITE = 40
_ELSE = [state for state in keys.STATES if state not in ("ok", "problem")]
_task = tables.task
_tag = tables.task_tag
_its = sa.and_(_tag.c.host == _task.c.host, _tag.c.task == _task.c.task)
_HAS_TAGS = sa.exists().where(_its)
_ORDER: dict[By, tuple[sa.Column[Any], ...]] = {
    "host": (_task.c.host, _task.c.task),
    "task": (_task.c.task, _task.c.host),
    "tag": (_tag.c.tag, _tag.c.host, _tag.c.task),
}


class Group(NamedTuple):
    """A heading, the first of its tasks, and whether there are more."""

    name: str
    tasks: list[tasks.Task]
    has_more: bool


def find(
    connection: sa.Connection, wanted: tasks.Filter, by: By, room: int, each: int, after: str | None
) -> Page[Group]:
    """Return a page of headings with `each` of their tasks at most, `room` in all; with more where few headings leave room."""
    begin = None if after is None else cursor.unpack(after, tuple[str])[0]
    found, following = _fill(_headings(connection, wanted, by, each, begin), room, each)
    if following is None and any(len(places) > each for _, places in found):
        each = max(each, room // len(found))
        found, _ = _fill(_headings(connection, wanted, by, each, begin), room, each)
    shown = {place for _, places in found for place in places[:each]}
    known = {(task.host, task.task): task for task in tasks.by_names(connection, sorted(shown))}
    groups = [
        Group(name, [known[place] for place in places[:each] if place in known], len(places) > each)
        for name, places in found
    ]
    return Page(groups, following)


def count(connection: sa.Connection, wanted: tasks.Filter, by: By, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many of these tasks are in each state, for each of these hosts, names or tags; "": those without a tag."""
    tagless = {"": _count_tagless(connection, wanted)} if "" in names else {}
    names = [name for name in names if name]
    if not names:
        return tagless
    if by == "tag" and not tasks.conditions(wanted):
        return tagless | _count_tags(connection, names)
    column = _ORDER[by][0]
    query = sa.select(column, _task.c.state, sa.func.count()).where(column.in_(names), *tasks.conditions(wanted))
    if by == "tag":
        query = query.select_from(_task.join(_tag, _its))
    counted: dict[str, dict[str, int]] = tagless
    for name, state, number in connection.execute(query.group_by(column, _task.c.state)):
        counted.setdefault(name, {})[state] = number
    return counted


def _count_tagless(connection: sa.Connection, wanted: tasks.Filter) -> dict[str, int]:
    query = sa.select(_task.c.state, sa.func.count()).where(~_HAS_TAGS, *tasks.conditions(wanted))
    return {row[0]: row[1] for row in connection.execute(query.group_by(_task.c.state))}


def _count_tags(connection: sa.Connection, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return what `count` does of all tasks. Most of many are well: they are counted by the index of tags alone."""
    # One by one, each is read in an index alone; grouped, PostgreSQL would read the table.
    each = [sa.select(sa.func.count()).where(_tag.c.tag == name).scalar_subquery() for name in names]
    totals = connection.execute(sa.select(*each)).one()
    counted = {name: {"ok": number} for name, number in zip(names, totals, strict=True)}
    others = sa.select(_tag.c.tag, _task.c.state, sa.func.count()).select_from(_task.join(_tag, _its))
    others = others.where(_tag.c.tag.in_(names), _task.c.state.in_(_ELSE)).group_by(_tag.c.tag, _task.c.state)
    for name, state, number in connection.execute(others):
        counted[name][state] = number
        counted[name]["ok"] -= number
    return {name: {state: number for state, number in states.items() if number} for name, states in counted.items()}


def _fill(headings: Iterator[_Heading], room: int, each: int) -> tuple[list[_Heading], str | None]:
    """Return those that there is room for, the first in any case, and the cursor to those that follow."""
    found: list[_Heading] = []
    for name, places in headings:
        room -= min(len(places), each)
        if room < 0 and found:
            return found, cursor.pack(found[-1][0])
        found.append((name, places))
    return found, None


def _headings(
    connection: sa.Connection, wanted: tasks.Filter, by: By, each: int, begin: str | None
) -> Iterator[_Heading]:
    """Yield the headings after this one, each with its first tasks: one more than `each`, where there are."""
    bite = max(_BITE, each + 2)
    while begin != "":
        found = _places(connection, wanted, by, begin, bite)
        held: dict[str, list[_Name]] = {}
        for row in found:
            held.setdefault(row[0], []).append((row.host, row.task))
        is_last = len(found) < bite
        if not is_last and len(held) > 1 and len(held[found[-1][0]]) <= each:
            del held[found[-1][0]]  # it may go on: it comes again with the next
        for begin, places in held.items():
            yield begin, places[: each + 1]
        if is_last:
            break
    if by == "tag" and begin != "" and (places := _tagless(connection, wanted, each + 1)):
        yield "", places


def _places(
    connection: sa.Connection, wanted: tasks.Filter, by: By, begin: str | None, limit: int
) -> Sequence[sa.Row[Any]]:
    """Return heading, host and task of the next few, in the order of an index."""
    conditions = tasks.conditions(wanted)
    query = sa.select(*_ORDER[by]).where(*conditions)
    if by == "tag" and conditions:
        query = query.select_from(_task.join(_tag, _its))
    if begin is not None:
        query = query.where(_ORDER[by][0] > begin)
    return connection.execute(query.order_by(*_ORDER[by]).limit(limit)).all()


def _tagless(connection: sa.Connection, wanted: tasks.Filter, limit: int) -> list[_Name]:
    query = sa.select(*_ORDER["host"]).where(~_HAS_TAGS, *tasks.conditions(wanted))
    return [(row.host, row.task) for row in connection.execute(query.order_by(*_ORDER["host"]).limit(limit))]
