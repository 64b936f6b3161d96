# SPDX-License-Identifier: MIT
"""GET /api/v1/audit: what was done and what was refused, newest first. For admins of everything."""

import msgspec
from litestar import get

from humeops.api import parameters
from humeops.api.auditviews import AuditPage, AuditView
from humeops.api.service import Asked, Central
from humeops.central.store.questions import audit
from humeops.security import roles
from humeops.security.roles import Thing


class AuditQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/audit."""

    q: parameters.Filter = ""
    limit: parameters.Limit = parameters.DEFAULT_LIMIT
    after: str | None = None


@get("/api/v1/audit", sync_to_thread=True)
def list_audit(central: Central, asked: Asked) -> AuditPage:
    """Return a page of the log."""
    roles.authorize(asked.actor, "read", Thing("audit"))
    query = parameters.read(asked.parameters, AuditQuery)
    wanted = audit.Filter(parameters.filter_of(query.q, "audit", central.clock.wall_ns()))
    with central.database.reading() as connection:
        page = audit.find(connection, wanted, query.limit, query.after)
    return AuditPage([AuditView(*line) for line in page.rows], page.next)
