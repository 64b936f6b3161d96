# SPDX-License-Identifier: MIT
"""Scripts: which run where, signed by whom; first what does not verify, what changed without a new signature, what expires."""

from litestar import Response, get

from humeops.api import parameters, trust, views
from humeops.api.service import Asked, Central
from humeops.api.trustviews import TrustView
from humeops.central.store.questions import scripts
from humeops.errors import UnavailableError
from humeops.filters.keys import SIGNATURES
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.web import asking, rendering

SCRIPTS = 200
WANTING = 50


@get("/scripts", sync_to_thread=True)
def list_scripts(central: Central, asked: Asked) -> Response[str]:
    """List the scripts that match; without a filter, what wants a look comes first."""
    within = roles.scope(asked.actor, "read", "scripts")
    query, now_ns = parameters.read(asked.parameters, asking.Search), central.clock.wall_ns()
    wanted = asking.scripts_filter(query.q, now_ns)._replace(within=within)
    is_first = not query.q and query.after is None
    with central.database.reading() as connection:
        page = scripts.find(connection, wanted, now_ns, SCRIPTS, query.after)
        wanting = scripts.wanting(connection, wanted, now_ns, WANTING) if is_first else []
    return rendering.page(
        "scripts.html",
        now_ns=now_ns,
        actor=asked.actor,
        q=query.q,
        scripts=[views.script_view(one, now_ns) for one in page.rows],
        wanting=[views.script_view(one, now_ns) for one in wanting],
        is_first=is_first,
        trust=_handed_out(central, asked) if is_first else None,
        soon_ns=now_ns + scripts.EXPIRING_NS,
        words=SIGNATURES,
        after=page.next,
    )


def _handed_out(central: Central, asked: Asked) -> TrustView | None:
    if not roles.may(asked.actor, "read", Thing("trust")):
        return None
    try:
        return trust.find(central)
    except UnavailableError:
        return None  # whoever publishes the next one is told; the scripts are there all the same
