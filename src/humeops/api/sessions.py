# SPDX-License-Identifier: MIT
"""/api/v1/sessions: the asker's own open sessions, listed and ended."""

import msgspec
from litestar import get, post

from humeops.api import acting, barring, parameters
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central.store import sessions
from humeops.event import MAX_INT64
from humeops.security import roles
from humeops.security.roles import Thing


class OldSession(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/sessions/ended."""

    id: int


class SessionView(msgspec.Struct, omit_defaults=True):
    """A session; `seen_at` is right to some minutes."""

    id: int
    created_at: int
    seen_at: int | None
    expires_at: int
    address: str = ""
    is_this: bool = False


class SessionPage(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/sessions; all on one page."""

    items: list[SessionView]


class Ended(msgspec.Struct):
    """Answer of POST /api/v1/sessions/ended."""

    id: int


@get("/api/v1/sessions", sync_to_thread=True)
def list_sessions(central: Central, asked: Asked) -> SessionPage:
    """Return the asker's sessions, the newest first."""
    roles.authorize(asked.actor, "open", Thing("sessions"))
    parameters.read(asked.parameters, parameters.NoQuery)
    return SessionPage(own(central, asked))


@post("/api/v1/sessions/ended", sync_to_thread=True, guards=barring.of_people())
def end_session(central: Central, asked: Asked, data: OldSession) -> Ended:
    """End one of the asker's sessions."""
    roles.authorize(asked.actor, "open", Thing("sessions"))
    end(central, asked, data.id)
    return Ended(data.id)


def own(central: Central, asked: Asked) -> list[SessionView]:
    """Return the asker's sessions as shown."""
    with central.database.reading() as connection:
        found = sessions.of(connection, asked.actor, central.clock.wall_ns())
    this = asked.actor.number if asked.actor.via == "session" else None
    return [SessionView(*one, is_this=one.id == this) for one in found]


def end(central: Central, asked: Asked, number: int) -> None:
    """End this one; NotFoundError when it is not the asker's."""
    if not 0 <= number <= MAX_INT64 >> 32:
        raise NotFoundError("no such session of yours")
    with central.database.writing() as connection:
        if not sessions.end(connection, asked.actor, number):
            raise NotFoundError("no such session of yours")
        acting.note(connection, central, asked, "end session", str(number))
