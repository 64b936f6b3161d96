# SPDX-License-Identifier: MIT
"""The way in and out: a link that works once, or a name and a password, becomes a cookie, which names a session that central keeps.

A session is made anew each time, whatever the browser brought, and the one it had before ends. What is answered to a wrong password is answered
to a wrong name, too, after as long; whoever tries too often waits.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from humeops.api import acting, cookies, links
from humeops.api.doorkeeper import ADDRESS
from humeops.api.problems import NotFoundError
from humeops.api.service import Central
from humeops.central.store import auditing, sessions, throttle, users
from humeops.clock import NS_PER_SECOND
from humeops.security import credentials, names, passwords
from humeops.web import rendering

WRONG = "This name and this password do not belong together."
_Request = Request[Any, Any, Any]


class SignInForm(msgspec.Struct):
    """POST /signin."""

    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    password: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


Form = Annotated[SignInForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(links.SIGN_IN.rstrip("/"), sync_to_thread=True)
def show_form(central: Central) -> Response[str]:
    """Show how to sign in."""
    return form(central.people.offer)


@post(links.SIGN_IN.rstrip("/"), sync_to_thread=True)
def sign_in_by_name(request: _Request, central: Central, data: Form) -> Response[str]:
    """Open a session for a name and its password."""
    state = request.scope["state"]
    state[acting.ACT], state[acting.WHO] = "sign in", _named(data.name)
    if not cookies.is_own_page(request.scope):
        return refused(central, state, 403, "This form was not sent by a page of ours: load the page again.")
    now_ns, attempt = central.clock.wall_ns(), throttle.attempt_of(data.name, state[ADDRESS])
    if wait := central.database.write(lambda connection: throttle.count(connection, attempt, now_ns)):
        return refused(central, state, 429, f"Too many attempts: try again in {wait} s.", wait)
    user = _user(central, data)
    if user is None:
        return refused(central, state, 401, WRONG)
    renewed = passwords.make_hash(data.password) if passwords.is_old(user.password or "") else None

    def act(connection: sa.Connection, session: str) -> int:
        throttle.succeeded(connection, attempt)
        if renewed is not None:
            users.renew_hash(connection, user.id, renewed)
        return open_for(connection, central, request, user.id, user.name, session, "password")

    return enter(request, central, act)


@get(links.SIGN_IN + "{link:str}", sync_to_thread=True)
def sign_in(request: _Request, central: Central, link: str) -> Response[str]:
    """Open a session and go to the first page; the link is of no use afterwards."""
    address = str(request.scope["state"][ADDRESS])

    def act(connection: sa.Connection, session: str) -> int:
        opened = sessions.open_session(connection, link, session, central.clock.wall_ns(), address)
        if opened is None:
            raise NotFoundError("This link is used up or too old: run `hume link` for another one.")
        actor, ends_at = opened
        auditing.write(connection, auditing.Entry(actor.name, "link", address, "sign in"), central.clock.wall_ns())
        return ends_at

    return enter(request, central, act)


@post("/signout", sync_to_thread=True)
def sign_out(request: _Request, central: Central) -> Response[str]:
    """End this browser's session."""
    session = cookies.session_of(request.scope)
    request.scope["state"][acting.ACT] = "sign out"
    if session is not None:
        central.database.write(lambda connection: sessions.end_session(connection, session))
    gone = {"Set-Cookie": cookies.set_session(request.scope, "", 0)}
    return rendering.go("/signin/openid/out" if central.people.provider else "/", gone)


def enter(request: _Request, central: Central, act: Callable[[sa.Connection, str], int]) -> Response[str]:
    """Open a new session as `act` says, which returns when it ends, end the one the browser had, and go to the first page."""
    session, before = credentials.make_token("session"), cookies.session_of(request.scope)

    def whole(connection: sa.Connection) -> int:
        ends_at = act(connection, session)
        if before is not None:
            sessions.end_session(connection, before)
        return ends_at

    seconds = (central.database.write(whole) - central.clock.wall_ns()) // NS_PER_SECOND
    return rendering.go("/", {"Set-Cookie": cookies.set_session(request.scope, session, seconds)})


def open_for(
    connection: sa.Connection,
    central: Central,
    request: _Request,
    person: int,
    name: str,
    session: str,
    via: str,
    lasts_ns: int = sessions.SESSION_NS,
) -> int:
    """Open this session for somebody who has shown who he is, and write it down; return when it ends."""
    state, now_ns = request.scope["state"], central.clock.wall_ns()
    sessions.open_for(connection, person, name, session, now_ns, state[ADDRESS], lasts_ns)
    auditing.write(connection, auditing.Entry(name, via, state[ADDRESS], "sign in"), now_ns)
    state[acting.NOTED] = True
    return now_ns + lasts_ns


def form(offer: str, status: int = 200, wrong: str = "", wait: int = 0) -> Response[str]:
    """Return the page with which one signs in; `offer` names the OpenID provider, if there is one."""
    headers = {"Retry-After": str(wait)} if wait else {}
    return rendering.page("signin.html", status, headers, wrong=wrong, offer=offer)


def _named(name: str) -> str:
    # A password that is typed into the wrong field must not stand in a log that nobody can change.
    return name if names.is_name(name) else "nobody"


def _user(central: Central, data: SignInForm) -> users.User | None:
    with central.database.reading() as connection:
        known = users.find(connection, data.name) if "\0" not in data.name else None
    usable = known if known is not None and known.disabled_at is None else None
    # Looked at in any case: a name that is not known must not be answered sooner.
    return usable if passwords.fits(data.password, usable.password if usable else None) else None


def refused(central: Central, state: dict[str, Any], status: int, wrong: str, wait: int = 0) -> Response[str]:
    """Return the page again, with why this was no way in; the log is told, too."""
    state[acting.REASON] = wrong
    return form(central.people.offer, status, wrong, wait)
