# SPDX-License-Identifier: MIT
"""/api/v1/enrolments and /credentials: how hosts come in, change what they show, and go.

A host asks with a token that enrols and nothing else; it learns whether it is in. An agent may put a new credential in the place of its own.
All else is for admins alone. Credentials never travel: central is told their hashes.
"""

import sqlalchemy as sa
from litestar import get, post

from humeops.api import acting, barring, parameters
from humeops.api.doorkeeper import CERTIFICATE
from humeops.api.enrolviews import (
    AgentRevoked,
    AgentUnbound,
    Ask,
    Asked,
    Decision,
    EnrolTokenPage,
    EnrolTokenRevoked,
    EnrolTokenView,
    NewCredential,
    NewEnrolToken,
    OldAgent,
    OldEnrolToken,
    RequestPage,
    RequestsQuery,
    RequestView,
    Rotated,
)
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked as Asker
from humeops.api.service import Central
from humeops.central.store import agents, enrolling
from humeops.errors import NotAllowedError
from humeops.security import roles
from humeops.security.roles import Thing


@post("/api/v1/enrolments", sync_to_thread=True)
def ask(central: Central, asked: Asker, data: Ask) -> Asked:
    """Let the host in whose credential has this hash, or have it wait; the same question again has the same answer."""
    roles.authorize(asked.actor, "append", Thing("enrolments", data.host))
    now_ns, kept = central.clock.wall_ns(), bytes.fromhex(data.hash)
    came = str(asked.state.get(CERTIFICATE, ""))

    def let_in(connection: sa.Connection) -> enrolling.Request:
        request = enrolling.ask(connection, asked.actor.credential, data.host, kept, now_ns, came)
        if request.at == now_ns:
            became = "let in" if request.state == "enrolled" else "waits to be approved"
            acting.note(connection, central, asked, "enrol host", data.host, f"{became}, {request.fingerprint}")
        return request

    request = central.database.write(let_in)
    # Asked again, nothing happens: whoever has a token must not be able to fill the log with it.
    asked.state[acting.NOTED] = True
    return Asked(request.host, request.state, request.fingerprint)  # type: ignore[arg-type]


@get("/api/v1/enrolments", sync_to_thread=True)
def list_requests(central: Central, asked: Asker) -> RequestPage:
    """Return who asked to be let in."""
    roles.authorize(asked.actor, "write", Thing("enrolments"))
    query = parameters.read(asked.parameters, RequestsQuery)
    with central.database.reading() as connection:
        return RequestPage([view(one) for one in enrolling.requests(connection, query.state)])


@post("/api/v1/enrolments/decided", sync_to_thread=True, guards=barring.to_write("enrolments"))
def decide(central: Central, asked: Asker, data: Decision) -> RequestView:
    """Let a host in that waits, or not."""
    roles.authorize(asked.actor, "write", Thing("enrolments"))
    now_ns, name = central.clock.wall_ns(), asked.actor.name
    act = "let host in" if data.approve else "deny host"

    def decided(connection: sa.Connection) -> enrolling.Request:
        request = enrolling.decide(connection, data.id, data.approve, name, now_ns)
        acting.note(connection, central, asked, act, request.host, request.fingerprint)
        return request

    try:
        return view(central.database.write(decided))
    except enrolling.EnrolmentError as error:
        raise NotFoundError(str(error)) from error


@get("/api/v1/enrolments/tokens", sync_to_thread=True)
def list_tokens(central: Central, asked: Asker) -> EnrolTokenPage:
    """Return the tokens that enrol hosts, those no longer good too."""
    roles.authorize(asked.actor, "write", Thing("enrolments"))
    parameters.read(asked.parameters, parameters.NoQuery)
    with central.database.reading() as connection:
        return EnrolTokenPage([EnrolTokenView(*one) for one in enrolling.tokens(connection)])


