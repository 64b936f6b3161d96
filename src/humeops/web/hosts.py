# SPDX-License-Identifier: MIT
"""Hosts: which are known and how well they are heard; and one host, with its agent, its tasks and its data."""

import msgspec
from litestar import Response, get

from humeops.api import parameters, views
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central.store.questions import agents, data, events, hosts, tasks
from humeops.security import roles
from humeops.web import asking, now, origin, rendering, words

HOSTS = 200
TASKS = 200
EVENTS = 30
DATA = 100


class HostQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /host."""

    name: parameters.Pattern


@get("/hosts", sync_to_thread=True)
def list_hosts(central: Central, asked: Asked) -> Response[str]:
    """List hosts by name."""
    within = roles.scope(asked.actor, "read", "agents")
    query, now_ns = parameters.read(asked.parameters, asking.Search), central.clock.wall_ns()
    with central.database.reading() as connection:
        page = hosts.find(connection, asking.hosts_filter(query.q, now_ns)._replace(within=within), HOSTS, query.after)
    rows = [
        (host, [(state, host.tasks[state]) for state in words.STATES if host.tasks.get(state)]) for host in page.rows
    ]
    return rendering.page(
        "hosts.html", now_ns=now_ns, actor=asked.actor, q=query.q, hosts=rows, after=page.next, quiet_ns=asking.QUIET_NS
    )


@get("/host", sync_to_thread=True)
def show_host(central: Central, asked: Asked) -> Response[str]:
    """Show one host."""
    within = roles.scope(asked.actor, "read", "agents")
    query, now_ns = parameters.read(asked.parameters, HostQuery), central.clock.wall_ns()
    with central.database.reading() as connection:
        found = agents.find(connection, agents.Filter(query.name, within=within), 10, None).rows
        agent = next((views.agent_view(one) for one in found if one.host == query.name), None)
        page = tasks.find(connection, tasks.Filter(query.name, within=within), TASKS, None)
        if agent is None and not page.rows:
            raise NotFoundError(f"no host {query.name[:100]!a}")
        rows = now.lines(connection, page.rows)
        said = events.find(connection, events.Filter(query.name, within=within), False, EVENTS, None)
        shared = data.find(connection, data.Filter(query.name, within=within), DATA, None)
    shown = [views.event_view(row) for row in said.rows]
    return rendering.page(
        "host.html",
        now_ns=now_ns,
        actor=asked.actor,
        name=query.name,
        agent=agent,
        quiet_ns=asking.QUIET_NS,
        rows=rows,
        more=page.next is not None,
        events=shown,
        said={event.id: origin.said(event) for event in shown},
        data=[views.datum_view(datum) for datum in shared.rows],
    )
