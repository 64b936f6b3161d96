# SPDX-License-Identifier: MIT
"""Sessions of browsers, and the links that open them: rows among the credentials, so that all that opens a door is in one place.

A session ends by itself after a while without use (IDLE_NS) and, used or not, after SESSION_NS. Its token is made when it is opened,
never taken from the browser, so nobody can have it beforehand.

A link opens one session and is gone with that, in one transaction: of two who follow it at once, one gets in.
"""

from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import tables
from humeops.security import credentials
from humeops.security.roles import Actor

_credential = tables.credential

LINK_NS = 15 * 60 * 1_000_000_000
SESSION_NS = 30 * 24 * 3_600 * 1_000_000_000
IDLE_NS = 3 * 24 * 3_600 * 1_000_000_000
# So often its use is written down: not with each request.
TOUCH_NS = 5 * 60 * 1_000_000_000
# An attempt to sign in at an OpenID provider, and how many may be open: each costs a stranger nothing.
ATTEMPT_NS = 10 * 60 * 1_000_000_000
MOST_ATTEMPTS = 10_000


class Session(NamedTuple):
    """A session that is open."""

    id: int
    created_at: int
    seen_at: int | None
    expires_at: int
    address: str


def add_link(connection: sa.Connection, token: str, actor: Actor, now_ns: int, lasts_ns: int = LINK_NS) -> int:
    """Let this link open a session for the actor, once; return when it is no longer good."""
    _forget_expired(connection, now_ns)
    # A link given out by somebody whose own token expires earlier lasts no longer than that.
    expires_at = min(now_ns + lasts_ns, actor.expires_at or now_ns + lasts_ns)
    # What narrows a token narrows what comes of it.
    whose = {"name": actor.name, "role": actor.role, "person": actor.person, "filter": actor.text}
    _add(connection, token, "link", whose, now_ns, expires_at)
    return expires_at


def open_session(
    connection: sa.Connection, link: str, session: str, now_ns: int, address: str = ""
) -> tuple[Actor, int] | None:
    """Take the link and open this session in its place; return whose it is and when it ends; None for a link that is unknown, expired or used.

    A session never outlives the token of its person: it ends with that, and there is none for a token that is gone.
    """
    if not credentials.is_token(link, "link"):
        return None
    columns = [_credential.c[name] for name in ("name", "role", "person", "filter", "expires_at", "revoked_at")]
    taken = connection.execute(
        sa.delete(_credential)
        .where(_credential.c.hash == credentials.hash_token(link), _credential.c.kind == "link")
        .returning(*columns)
    ).one_or_none()
    if taken is None or taken.revoked_at is not None or taken.expires_at <= now_ns:
        return None
    ends_at = min(now_ns + SESSION_NS, _last_good(connection, taken.name, taken.person, now_ns))
    if ends_at <= now_ns:
        return None
    whose = {name: getattr(taken, name) for name in ("name", "role", "person", "filter")}
    _add(connection, session, "session", {**whose, "address": address}, now_ns, ends_at)
    return Actor(taken.name, taken.role, person=taken.person, via="link"), ends_at


def _last_good(connection: sa.Connection, name: str, person: int | None, now_ns: int) -> int:
    """Return until when the token of this name is good; 0 when there is none that is."""
    forever = now_ns + SESSION_NS
    if person is not None:
        # His links have his own name, not a token's, and end with what he has: see find_actor.
        return forever
    until = sa.func.coalesce(_credential.c.expires_at, forever)
    good = (_credential.c.kind == "person", _credential.c.name == name, _credential.c.revoked_at.is_(None))
    return int(connection.execute(sa.select(sa.func.max(until)).where(*good)).scalar_one() or 0)


def open_for(
    connection: sa.Connection,
    person: int,
    name: str,
    session: str,
    now_ns: int,
    address: str,
    lasts_ns: int = SESSION_NS,
) -> None:
    """Open this session for somebody who has shown who he is, with all that he was granted."""
    _forget_expired(connection, now_ns)
    whose = {"name": name, "role": "admin", "person": person, "address": address}
    _add(connection, session, "session", whose, now_ns, now_ns + lasts_ns)


def add_attempt(connection: sa.Connection, secret: str, now_ns: int) -> bool:
    """Note an attempt to sign in at the provider; False when too many are open."""
    _forget_expired(connection, now_ns)
    count = sa.select(sa.func.count()).select_from(_credential).where(_credential.c.kind == "openid")
    if connection.execute(count).scalar_one() >= MOST_ATTEMPTS:
        return False
    _add(connection, secret, "openid", {"name": "", "role": "nobody"}, now_ns, now_ns + ATTEMPT_NS)
    return True


def take_attempt(connection: sa.Connection, secret: str, now_ns: int) -> bool:
    """Let this attempt count, once; False for one that is unknown, over or used."""
    if not credentials.is_token(secret, "openid"):
        return False
    mine = (_credential.c.hash == credentials.hash_token(secret), _credential.c.kind == "openid")
    taken = connection.execute(sa.delete(_credential).where(*mine).returning(_credential.c.expires_at)).one_or_none()
    return taken is not None and taken.expires_at > now_ns


def end_session(connection: sa.Connection, session: str) -> None:
    """Let this session open nothing any more."""
    kept = credentials.hash_token(session)
    connection.execute(sa.delete(_credential).where(_credential.c.hash == kept, _credential.c.kind == "session"))


def of(connection: sa.Connection, actor: Actor, now_ns: int) -> list[Session]:
    """Return the actor's open sessions, the newest first."""
    columns = [_credential.c[name] for name in Session._fields]
    query = sa.select(*columns).where(*_his(actor), _credential.c.expires_at > now_ns)
    found = connection.execute(query.order_by(_credential.c.id.desc()))
    return [Session._make(row) for row in found if not is_idle("session", row.seen_at, now_ns)]


def end(connection: sa.Connection, actor: Actor, number: int) -> bool:
    """Let one of the actor's sessions open nothing any more; False when he has none of this number."""
    return connection.execute(sa.delete(_credential).where(*_his(actor), _credential.c.id == number)).rowcount > 0


def touch(connection: sa.Connection, credential: int, now_ns: int) -> None:
    """Note that a session is in use."""
    connection.execute(sa.update(_credential).where(_credential.c.id == credential).values(seen_at=now_ns))


def is_idle(kind: str, seen_at: int | None, now_ns: int) -> bool:
    """Tell whether this is a session that nobody has used for too long."""
    return kind == "session" and seen_at is not None and seen_at + IDLE_NS <= now_ns


def _his(actor: Actor) -> list[sa.ColumnElement[bool]]:
    whose = _credential.c.person.is_(None) if actor.person is None else _credential.c.person == actor.person
    return [_credential.c.kind == "session", _credential.c.name == actor.name, whose]


def _add(
    connection: sa.Connection,
    token: str,
    kind: credentials.Kind,
    whose: dict[str, Any],
    now_ns: int,
    expires_at: int,
) -> None:
    row = {"hash": credentials.hash_token(token), "kind": kind, "created_at": now_ns, "expires_at": expires_at}
    connection.execute(sa.insert(_credential).values({**row, **whose, "seen_at": now_ns}))


def _forget_expired(connection: sa.Connection, now_ns: int) -> None:
    passing = _credential.c.kind.in_(("link", "session", "openid"))
    connection.execute(sa.delete(_credential).where(passing, _credential.c.expires_at <= now_ns))
