# SPDX-License-Identifier: MIT
"""Hosts: each with when its agent was heard, and how many of its tasks are in each state."""

import collections
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import cursor, filtering, scoping, tables
from humeops.central.store.questions.page import Page, cut
from humeops.filters.tree import EVERYTHING, Node

_agent = tables.agent
_task = tables.task


class Host(NamedTuple):
    """One host, and its tasks counted by state."""

    host: str
    last_seen_at: int | None
    skew: int | None
    tasks: Mapping[str, int]


class Filter(NamedTuple):
    """Which hosts: a filter, its moments settled."""

    also: Node = EVERYTHING
    within: Node = EVERYTHING  # and of these tasks alone


def find(connection: sa.Connection, wanted: Filter, limit: int, after: str | None) -> Page[Host]:
    """Return a page of hosts, by name."""
    query = sa.select(_agent.c.host, _agent.c.last_seen_at, _agent.c.skew)
    narrow = scoping.of_host(wanted.within, _agent.c.host)
    query = query.where(*conditions(wanted.also), *narrow)
    if after is not None:
        query = query.where(_agent.c.host > cursor.unpack(after, tuple[str])[0])
    found = connection.execute(query.order_by(_agent.c.host).limit(limit + 1)).all()
    page = cut(found, limit, lambda row: cursor.pack(row.host))
    counted = _count(connection, [row.host for row in page.rows], wanted.within)
    return Page([Host(row.host, row.last_seen_at, row.skew, counted[row.host]) for row in page.rows], page.next)


def conditions(node: Node) -> list[filtering.Condition]:
    """Return what has to hold of a row of agents for the host to be chosen by this filter."""
    return filtering.conditions(node, _ASKED)


def _count(connection: sa.Connection, hosts: Sequence[str], within: Node) -> Mapping[str, dict[str, int]]:
    counted = collections.defaultdict[str, dict[str, int]](dict)
    query = sa.select(_task.c.host, _task.c.state, sa.func.count()).where(_task.c.host.in_(hosts))
    query = query.where(*scoping.of_task(within, _task.c.host, _task.c.task))
    for host, state, number in connection.execute(query.group_by(_task.c.host, _task.c.state)) if hosts else ():
        counted[host][state] = number
    return counted


_ASKED = filtering.Asked(
    {
        "host": filtering.names(_agent.c.host),
        "since": lambda match: sa.func.coalesce(_agent.c.last_seen_at, 0) >= filtering.moment(match),
        "until": lambda match: sa.func.coalesce(_agent.c.last_seen_at, 0) < filtering.moment(match),
    },
    filtering.contained(_agent.c.host),
)
