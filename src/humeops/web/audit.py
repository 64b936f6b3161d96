# SPDX-License-Identifier: MIT
"""The audit log, for admins: searched, newest first."""

from litestar import Response, get

from humeops.api import parameters
from humeops.api.service import Asked, Central
from humeops.central.store.questions import audit
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.web import asking, rendering

LINES = 200


@get("/audit", sync_to_thread=True)
def show_audit(central: Central, asked: Asked) -> Response[str]:
    """List what was done and what was refused."""
    roles.authorize(asked.actor, "read", Thing("audit"))
    query, now_ns = parameters.read(asked.parameters, asking.Search), central.clock.wall_ns()
    wanted = audit.Filter(parameters.filter_of(query.q, "audit", now_ns))
    with central.database.reading() as connection:
        page = audit.find(connection, wanted, LINES, query.after)
    return rendering.page("audit.html", now_ns=now_ns, actor=asked.actor, q=query.q, lines=page.rows, after=page.next)
