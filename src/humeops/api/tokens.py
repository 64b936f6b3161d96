# SPDX-License-Identifier: MIT
"""/api/v1/tokens: who may come in as what. Admins see to all of them, everybody else with a name to his own.

What somebody makes for himself carries at most what he was granted, is narrowed to a role and a filter, and ends within a year. A token makes no tokens.

A token is told once, in the answer to its making. The owner's lies in a file that central sees to (`central.door`), and is not
revoked here.
"""

from typing import Annotated, Literal

import msgspec
import sqlalchemy as sa
from litestar import get, post

from humeops.api import acting, barring, parameters
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central import door
from humeops.central.store import tokens
from humeops.errors import NotAllowedError
from humeops.event import MAX_INT64
from humeops.security import grants, roles
from humeops.security.grants import GivenFilter
from humeops.security.names import Name
from humeops.security.roles import Actor, Thing
from humeops.wire import hostname

PersonRole = Literal["reporter", "viewer", "operator", "admin"]
LONGEST_NS = 366 * 86_400 * 1_000_000_000


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/tokens."""

    name: Name
    role: PersonRole
    host: Annotated[str, msgspec.Meta(max_length=hostname.MAX_HOST)] = ""  # of a reporter: the one it speaks for
    expires_at: Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)] | None = None
    filter: GivenFilter = None


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
    filter: str = ""
    owner: str = ""
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
    """Return the tokens of people, revoked and expired ones too; the asker's own where he is no admin."""
    person = _whose(asked.actor)
    parameters.read(asked.parameters, parameters.NoQuery)
    with central.database.reading() as connection:
        return TokenPage([TokenView(*token) for token in tokens.every(connection, person)])


def _whose(actor: Actor) -> int | None:
    """Return whose tokens the asker sees to: None for everybody's."""
    if actor.person is None or roles.may(actor, "write", Thing("tokens")):
        roles.authorize(actor, "write", Thing("tokens"))
        return None
    return actor.person


def _check_maker(actor: Actor) -> None:
    """Raise NotAllowedError for whoever makes no tokens, whatever they are to carry."""
    if actor.person is None:
        roles.authorize(actor, "write", Thing("tokens"))
    elif actor.via == "token":
        raise NotAllowedError("a token makes no tokens: sign in, and make it on the page of your account")


@post("/api/v1/tokens", sync_to_thread=True, guards=barring.unless(_check_maker))
def make_token(central: Central, asked: Asked, data: NewToken) -> TokenView:
    """Make a token; it is told this once."""
    return make(central, asked, data)


def make(central: Central, asked: Asked, data: NewToken) -> TokenView:
    """Make a token for the asker, or for nobody in particular where the asker has no name."""
    now_ns, person, within = central.clock.wall_ns(), _maker(asked, data), parameters.within(data.filter)
    if data.expires_at is not None and data.expires_at <= now_ns:
        raise parameters.ParameterError("`expires_at`: this is past; a moment in ns since 1970")
    check_host(data.role, data.host)
    if person is not None and (data.expires_at is None or data.expires_at > now_ns + LONGEST_NS):
        raise parameters.ParameterError("`expires_at`: a token of yours ends within a year")

    def act(connection: sa.Connection) -> str:
        token = tokens.make(connection, data.name, data.role, now_ns, data.expires_at, data.host, within, person)
        acting.note(connection, central, asked, "make token", data.name, f"{data.role} on {within or 'everything'}")
        return token

    try:
        made = central.database.write(act)
    except tokens.TakenNameError as error:
        raise parameters.ParameterError(f"`name`: {error}") from error
    owner = asked.actor.name if person is not None else ""
    view = TokenView(data.name, data.role, now_ns, data.expires_at, None, data.host, within, owner)
    view.token = made
    return view


def check_host(role: str, host: str) -> None:
    """Raise ParameterError unless a reporter, and nobody else, is bound to a host."""
    if role != "reporter" and host:
        raise parameters.ParameterError("`host`: only a reporter is bound to one")
    if role == "reporter" and not hostname.is_host(host):
        raise parameters.ParameterError(
            "`host`: a reporter is bound to one; name it, without spaces, `:`, `/`, `,`, `=`"
        )


@post("/api/v1/tokens/revoked", sync_to_thread=True, guards=barring.unless(_whose))
def revoke_token(central: Central, asked: Asked, data: OldToken) -> Revoked:
    """Let a token, and the sessions it opened, open nothing any more."""
    return revoke(central, asked, data.name)


def revoke(central: Central, asked: Asked, name: str, own: bool = False) -> Revoked:
    """Revoke the token of this name: of anybody for an admin unless it has to be his own, else of the asker."""
    person = asked.actor.person if own else _whose(asked.actor)
    if name == door.OWNER and person is None:
        raise parameters.ParameterError(f"`name`: {door.OWNER_STAYS}")
    now_ns = central.clock.wall_ns()

    def act(connection: sa.Connection) -> bool:
        done = tokens.revoke(connection, name, now_ns, person)
        if done:
            acting.note(connection, central, asked, "revoke token", name)
        return done

    if not central.database.write(act):
        raise NotFoundError(f"no token {name!a}")
    return Revoked(name, now_ns)


def _maker(asked: Asked, data: NewToken) -> int | None:
    _check_maker(asked.actor)
    if asked.actor.person is None:
        return None
    if grants.RANKS.index(data.role) > grants.RANKS.index(grants.rank(asked.actor.role)) or asked.actor.text:
        raise NotAllowedError(f"you were not granted what this token would carry: {data.role}")
    return asked.actor.person