@post("/api/v1/enrolments/tokens", sync_to_thread=True, guards=barring.to_write("enrolments"))
def make_token(central: Central, asked: Asker, data: NewEnrolToken) -> EnrolTokenView:
    """Make a token that enrols hosts; it is told this once."""
    roles.authorize(asked.actor, "write", Thing("enrolments"))
    now_ns = central.clock.wall_ns()
    if data.expires_at <= now_ns:
        raise parameters.ParameterError("`expires_at`: this is past; a moment in ns since 1970")
    wanted = enrolling.Wanted(data.name, data.hosts, data.uses, data.asks, data.expires_at)
    try:
        made = acting.do(
            central,
            asked,
            "make enrol token",
            data.name,
            lambda connection: enrolling.make_token(connection, wanted, now_ns),
            data.hosts,
        )
    except enrolling.EnrolmentError as error:
        raise parameters.ParameterError(f"`name`: {error}") from error
    return EnrolTokenView(data.name, data.hosts, data.uses, data.asks, now_ns, data.expires_at, None, made)


@post("/api/v1/enrolments/tokens/revoked", sync_to_thread=True, guards=barring.to_write("enrolments"))
def revoke_token(central: Central, asked: Asker, data: OldEnrolToken) -> EnrolTokenRevoked:
    """Let a token enrol nobody any more; the hosts it let in stay."""
    roles.authorize(asked.actor, "write", Thing("enrolments"))
    now_ns = central.clock.wall_ns()
    if not acting.do(
        central,
        asked,
        "revoke enrol token",
        data.name,
        lambda connection: enrolling.revoke_token(connection, data.name, now_ns),
    ):
        raise NotFoundError(f"no token {data.name!a} enrols hosts")
    return EnrolTokenRevoked(data.name, now_ns)


@post("/api/v1/credentials", sync_to_thread=True, guards=barring.to_append("credentials"))
def rotate(central: Central, asked: Asker, data: NewCredential) -> Rotated:
    """Put a new credential in the place of the asking agent's own; the one before is good for some minutes more."""
    actor, now_ns = asked.actor, central.clock.wall_ns()
    roles.authorize(actor, "append", Thing("credentials", actor.host))
    if actor.agent is None:
        raise NotAllowedError("this token is no agent's")
    agent, kept = actor.agent, bytes.fromhex(data.hash)
    until = acting.do(
        central,
        asked,
        "renew credential",
        actor.host,
        lambda connection: enrolling.rotate(connection, agent, actor.host, kept, now_ns, actor.certificate),
    )
    return Rotated(actor.host, until)


@post("/api/v1/credentials/revoked", sync_to_thread=True, guards=barring.to_write("credentials"))
def revoke(central: Central, asked: Asker, data: OldAgent) -> AgentRevoked:
    """Let no humed speak for this host any more, until it is enrolled again."""
    roles.authorize(asked.actor, "write", Thing("credentials", data.host))
    now_ns = central.clock.wall_ns()
    ended = acting.do(
        central, asked, "revoke host", data.host, lambda connection: enrolling.revoke(connection, data.host, now_ns)
    )
    if ended.agent is None:
        raise NotFoundError(f"no host {data.host[:100]!a} is known")
    return AgentRevoked(data.host, ended.credentials, ended.agent)


@post("/api/v1/credentials/unbound", sync_to_thread=True, guards=barring.to_write("credentials"))
def unbind(central: Central, asked: Asker, data: OldAgent) -> AgentUnbound:
    """Let the credential of this host go with the client certificate that comes with it next."""
    roles.authorize(asked.actor, "write", Thing("credentials", data.host))
    done = acting.do(
        central,
        asked,
        "unbind certificate",
        data.host,
        lambda connection: agents.unbind(connection, data.host) or None,
    )
    if done is None:
        raise NotFoundError(f"no credential of {data.host[:100]!a} goes with a certificate")
    return AgentUnbound(data.host, done)


def view(request: enrolling.Request) -> RequestView:
    """Return a request as shown."""
    return RequestView(
        request.id,
        request.at,
        request.host,
        request.token,
        request.fingerprint,
        request.state,  # type: ignore[arg-type]
        request.decided_at,
        request.decided_by,
        request.certificate,
    )
