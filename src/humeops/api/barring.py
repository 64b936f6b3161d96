# SPDX-License-Identifier: MIT
"""Refuses an act before its body is looked at: what may not be done in any form is a refusal in the log, and no wrong request.

Where it depends on what the body names, only what holds for every body is refused here; the rest its handler alone can tell. What a
handler authorizes does not depend on these.
"""

from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from humeops.api import acting
from humeops.errors import NotAllowedError
from humeops.security import grants, roles
from humeops.security.roles import Actor, Kind, Thing


def to_write(kind: Kind) -> list[Guard]:
    """Return what a handler is given as `guards` that writes of all there is."""
    return unless(lambda actor: roles.authorize(actor, "write", Thing(kind)))


def to_write_some(kind: Kind, *, hides: bool = True) -> list[Guard]:
    """Return the same for one that writes of what its body names; with `hides`, who may know of none is told there that it is not there."""

    def check(actor: Actor) -> None:
        if roles.scope(actor, "write", kind) != grants.NOTHING:
            return
        if not hides or roles.scope(actor, "read", kind) != grants.NOTHING:
            raise NotAllowedError(f"{actor.name} may not write {kind}")

    return unless(check)


def to_append(kind: Kind) -> list[Guard]:
    """Return the same for what an agent appends of its own host."""
    return unless(lambda actor: roles.authorize(actor, "append", Thing(kind, actor.host)))


def of_people() -> list[Guard]:
    """Return the same for what is every person's own matter."""
    return unless(lambda actor: roles.authorize(actor, "open", Thing("sessions")))


def unless(check: Callable[[Actor], object]) -> list[Guard]:
    """Return the same for what this check lets through."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        check(connection.scope["state"][acting.ACTOR])

    return [guard]
