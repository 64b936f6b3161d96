# SPDX-License-Identifier: MIT
"""Agents and credentials: who a token belongs to."""

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa

from humeops.central.store import driver, sessions, tables, users
from humeops.filters.tree import FilterError
from humeops.security import credentials, grants
from humeops.security.grants import Grant
from humeops.security.roles import Actor, Role

_agent = tables.agent
_credential = tables.credential

# As text: put together by SQLAlchemy, it would cost each intake batch several times what the database takes for it.
_FIND = """
SELECT c.id AS credential, c.hash, c.kind, c.name, c.role, c.expires_at, c.revoked_at, c.person, c.filter, c.seen_at,
       c.certificate, p.disabled_at, a.id, a.host, a.shared_at
FROM credential c LEFT JOIN agent a ON a.id = c.agent LEFT JOIN person p ON p.id = c.person
WHERE c.hash = ?
"""

BEARERS: tuple[credentials.Kind, ...] = ("person", "agent")
ENROLLERS: tuple[credentials.Kind, ...] = ("enrol",)
_VIA = {"person": "token", "agent": "agent", "session": "session", "link": "link", "enrol": "enrol token"}


def find_actor(
    connection: sa.Connection, token: str, now_ns: int, kinds: Sequence[credentials.Kind] = BEARERS
) -> Actor | None:
    """Return whose token this is; None when it is nobody's, of another kind, revoked or expired."""
    if not credentials.is_token(token):
        return None
    found: Any = next(iter(driver.all_rows(connection, _FIND, (credentials.hash_token(token),))), None)
    if found is None or found.revoked_at is not None or not credentials.matches(token, found.hash):
        return None
    if found.kind not in kinds:
        return None
    if found.expires_at is not None and found.expires_at <= now_ns:
        return None
    if found.disabled_at is not None or sessions.is_idle(found.kind, found.seen_at, now_ns):
        return None
    return _actor(connection, found, now_ns)


def former(connection: sa.Connection, token: str) -> tuple[str, str] | None:
    """Return whose token this is, though it opens nothing, and why, for the audit log; None: nobody knows it."""
    if not credentials.is_token(token):
        return None
    found: Any = next(iter(driver.all_rows(connection, _FIND, (credentials.hash_token(token),))), None)
    if found is None:
        return None
    why = "was revoked" if found.revoked_at is not None else "is over, or not for this"
    return str(found.name), f"the credential of {found.name} {why}"


def _actor(connection: sa.Connection, found: Any, now_ns: int) -> Actor:
    role = cast(Role, found.role)
    made = Actor(found.name, role, found.id, found.host or "", found.expires_at, found.hash, None, found.person)
    made = made._replace(via=_VIA[found.kind], number=found.credential, seen_at=found.seen_at, text=found.filter)
    made = made._replace(certificate=found.certificate, copied=found.shared_at is not None)
    if role not in grants.RANKS or not (found.person or found.filter):
        return made
    try:
        also = grants.read(found.filter)
    except FilterError:
        return made._replace(role="viewer", grants=())
    if not found.person:
        return made._replace(grants=(Grant(grants.rank(role), also),))
    his = grants.narrowed(users.rights_of(connection, found.person, now_ns), grants.rank(role), also)
    return made._replace(role=grants.highest(his), grants=his)


def actor_of(name: str, person: int, rights: Sequence[Grant], via: str) -> Actor:
    """Return somebody who has shown who he is, with all that he was granted."""
    return Actor(name, grants.highest(rights), grants=tuple(rights), person=person, via=via)


def all_hosts(connection: sa.Connection) -> list[tuple[int, str]]:
    """Return every agent and the host it speaks for."""
    return [(int(agent), str(host)) for agent, host in connection.execute(sa.select(_agent.c.id, _agent.c.host))]


def find_or_make_agent(connection: sa.Connection, host: str, now_ns: int) -> int:
    """Return the agent of this host, made when it is new."""
    found = connection.execute(sa.select(_agent.c.id).where(_agent.c.host == host)).scalar_one_or_none()
    if found is not None:
        return int(found)
    made = sa.insert(_agent).values(host=host, created_at=now_ns).returning(_agent.c.id)
    return int(connection.execute(made).scalar_one())


def register(
    connection: sa.Connection, token: str, kind: credentials.Kind, name: str, agent: int | None, now_ns: int
) -> bool:
    """Let this token open the door from now on, to a person as admin or to an agent; return False for a revoked one."""
    kept = credentials.hash_token(token)
    known = connection.execute(sa.select(_credential).where(_credential.c.hash == kept)).one_or_none()
    if known is not None:
        return known.revoked_at is None
    role: Role = "agent" if kind == "agent" else "admin"
    connection.execute(
        sa.insert(_credential).values(hash=kept, kind=kind, agent=agent, name=name, role=role, created_at=now_ns)
    )
    return True


def follow_host(connection: sa.Connection, token: str, host: str, now_ns: int) -> None:
    """Let the agent of this token, if it is known, speak for this host from now on: the machine has another name."""
    known = connection.execute(
        sa.select(_credential.c.id, _credential.c.agent, _agent.c.host)
        .join(_agent, _agent.c.id == _credential.c.agent)
        .where(_credential.c.hash == credentials.hash_token(token))
    ).one_or_none()
    if known is None or known.host == host:
        return
    if connection.execute(sa.select(_agent.c.id).where(_agent.c.host == host)).first() is None:
        # The agent keeps its epochs, so that its watermark goes on and nothing seems lost.
        connection.execute(sa.update(_agent).where(_agent.c.id == known.agent).values(host=host))
    agent = find_or_make_agent(connection, host, now_ns)
    connection.execute(sa.update(_credential).where(_credential.c.id == known.id).values(agent=agent, name=host))


def bind(connection: sa.Connection, credential: int, certificate: str) -> bool:
    """Have this credential go with this certificate from now on; False when it goes with one already."""
    free = (_credential.c.id == credential, _credential.c.kind == "agent", _credential.c.certificate == "")
    return connection.execute(sa.update(_credential).where(*free).values(certificate=certificate)).rowcount > 0


def unbind(connection: sa.Connection, host: str) -> int:
    """Have the credentials of this host go with the certificate that comes with them next; return how many went with one."""
    agent = sa.select(_agent.c.id).where(_agent.c.host == host).scalar_subquery()
    bound = (_credential.c.agent == agent, _credential.c.kind == "agent", _credential.c.certificate != "")
    return connection.execute(sa.update(_credential).where(*bound).values(certificate="")).rowcount


def revoke(connection: sa.Connection, kind: credentials.Kind, name: str, now_ns: int) -> int:
    """Revoke every token of this kind and name; return how many there were."""
    return connection.execute(
        sa.update(_credential)
        .where(_credential.c.kind == kind, _credential.c.name == name, _credential.c.revoked_at.is_(None))
        .values(revoked_at=now_ns)
    ).rowcount
