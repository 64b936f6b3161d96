# SPDX-License-Identifier: MIT
"""Events: searched, newest first; a search has an address of its own, and the same as NDJSON through the API."""

from litestar import Response, get

from humeops.api import parameters, views
from humeops.api.service import Asked, Central
from humeops.central.store.questions import events
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.web import asking, origin, rendering

EVENTS = 200


@get("/events", sync_to_thread=True)
def list_events(central: Central, asked: Asked) -> Response[str]:
    """List the events that match."""
    roles.authorize(asked.actor, "read", Thing("events"))
    query, now_ns = parameters.read(asked.parameters, asking.Search), central.clock.wall_ns()
    wanted = asking.events_filter(query.q, now_ns)
    with central.database.reading() as connection:
        page = events.find(connection, wanted, False, EVENTS, query.after)
    shown = [views.event_view(row) for row in page.rows]
    return rendering.page(
        "events.html",
        now_ns=now_ns,
        actor=asked.actor,
        q=query.q,
        events=shown,
        said={event.id: origin.said(event) for event in shown},
        after=page.next,
        is_first=query.after is None,
    )
