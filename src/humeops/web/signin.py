# SPDX-License-Identifier: MIT
"""The way in and out: a link that works once becomes a cookie, which names a session that central keeps."""

from typing import Any

from litestar import Request, Response, get, post

from humeops.api import cookies, links
from humeops.api.problems import NotFoundError
from humeops.api.service import Central
from humeops.central.store import sessions
from humeops.clock import NS_PER_SECOND
from humeops.security import credentials
from humeops.web import rendering


@get(links.SIGN_IN + "{link:str}", sync_to_thread=True)
def sign_in(request: Request[Any, Any, Any], central: Central, link: str) -> Response[str]:
    """Open a session and go to the first page; the link is of no use afterwards."""
    session, now_ns = credentials.make_token("session"), central.clock.wall_ns()
    ends_at = central.database.write(lambda connection: sessions.open_session(connection, link, session, now_ns))
    if ends_at is None:
        raise NotFoundError("This link is used up or too old: run  hume link  for another one.")
    seconds = (ends_at - now_ns) // NS_PER_SECOND
    return rendering.go("/", {"Set-Cookie": cookies.set_session(request.scope, session, seconds)})


@post("/signout", sync_to_thread=True)
def sign_out(request: Request[Any, Any, Any], central: Central) -> Response[str]:
    """End this browser's session."""
    session = cookies.session_of(request.scope)
    if session is not None:
        central.database.write(lambda connection: sessions.end_session(connection, session))
    return rendering.go("/", {"Set-Cookie": cookies.set_session(request.scope, "", 0)})
