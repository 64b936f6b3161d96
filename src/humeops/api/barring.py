# SPDX-License-Identifier: MIT
"""Refuses an act before its body is looked at: what may not be done in any form is a refusal in the log, and no wrong request.

For acts on all there is. Where it depends on what the body names, its handler alone can tell.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from humeops.api.doorkeeper import ACTOR
from humeops.security import roles
from humeops.security.roles import Kind, Thing


def to_write(kind: Kind) -> list[Guard]:
    """Return what a handler is given as `guards`; its own `authorize` stays, which does not depend on them."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        roles.authorize(connection.scope["state"][ACTOR], "write", Thing(kind))

    return [guard]
