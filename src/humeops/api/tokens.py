# SPDX-License-Identifier: MIT
"""/api/v1/tokens: who may come in as what. For admins alone.

A token is told once, in the answer to its making. The owner's lies in a file that central sees to (`central.door`), and is not
revoked here.
"""

from typing import Annotated, Literal

import msgspec
from litestar import get, post

from humeops.api import parameters
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central import door
from humeops.central.store import tokens
from humeops.event import MAX_INT64
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.wire import hostname

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$")]
PersonRole = Literal["reporter", "viewer", "operator", "admin"]


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/tokens."""

    name: Name
    role: PersonRole
    host: Annotated[str, msgspec.Meta(max_length=hostname.MAX_HOST)] = ""  # of a reporter: the one it speaks for
    expires_at: Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)] | None = None


class OldToken(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/tokens/revoked."""

    name: Name


class TokenView(msgspec.Struct, omit_defaults=True):
    """A token; `token` itself only in the answer to its making."""

    name: str
    role: str
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    host: str = ""
    token: str = ""


class TokenPage(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/tokens; all on one page."""

    items: list[TokenView]


class Revoked(msgspec.Struct):
    """Answer of POST /api/v1/tokens/revoked."""

    name: str
    revoked_at: int


@get("/api/v1/tokens", sync_to_thread=True)
def list_tokens(central: Central, asked: Asked) -> TokenPage:
    """Return the tokens of people, revoked and expired ones too."""
    roles.authorize(asked.actor, "write", Thing("tokens"))
    parameters.read(asked.parameters, parameters.NoQuery)
    with central.database.reading() as connection:
        return TokenPage([TokenView(*token) for token in tokens.every(connection)])


@post("/api/v1/tokens", sync_to_thread=True)
def make_token(central: Central, asked: Asked, data: NewToken) -> TokenView:
    """Make a token; it is told this once."""
    roles.authorize(asked.actor, "write", Thing("tokens"))
    now_ns = central.clock.wall_ns()
    if data.expires_at is not None and data.expires_at <= now_ns:
        raise parameters.ParameterError("`expires_at`: this is past; a moment in ns since 1970")
    check_host(data.role, data.host)
    try:
        made = central.database.write(
            lambda connection: tokens.make(connection, data.name, data.role, now_ns, data.expires_at, data.host)
        )
    except tokens.TakenNameError as error:
        raise parameters.ParameterError(f"`name`: {error}") from error
    return TokenView(data.name, data.role, now_ns, data.expires_at, None, data.host, made)


def check_host(role: str, host: str) -> None:
    """Raise ParameterError unless a reporter, and nobody else, is bound to a host."""
    if role != "reporter" and host:
        raise parameters.ParameterError("`host`: only a reporter is bound to one")
    if role == "reporter" and not hostname.is_host(host):
        raise parameters.ParameterError(
            "`host`: a reporter is bound to one; name it, without spaces, `:`, `/`, `,`, `=`"
        )


@post("/api/v1/tokens/revoked", sync_to_thread=True)
def revoke_token(central: Central, asked: Asked, data: OldToken) -> Revoked:
    """Let a token, and the sessions it opened, open nothing any more."""
    roles.authorize(asked.actor, "write", Thing("tokens"))
    if data.name == door.OWNER:
        raise parameters.ParameterError(f"`name`: {door.OWNER_STAYS}")
    now_ns = central.clock.wall_ns()
    if not central.database.write(lambda connection: tokens.revoke(connection, data.name, now_ns)):
        raise NotFoundError(f"no token {data.name!a}")
    return Revoked(data.name, now_ns)
