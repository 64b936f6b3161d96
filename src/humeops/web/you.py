# SPDX-License-Identifier: MIT
"""The account of whoever is signed in: what he may do, his password, his sessions, his tokens; and how the owner becomes the first user."""

from typing import Annotated, Any, Literal

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from humeops.api import acting, parameters, sessions, tokens, users
from humeops.api.service import Asked, Central
from humeops.central.store import tokens as store_tokens
from humeops.central.store import users as store_users
from humeops.errors import NotAllowedError
from humeops.security import roles
from humeops.security.grants import GrantFilter
from humeops.security.names import Name
from humeops.security.roles import Thing
from humeops.web import rendering, signin

_DAY_NS = 86_400 * 1_000_000_000


class PasswordForm(msgspec.Struct):
    """POST /you/password."""

    old: users.Password = ""
    new: users.Password = ""


class FirstForm(msgspec.Struct):
    """POST /you/first."""

    name: Name
    password: users.Password


class SessionForm(msgspec.Struct):
    """POST /you/session."""

    id: int


class TokenForm(msgspec.Struct):
    """POST /you/token."""

    name: Name
    role: Literal["viewer", "operator", "admin"] = "viewer"
    filter: GrantFilter = ""
    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 90


class OldTokenForm(msgspec.Struct):
    """POST /you/token/revoked."""

    name: Name


_FORM = Body(media_type=RequestEncodingType.URL_ENCODED)


@get("/you", sync_to_thread=True)
def show_you(central: Central, asked: Asked) -> Response[str]:
    """Show who one is here, and what one may do."""
    roles.authorize(asked.actor, "open", Thing("sessions"))
    parameters.read(asked.parameters, parameters.NoQuery)
    return _page(central, asked)


@post("/you/password", sync_to_thread=True)
def change_password(central: Central, asked: Asked, data: Annotated[PasswordForm, _FORM]) -> Response[str]:
    """Change one's own password; all other sessions end."""
    try:
        users.change(central, asked, data.old, data.new)
    except (NotAllowedError, parameters.ParameterError) as error:
        asked.state[acting.REASON] = str(error)
        return _page(central, asked, wrong=str(error))
    return _page(central, asked, done="Your password is changed, and your other sessions have ended.")


@post("/you/first", sync_to_thread=True)
def become_first(
    request: Request[Any, Any, Any], central: Central, asked: Asked, data: Annotated[FirstForm, _FORM]
) -> Response[str]:
    """Let the owner, who came by a link, become the first user: an admin of everything."""
    roles.authorize(asked.actor, "write", Thing("users"))
    try:
        kept = users.new_hash(data.password, data.name)
    except parameters.ParameterError as error:
        return _page(central, asked, wrong=str(error))

    def act(connection: sa.Connection, session: str) -> int:
        if store_users.is_anybody(connection):
            raise NotAllowedError("there are users already: an admin adds others with  hume-central user add")
        now_ns = central.clock.wall_ns()
        person = store_users.add(connection, data.name, kept, now_ns)
        store_users.grant(connection, data.name, "admin", "", asked.actor.name, now_ns)
        acting.note(connection, central, asked, "add user", data.name, "admin on everything, the first user")
        return signin.open_for(connection, central, request, person, data.name, session, "password")

    return signin.enter(request, central, act)


@post("/you/session", sync_to_thread=True)
def end_session(central: Central, asked: Asked, data: Annotated[SessionForm, _FORM]) -> Response[str]:
    """End one of one's own sessions."""
    sessions.end(central, asked, data.id)
    return rendering.go("/you")


@post("/you/token", sync_to_thread=True)
def make_token(central: Central, asked: Asked, data: Annotated[TokenForm, _FORM]) -> Response[str]:
    """Make a token, and show it this once."""
    if asked.actor.person is None:
        raise NotAllowedError("a token of the owner's is made with  hume-central token NAME")
    expires_at = central.clock.wall_ns() + data.days * _DAY_NS
    try:
        made = tokens.make(
            central,
            asked,
            tokens.NewToken(data.name, data.role, expires_at=expires_at, filter=data.filter.strip() or None),
        )
    except (NotAllowedError, parameters.ParameterError) as error:
        asked.state[acting.REASON] = str(error)
        return _page(central, asked, wrong=str(error))
    return _page(central, asked, token=made.token)


@post("/you/token/revoked", sync_to_thread=True)
def revoke_token(central: Central, asked: Asked, data: Annotated[OldTokenForm, _FORM]) -> Response[str]:
    """Revoke one of one's own tokens."""
    if asked.actor.person is None:
        raise NotAllowedError("a token of the owner's is revoked with  hume-central token revoke NAME")
    tokens.revoke(central, asked, data.name, own=True)
    return rendering.go("/you")


def _page(central: Central, asked: Asked, wrong: str = "", done: str = "", token: str = "") -> Response[str]:
    actor, now_ns = asked.actor, central.clock.wall_ns()
    with central.database.reading() as connection:
        known = store_users.find(connection, actor.name) if actor.person is not None else None
        mine = store_tokens.every(connection, actor.person) if actor.person is not None else []
        is_first = not store_users.is_anybody(connection) and roles.may(actor, "write", Thing("users"))
    return rendering.page(
        "you.html",
        400 if wrong else 200,
        now_ns=now_ns,
        actor=actor,
        known=known,
        sessions=sessions.own(central, asked),
        tokens=[one for one in mine if one.revoked_at is None and (one.expires_at or now_ns + 1) > now_ns],
        is_first=is_first,
        may_audit=roles.may(actor, "read", Thing("audit")),
        wrong=wrong,
        done=done,
        token=token,
    )
