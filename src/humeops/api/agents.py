# SPDX-License-Identifier: MIT
"""GET /api/v1/agents: who reports, when it was last heard, and what was lost on the way."""

from litestar import get

from humeops.api import parameters, views
from humeops.api.schemas import AgentPage
from humeops.api.service import Asked, Central
from humeops.central.store.questions import agents
from humeops.security import roles


@get("/api/v1/agents", sync_to_thread=True)
def list_agents(central: Central, asked: Asked) -> AgentPage:
    """Return agents by host."""
    within = roles.scope(asked.actor, "read", "agents")
    query = parameters.read(asked.parameters, parameters.AgentsQuery)
    also = parameters.filter_of(query.q, "hosts", central.clock.wall_ns())
    with central.database.reading() as connection:
        page = agents.find(connection, agents.Filter(query.host, query.lossy, also, within), query.limit, query.after)
    return AgentPage([views.agent_view(agent) for agent in page.rows], page.next)
