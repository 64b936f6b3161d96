# SPDX-License-Identifier: MIT
"""POST /api/v1/links: a link that signs the asker in to the pages, once."""

import sqlalchemy as sa
from litestar import post

from humeops.api import acting, parameters
from humeops.api.schemas import LinkView
from humeops.api.service import Asked, Central
from humeops.central.store import sessions
from humeops.security import credentials, roles
from humeops.security.roles import Thing

SIGN_IN = "/signin/"


@post("/api/v1/links", sync_to_thread=True)
def make_link(central: Central, asked: Asked) -> LinkView:
    """Return a path that opens a session for whoever follows it first, as the asker."""
    roles.authorize(asked.actor, "open", Thing("sessions"))
    parameters.read(asked.parameters, parameters.NoQuery)
    token, now_ns = credentials.make_token("link"), central.clock.wall_ns()

    def act(connection: sa.Connection) -> int:
        acting.note(connection, central, asked, "make link", asked.actor.name)
        return sessions.add_link(connection, token, asked.actor, now_ns)

    expires_at = central.database.write(act)
    return LinkView(SIGN_IN + token, expires_at)
