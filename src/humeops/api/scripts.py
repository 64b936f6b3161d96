# SPDX-License-Identifier: MIT
"""GET /api/v1/scripts: which scripts run where, and how each was signed when it ran last."""

from litestar import get

from humeops.api import parameters, views
from humeops.api.schemas import ScriptPage
from humeops.api.service import Asked, Central
from humeops.central.store.questions import scripts
from humeops.security import roles


@get("/api/v1/scripts", sync_to_thread=True)
def list_scripts(central: Central, asked: Asked) -> ScriptPage:
    """Return a page of scripts."""
    within = roles.scope(asked.actor, "read", "scripts")
    query, now_ns = parameters.read(asked.parameters, parameters.ScriptsQuery), central.clock.wall_ns()
    wanted = scripts.Filter(query.host, query.task, parameters.filter_of(query.q, "scripts", now_ns), within)
    with central.database.reading() as connection:
        page = scripts.find(connection, wanted, now_ns, query.limit, query.after)
    return ScriptPage([views.script_view(one, now_ns) for one in page.rows], page.next)
