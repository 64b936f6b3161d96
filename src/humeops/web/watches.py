# SPDX-License-Identifier: MIT
"""What is expected: what has not come, what comes within the next day, and everything else that is watched."""

import msgspec
from litestar import Response, get

from humeops import spans
from humeops.api import parameters, views
from humeops.api.service import Asked, Central
from humeops.central.store.questions import watches
from humeops.filters.tree import EVERYTHING
from humeops.security import roles
from humeops.security.grants import NOTHING
from humeops.web import rendering

WATCHES = 300
MISSING = 100


class WatchesPageQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /watches."""

    after: str | None = None


@get("/watches", sync_to_thread=True)
def list_watches(central: Central, asked: Asked) -> Response[str]:
    """List what has not come, then what is expected of tasks, the next one first."""
    within = roles.scope(asked.actor, "read", "watches")
    query, now_ns = parameters.read(asked.parameters, WatchesPageQuery), central.clock.wall_ns()
    with central.database.reading() as connection:
        wanted = watches.Filter(states=("late", "overdue", "unknown"), within=within)
        missing = watches.find(connection, wanted, MISSING, None).rows
        soon = watches.expected(connection, now_ns, now_ns + spans.DAY, WATCHES, within)
        page = watches.find(connection, watches.Filter(within=within), WATCHES, query.after)
        # They are of hosts that nobody knows yet, too: not for whoever sees some tasks alone.
        is_asked = within == EVERYTHING and query.after is None
        many = watches.patterns(connection, watches.Filter()) if is_asked else []
    return rendering.page(
        "watches.html",
        now_ns=now_ns,
        actor=asked.actor,
        missing=[views.watch_view(one) for one in missing],
        soon=[views.watch_view(one) for one in soon],
        many=[views.watch_view(one) for one in many],
        may_write=roles.scope(asked.actor, "write", "watches") != NOTHING,
        every=[views.watch_view(one) for one in page.rows],
        after=page.next,
        is_first=query.after is None,
    )
