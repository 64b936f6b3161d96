# SPDX-License-Identifier: MIT
"""Which channels concern somebody who was granted some tasks: those that are told of these tasks, or were.

He is told their names, of what sort they are and whether they work; where they lead to, and what else goes there, is for those who see everything.
"""

import msgspec
import sqlalchemy as sa

from humeops.api import alertviews
from humeops.api.alertschemas import ChannelView
from humeops.central.alerts import routing
from humeops.central.store import alertbooks, scoping, surroundings, tables
from humeops.central.store.questions import alerts
from humeops.filters.keys import PROBLEMS
from humeops.filters.tree import EVERYTHING, Node
from humeops.security import grants

# Of more tasks than this the first ones stand for all, and so do the newest alerts.
_TASKS = 200
_ALERTS = 200


def channels(connection: sa.Connection, within: Node) -> list[ChannelView]:
    """Return the channels that concern whoever may see what is within."""
    every = alertviews.channel_views(connection)
    if within == EVERYTHING:
        return every
    names = _names(connection, within, [one.name for one in every]) if within != grants.NOTHING else set[str]()
    return [
        msgspec.structs.replace(one, settings={}, error="", waiting=0, failing_since=None, dead_at=None)
        for one in every
        if one.name in names
    ]


def _names(connection: sa.Connection, within: Node, every: list[str]) -> set[str]:
    told = alerts.find(connection, alerts.Filter(within=within), _ALERTS, None).rows
    found = {name for one in told for name in one.alert.channels}
    written, task = alertbooks.current(connection).book, tables.task
    query = sa.select(task.c.host, task.c.task).where(*scoping.of_task(within, task.c.host, task.c.task))
    names = [(host, name) for host, name in connection.execute(query.limit(_TASKS))]
    tags = surroundings.tags(connection, names) if names else {}
    usual = alertbooks.names(connection, written)
    for host, name in names:
        for state in PROBLEMS:
            seen = surroundings.facts_of(host, name, state, "", tags.get((host, name), ()))
            found |= routing.may_reach(written, usual, seen)
            rule = written.first_rule("tasks", seen)
            found |= {channel for step in (rule.escalate if rule else ()) for channel in step.to}
    return found & set(every)
