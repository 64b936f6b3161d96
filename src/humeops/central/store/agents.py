# SPDX-License-Identifier: MIT
"""Agents and credentials: who a token belongs to."""

from typing import cast

import sqlalchemy as sa

from humeops.central.store import tables
from humeops.security import credentials
from humeops.security.roles import Actor, Role

_agent = tables.agent
_credential = tables.credential

_FIND = (
    sa.select(
        _credential.c.hash,
        _credential.c.name,
        _credential.c.role,
        _credential.c.expires_at,
        _credential.c.revoked_at,
        _agent.c.id,
        _agent.c.host,
    )
    .select_from(_credential.outerjoin(_agent, _agent.c.id == _credential.c.agent))
    .where(_credential.c.hash == sa.bindparam("hash"))
)


def find_actor(connection: sa.Connection, token: str, now_ns: int) -> Actor | None:
    """Return whose token this is; None when it is nobody's, revoked or expired."""
    if not credentials.is_token(token):
        return None
    found = connection.execute(_FIND, {"hash": credentials.hash_token(token)}).one_or_none()
    if found is None or found.revoked_at is not None or not credentials.matches(token, found.hash):
        return None
    if found.expires_at is not None and found.expires_at <= now_ns:
        return None
    return Actor(found.name, cast(Role, found.role), found.id, found.host or "")


def find_or_make_agent(connection: sa.Connection, host: str, now_ns: int) -> int:
    """Return the agent of this host, made when it is new."""
    found = connection.execute(sa.select(_agent.c.id).where(_agent.c.host == host)).scalar_one_or_none()
    if found is not None:
        return int(found)
    made = sa.insert(_agent).values(host=host, created_at=now_ns).returning(_agent.c.id)
    return int(connection.execute(made).scalar_one())


def register(
    connection: sa.Connection, token: str, kind: credentials.Kind, name: str, agent: int | None, now_ns: int
) -> None:
    """Let this token open the door from now on, to a person as admin or to an agent; a known token stays as it is."""
    kept = credentials.hash_token(token)
    if connection.execute(sa.select(_credential.c.id).where(_credential.c.hash == kept)).first() is None:
        connection.execute(
            sa.insert(_credential).values(
                hash=kept,
                kind=kind,
                agent=agent,
                name=name,
                role="agent" if kind == "agent" else "admin",
                created_at=now_ns,
            )
        )


def revoke(connection: sa.Connection, kind: credentials.Kind, name: str, now_ns: int) -> int:
    """Revoke every token of this kind and name; return how many there were."""
    return connection.execute(
        sa.update(_credential)
        .where(_credential.c.kind == kind, _credential.c.name == name, _credential.c.revoked_at.is_(None))
        .values(revoked_at=now_ns)
    ).rowcount
