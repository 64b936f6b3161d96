# SPDX-License-Identifier: MIT
"""GET /api/v1/events: what was said, searched."""

from litestar import get

from humeops.api import parameters, views
from humeops.api.schemas import EventPage
from humeops.api.service import Asked, Central
from humeops.central.store.questions import events
from humeops.filters.tree import Node
from humeops.security import roles


@get("/api/v1/events", sync_to_thread=True)
def list_events(central: Central, asked: Asked) -> EventPage:
    """Return events in the order of their ids, which begin with the time: newest first unless order=oldest."""
    within = roles.scope(asked.actor, "read", "events")
    query = parameters.read(asked.parameters, parameters.EventsQuery)
    wanted = filter_of(query, central.clock.wall_ns(), within)
    with central.database.reading() as connection:
        page = events.find(connection, wanted, query.order == "oldest", query.limit, query.after)
    return EventPage([views.event_view(row) for row in page.rows], page.next, page.looked_to)


def filter_of(query: parameters.CountsQuery, now_ns: int, within: Node) -> events.Filter:
    """Return which events these parameters choose."""
    return events.Filter(
        query.host,
        query.task,
        query.tag,
        query.run,
        query.kind,
        query.level,
        query.text,
        query.since,
        query.until,
        parameters.filter_of(query.q, "events", now_ns),
        within,
    )
