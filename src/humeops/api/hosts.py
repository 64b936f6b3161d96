# SPDX-License-Identifier: MIT
"""GET /api/v1/hosts: the hosts that report, each with its tasks counted by state."""

from litestar import get

from humeops.api import parameters
from humeops.api.overviews import HostPage, HostView
from humeops.api.service import Asked, Central
from humeops.central.store.questions import hosts
from humeops.security import roles


@get("/api/v1/hosts", sync_to_thread=True)
def list_hosts(central: Central, asked: Asked) -> HostPage:
    """Return hosts by name."""
    within = roles.scope(asked.actor, "read", "agents")
    query = parameters.read(asked.parameters, parameters.HostsQuery)
    wanted = hosts.Filter(parameters.filter_of(query.q, "hosts", central.clock.wall_ns()), within)
    with central.database.reading() as connection:
        page = hosts.find(connection, wanted, query.limit, query.after)
    return HostPage([HostView(row.host, row.last_seen_at, row.skew, dict(row.tasks)) for row in page.rows], page.next)
