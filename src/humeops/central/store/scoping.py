# SPDX-License-Identifier: MIT
"""From what somebody may see to conditions in SQL: lists are narrowed within the question itself, so no page of them tells more.

A grant is on tasks. So what belongs to a task is seen by whoever may see the task: the tags that count are the task's own, not
those of the event or the run.
"""

import collections
from collections.abc import Collection

import sqlalchemy as sa

from humeops.central.store import filtering, matching, tables
from humeops.filters import tree
from humeops.filters.tree import EVERYTHING, Node
from humeops.security import grants

_task = tables.task
_tag = tables.task_tag


def of_task(node: Node, host: sa.ColumnElement[str], task: sa.ColumnElement[str]) -> list[filtering.Condition]:
    """Return the conditions that a thing with these columns is of a task within."""
    if node == EVERYTHING:
        return []
    keys = {"host": filtering.names(host), "task": filtering.names(task), "tag": tags(host, task)}
    return filtering.conditions(node, filtering.Asked(keys, _no_text))


def tags(host: sa.ColumnElement[str], task: sa.ColumnElement[str]) -> filtering.Meaning:
    """The task that these columns name has one of these tags."""

    def tagged(test: matching.Test) -> filtering.Condition:
        return sa.tuple_(host, task).in_(sa.select(_tag.c.host, _tag.c.task).where(test(_tag.c.tag)))

    return filtering.tested(tagged)


def of_host(node: Node, host: sa.ColumnElement[str]) -> list[filtering.Condition]:
    """Return the conditions that a host is meant by itself, or has a task within."""
    if node == EVERYTHING:
        return []
    named = [part for part in _parts(node) if grants.hosts_alone(part)]
    having = sa.select(_task.c.host).where(*of_task(node, _task.c.host, _task.c.task))
    keys = filtering.Asked({"host": filtering.names(host)}, _no_text)
    return [sa.or_(host.in_(having), *(sa.and_(sa.true(), *filtering.conditions(part, keys)) for part in named))]


def knows(connection: sa.Connection, node: Node, host: str, task: str) -> bool:
    """Tell whether there is such a task within."""
    here = (_task.c.host == host, _task.c.task == task)
    query = sa.select(sa.literal(1)).where(*here, *of_task(node, _task.c.host, _task.c.task))
    return connection.execute(query).first() is not None


def tags_of(connection: sa.Connection, host: str, task: str) -> list[str]:
    """Return the tags of a task; none for one that nobody knows."""
    query = sa.select(_tag.c.tag).where(_tag.c.host == host, _tag.c.task == task)
    return list(connection.execute(query).scalars())


def tags_of_all(connection: sa.Connection, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Return the tags of these tasks, in one question for all."""
    found = collections.defaultdict[tuple[str, str], list[str]](list)
    query = sa.select(_tag.c.host, _tag.c.task, _tag.c.tag)
    query = query.where(sa.tuple_(_tag.c.host, _tag.c.task).in_(sorted(names)))
    for host, task, tag in connection.execute(query) if names else ():
        found[host, task].append(tag)
    return found


def _parts(node: Node) -> tuple[Node, ...]:
    if node == grants.NOTHING:
        return ()
    return node.nodes if isinstance(node, tree.Any) else (node,)


def _no_text(text: str) -> filtering.Condition:
    raise tree.FilterError("no grant asks for a text", 0, text[:64])
