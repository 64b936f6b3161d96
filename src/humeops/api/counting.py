# SPDX-License-Identifier: MIT
"""GET /api/v1/events/counts: how much was said over time, by level: of the newest events of a window."""

import msgspec
import sqlalchemy as sa
from litestar import get

from humeops.api import parameters
from humeops.api.events import filter_of
from humeops.api.service import Asked, Central
from humeops.central import buckets
from humeops.central.store.questions import events
from humeops.event import Level
from humeops.security import roles


class BucketView(msgspec.Struct):
    """A step in which something was said: when it began, and how much at which level."""

    at: int
    levels: dict[Level, int]


class EventCounts(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/events/counts. `counted_since`: what was said before is not counted."""

    since: int
    until: int
    step: int
    items: list[BucketView]
    counted_since: int | None = None


@get("/api/v1/events/counts", sync_to_thread=True)
def count_events(central: Central, asked: Asked) -> EventCounts:
    """Return the newest events of a window counted in steps; without `since` of the last day."""
    within = roles.scope(asked.actor, "read", "events")
    query, now_ns = parameters.read(asked.parameters, parameters.CountsQuery), central.clock.wall_ns()
    with central.database.reading() as connection:
        wanted = filter_of(query, now_ns, within)
        counted = count(connection, wanted, window := window_of(wanted, now_ns))
    items = [BucketView(one.at, one.levels) for one in counted.buckets]
    since = counted.since if counted.since != window.since else None
    return EventCounts(window.since, window.until, window.step, items, since)


def window_of(wanted: events.Filter, now_ns: int) -> buckets.Window:
    """Return the window that a filter says."""
    return buckets.window(*events.bounds(wanted), now_ns)


def count(
    connection: sa.Connection, wanted: events.Filter, window: buckets.Window, *, is_slow: bool = False
) -> buckets.Counted:
    """Count what is wanted in the window; `is_slow`: it is known that no index finds it."""
    found = events.count(connection, wanted, *window, buckets.MOST_EVENTS, is_slow=is_slow)
    return buckets.sort_out(window, found.steps, looked_to=found.looked_to)
