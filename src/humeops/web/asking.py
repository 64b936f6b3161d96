# SPDX-License-Identifier: MIT
"""From what a person types to what the store is asked."""

from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store.questions import agents, data, events, tasks
from humeops.clock import NS_PER_SECOND

QUIET_NS = 10 * 60 * NS_PER_SECOND
_MOST_AGENTS = 1_000


class Heard(NamedTuple):
    """How many hosts there are, and which were not heard for a while."""

    hosts: int
    more: bool
    quiet: list[str]


def tasks_filter(text: str) -> tasks.Filter:
    """Return which tasks are meant."""
    return tasks.Filter(task=text)


def hosts_heard(connection: sa.Connection, now_ns: int) -> Heard:
    """Return how the hosts are heard."""
    page = agents.find(connection, agents.Filter(), _MOST_AGENTS, None)
    quiet = [agent.host for agent in page.rows if agent.last_seen_at and now_ns - agent.last_seen_at > QUIET_NS]
    return Heard(len(page.rows), page.next is not None, quiet)


def events_filter(text: str) -> events.Filter:
    """Return which events are meant."""
    return events.Filter(text=text)


def data_filter(text: str) -> data.Filter:
    """Return which data are meant."""
    return data.Filter(key=text)
