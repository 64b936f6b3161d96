# SPDX-License-Identifier: MIT
"""Sessions of browsers, and the links that open them: rows among the credentials, so that all that opens a door is in one place.

A link opens one session and is gone with that, in one transaction: of two who follow it at once, one gets in.
"""

import sqlalchemy as sa

from humeops.central.store import tables
from humeops.security import credentials
from humeops.security.roles import Actor

_credential = tables.credential

LINK_NS = 15 * 60 * 1_000_000_000
SESSION_NS = 30 * 24 * 3_600 * 1_000_000_000


def add_link(connection: sa.Connection, token: str, actor: Actor, now_ns: int) -> int:
    """Let this link open a session for the actor, once; return when it is no longer good."""
    _forget_expired(connection, now_ns)
    # A link given out by somebody whose own token expires earlier lasts no longer than that.
    expires_at = min(now_ns + LINK_NS, actor.expires_at or now_ns + LINK_NS)
    _add(connection, token, "link", actor.name, actor.role, now_ns, expires_at)
    return expires_at


def open_session(connection: sa.Connection, link: str, session: str, now_ns: int) -> int | None:
    """Take the link and open this session in its place; return when it ends, None for a link that is unknown, expired or used.

    A session never outlives the token of its person: it ends with that, and there is none for a token that is gone.
    """
    if not credentials.is_token(link, "link"):
        return None
    taken = connection.execute(
        sa.delete(_credential)
        .where(_credential.c.hash == credentials.hash_token(link), _credential.c.kind == "link")
        .returning(_credential.c.name, _credential.c.role, _credential.c.expires_at, _credential.c.revoked_at)
    ).one_or_none()
    if taken is None or taken.revoked_at is not None or taken.expires_at <= now_ns:
        return None
    ends_at = min(now_ns + SESSION_NS, _last_good(connection, taken.name, now_ns))
    if ends_at <= now_ns:
        return None
    _add(connection, session, "session", taken.name, taken.role, now_ns, ends_at)
    return ends_at


def _last_good(connection: sa.Connection, name: str, now_ns: int) -> int:
    """Return until when the token of this name is good; 0 when there is none that is."""
    forever = now_ns + SESSION_NS
    until = sa.func.coalesce(_credential.c.expires_at, forever)
    person = (_credential.c.kind == "person", _credential.c.name == name, _credential.c.revoked_at.is_(None))
    return int(connection.execute(sa.select(sa.func.max(until)).where(*person)).scalar_one() or 0)


def end_session(connection: sa.Connection, session: str) -> None:
    """Let this session open nothing any more."""
    kept = credentials.hash_token(session)
    connection.execute(sa.delete(_credential).where(_credential.c.hash == kept, _credential.c.kind == "session"))


def _add(
    connection: sa.Connection, token: str, kind: credentials.Kind, name: str, role: str, now_ns: int, expires_at: int
) -> None:
    kept = credentials.hash_token(token)
    row = {"hash": kept, "kind": kind, "name": name, "role": role, "created_at": now_ns, "expires_at": expires_at}
    connection.execute(sa.insert(_credential).values(row))


def _forget_expired(connection: sa.Connection, now_ns: int) -> None:
    passing = _credential.c.kind.in_(("link", "session"))
    connection.execute(sa.delete(_credential).where(passing, _credential.c.expires_at <= now_ns))
