# SPDX-License-Identifier: MIT
"""Events: searched, newest first, with how much was said over time; one event with all that is known of it.

A search has an address of its own. While somebody looks on, the page asks for what is newer than its first line (`/events/newer`).
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get

from humeops.api import counting, parameters, views
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central.store import rows
from humeops.central.store.questions import events, runs
from humeops.event import EventId
from humeops.security import roles
from humeops.web import asking, counts, origin, rendering

EVENTS = 200


class NewerQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /events/newer: `than` is the id of an event."""

    than: EventId
    q: parameters.Filter = ""


@get("/events", sync_to_thread=True)
def list_events(central: Central, asked: Asked) -> Response[str]:
    """List the events that match."""
    within = roles.scope(asked.actor, "read", "events")
    query, now_ns = parameters.read(asked.parameters, asking.Search), central.clock.wall_ns()
    wanted = asking.events_filter(query.q, now_ns)._replace(within=within)
    with central.database.reading() as connection:
        page = events.find(connection, wanted, False, EVENTS, query.after)
        window = counting.window_of(wanted, now_ns)
        # The bars stand on the first page alone.
        counted = (
            counting.count(connection, wanted, window, is_slow=page.looked_to is not None)
            if query.after is None
            else None
        )
    return rendering.page(
        "events.html",
        now_ns=now_ns,
        actor=asked.actor,
        q=query.q,
        after=page.next,
        looked_to=page.looked_to,
        is_first=query.after is None,
        bars=counts.draw(window, counted, query.q) if counted else None,
        fixed=counts.fixed(query.q, window),
        **_shown(page.rows),
    )


@get("/events/newer", sync_to_thread=True)
def list_newer(central: Central, asked: Asked) -> Response[str]:
    """Return the lines of what came after an event, to be put before it."""
    within = roles.scope(asked.actor, "read", "events")
    query, now_ns = parameters.read(asked.parameters, NewerQuery), central.clock.wall_ns()
    with central.database.reading() as connection:
        found = events.newer(
            connection, asking.events_filter(query.q, now_ns)._replace(within=within), query.than, EVENTS
        )
    return rendering.page("newer.html", now_ns=now_ns, **_shown(found))


@get("/event/{name:str}", sync_to_thread=True)
def show_event(central: Central, asked: Asked, name: str) -> Response[str]:
    """Show one event."""
    within = roles.scope(asked.actor, "read", "events")
    now_ns = central.clock.wall_ns()
    with central.database.reading() as connection:
        found = events.by_id(connection, name, within) if rows.is_id(name) else None
        if found is None:
            raise NotFoundError("no such event: it may have been let go of since")
        run = runs.by_keys(connection, [found.run], within).get(found.run) if found.run else None
    event = views.event_view(found)
    rest = rows.read_rest(found.rest) if found.rest else rows.Rest()
    return rendering.page(
        "event.html",
        now_ns=now_ns,
        actor=asked.actor,
        event=event,
        said=origin.said(event),
        run=views.run_view(run) if run else None,
        told=origin.of_event(rest.origin),
        output=rest.output,
    )


def _shown(found: Sequence[events.Event]) -> dict[str, Any]:
    shown = [views.event_view(row) for row in found]
    return {"events": shown, "said": {event.id: origin.said(event) for event in shown}}
