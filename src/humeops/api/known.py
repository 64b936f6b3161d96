# SPDX-License-Identifier: MIT
"""Whether somebody may do something to a task: what he may not know of is not there; what he may only read is refused."""

import sqlalchemy as sa

from humeops.api.problems import NotFoundError
from humeops.central.store import scoping
from humeops.security import roles
from humeops.security.roles import Actor, Kind, Thing, Verb


def require(connection: sa.Connection, actor: Actor, verb: Verb, kind: Kind, host: str, task: str) -> None:
    """Return when the actor may; NotFoundError for a task that nobody, or he, knows; NotAllowedError for the rest."""
    if not scoping.knows(connection, roles.scope(actor, "read", kind), host, task):
        raise NotFoundError(f"no task {task[:100]!a} on {host[:100]!a}")
    roles.authorize(actor, verb, Thing(kind, host, task, scoping.tags_of(connection, host, task)))
