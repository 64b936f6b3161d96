# SPDX-License-Identifier: MIT
"""Letting hosts in: tokens that enrol, hosts that ask, and what is decided of them.

A host makes its credential itself and tells central the hash alone, so what is on the wire, in the database and in its backups opens
nothing. The same question twice (an answer that was lost) has the same answer and uses a token up once.

A credential is put in the place of another, and never beside it for long: the one before is good for `OVERLAP_NS` more; not one that was
seen to be copied, which is over at once.
"""

from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import agents, matching, processes, tables
from humeops.clock import NS_PER_SECOND
from humeops.errors import Exit, HumeError, NotAllowedError
from humeops.security import credentials

_credential = tables.credential
_token = tables.enrol_token
_asked = tables.enrolment

# Long enough for a humed that is just sending, and for one whose central is away for a moment.
OVERLAP_NS = 600 * NS_PER_SECOND
# Hosts that may wait for a decision; a token that got about fills no database.
MOST_PENDING = 1_000
MOST_USES = 100_000


class EnrolmentError(HumeError):
    """What was asked of enrolment can't be done as it is."""

    exit_code = Exit.USAGE


class Token(NamedTuple):
    """What is known of a token that enrols."""

    name: str
    hosts: str
    uses_left: int
    asks: bool
    created_at: int
    expires_at: int | None
    revoked_at: int | None


class Ended(NamedTuple):
    """What was revoked: whose (None: nobody knows such a host), and how many credentials were good."""

    agent: int | None
    credentials: int


class Wanted(NamedTuple):
    """A token to be made."""

    name: str
    hosts: str
    uses: int
    asks: bool
    expires_at: int


class Request(NamedTuple):
    """A host that asked."""

    id: int
    at: int
    host: str
    token: str
    hash: bytes
    state: str
    decided_at: int | None
    decided_by: str
    certificate: str = ""  # with which it asked

    @property
    def fingerprint(self) -> str:
        """By this, whoever decides and whoever asked on the host tell that they mean the same."""
        return credentials.fingerprint(self.hash)


def make_token(connection: sa.Connection, wanted: Wanted, now_ns: int) -> str:
    """Make a token and return it, which nobody can a second time; raise EnrolmentError while one of this name can be used."""
    good = (_credential.c.revoked_at.is_(None), _credential.c.expires_at > now_ns, _token.c.uses_left > 0)
    same = (_credential.c.kind == "enrol", _credential.c.name == wanted.name, *good)
    query = sa.select(_credential.c.id).join(_token, _token.c.credential == _credential.c.id)
    if connection.execute(query.where(*same)).first() is not None:
        raise EnrolmentError(f"there is a token {wanted.name!a} already: revoke it, or choose another name")
    token = credentials.make_token("enrol")
    row = {"hash": credentials.hash_token(token), "kind": "enrol", "name": wanted.name, "role": "enroller"}
    made = sa.insert(_credential).values({**row, "created_at": now_ns, "expires_at": wanted.expires_at})
    number = connection.execute(made.returning(_credential.c.id)).scalar_one()
    use = {"credential": number, "hosts": wanted.hosts, "uses_left": wanted.uses, "asks": wanted.asks}
    connection.execute(sa.insert(_token).values(use))
    return token


def tokens(connection: sa.Connection) -> list[Token]:
    """Return all tokens that enrol, the oldest first, those that are no longer good too."""
    names = [getattr(_token.c, name, None) for name in Token._fields]
    columns = [own if own is not None else _credential.c[name] for own, name in zip(names, Token._fields, strict=True)]
    query = sa.select(*columns).join(_token, _token.c.credential == _credential.c.id).order_by(_credential.c.id)
    return [Token._make(row) for row in connection.execute(query)]


def revoke_token(connection: sa.Connection, name: str, now_ns: int) -> bool:
    """Let this token enrol nobody any more; the hosts it let in stay. False when there is none."""
    return agents.revoke(connection, "enrol", name, now_ns) > 0


def ask(connection: sa.Connection, token: bytes, host: str, kept: bytes, now_ns: int, certificate: str = "") -> Request:
    """Let this host in, or note that it waits for somebody to decide; raise NotAllowedError when the token does not do.

    A credential that was let in and is revoked, or has another in its place, is denied: the host has to make a new one.
    `token` is the hash of the token, `kept` that of the host's credential, which goes with the client certificate that came with
    the question.
    """
    if known := _found(connection, _asked.c.hash == kept):
        if known.host != host:
            raise NotAllowedError("this credential was made for another host")
        return known if known.state != "enrolled" or _is_in_force(connection, kept) else known._replace(state="denied")
    number, hosts, asks = _good_for(connection, token)
    if not any(matching.globs(host, pattern) for pattern in hosts.split(",")):
        raise NotAllowedError(f"this token enrols {hosts}, and not {host}")
    if connection.execute(sa.select(_credential.c.id).where(_credential.c.hash == kept)).first() is not None:
        raise NotAllowedError("this credential is in use already")
    _use(connection, number)
    waits = asks or (hosts != host and is_taken(connection, host, now_ns))
    if waits and _pending(connection) >= MOST_PENDING:
        raise NotAllowedError("too many hosts wait to be approved; decide on some of them first")
    row = {"at": now_ns, "token": number, "host": host, "hash": kept, "state": "pending", "decided_by": ""}
    row["certificate"] = certificate
    made = connection.execute(sa.insert(_asked).values(row).returning(_asked.c.id)).scalar_one()
    if not waits:
        return decide(connection, int(made), True, "its token", now_ns)
    return _require(connection, int(made))


def requests(connection: sa.Connection, state: str = "", limit: int = 1_000) -> list[Request]:
    """Return who asked, the newest first; of one state, or all."""
    query = _QUERY.order_by(_asked.c.id.desc()).limit(limit)
    return [Request._make(row) for row in connection.execute(query.where(_asked.c.state == state) if state else query)]


def decide(connection: sa.Connection, number: int, approve: bool, by: str, now_ns: int) -> Request:
    """Let a host in that waits, or not; raise EnrolmentError when it does not wait."""
    state = "enrolled" if approve else "denied"
    values = {"state": state, "decided_at": now_ns, "decided_by": by}
    waiting = (_asked.c.id == number, _asked.c.state == "pending")
    if connection.execute(sa.update(_asked).where(*waiting).values(values)).rowcount == 0:
        raise EnrolmentError(f"no enrolment {number} waits for a decision")
    request = _require(connection, number)
    if approve:
        agent = agents.find_or_make_agent(connection, request.host, now_ns)
        _put(connection, agent, request.host, request.hash, now_ns, request.certificate)
    return request


def rotate(connection: sa.Connection, agent: int, host: str, kept: bytes, now_ns: int, certificate: str = "") -> int:
    """Put this credential in the place of the agent's own, and return until when the one before is good.

    It goes with the same client certificate.

    The same one again changes nothing; one that somebody else has is refused.
    """
    known = connection.execute(sa.select(_credential).where(_credential.c.hash == kept)).one_or_none()
    if known is None:
        return _put(connection, agent, host, kept, now_ns, certificate)
    if known.agent != agent or known.revoked_at is not None:
        raise NotAllowedError("this credential is in use already")
    return now_ns + OVERLAP_NS


def revoke(connection: sa.Connection, host: str, now_ns: int) -> Ended:
    """Let no humed speak for this host any more, until it is enrolled again."""
    query = sa.select(tables.agent.c.id).where(tables.agent.c.host == host)
    agent = connection.execute(query).scalar_one_or_none()
    if agent is not None:
        processes.forget(connection, agent, now_ns)
    return Ended(agent, agents.revoke(connection, "agent", host, now_ns))


def has_credential(connection: sa.Connection, host: str, now_ns: int) -> bool:
    """Tell whether some humed may speak for this host now."""
    good = sa.or_(_credential.c.expires_at.is_(None), _credential.c.expires_at > now_ns)
    own = (_credential.c.kind == "agent", _credential.c.name == host, _credential.c.revoked_at.is_(None), good)
    return connection.execute(sa.select(_credential.c.id).where(*own)).first() is not None


def is_taken(connection: sa.Connection, host: str, now_ns: int) -> bool:
    """Tell whether a token for many may not give this name away: somebody speaks for the host, or was put out by hand.

    Otherwise who was put out would be in again at once, with the token of the fleet that its image holds.
    """
    put_out = (_credential.c.kind == "agent", _credential.c.name == host, _credential.c.revoked_at.is_not(None))
    return (
        has_credential(connection, host, now_ns)
        or connection.execute(sa.select(_credential.c.id).where(*put_out)).first() is not None
    )


def _is_in_force(connection: sa.Connection, kept: bytes) -> bool:
    """Tell whether this credential is its agent's own: one that has an end has another in its place."""
    own = (_credential.c.hash == kept, _credential.c.revoked_at.is_(None), _credential.c.expires_at.is_(None))
    return connection.execute(sa.select(_credential.c.id).where(*own)).first() is not None


def _put(connection: sa.Connection, agent: int, host: str, kept: bytes, now_ns: int, certificate: str) -> int:
    ends = now_ns if processes.is_copied(connection, agent) else now_ns + OVERLAP_NS
    processes.forget(connection, agent, now_ns)
    later = sa.or_(_credential.c.expires_at.is_(None), _credential.c.expires_at > ends)
    before = (_credential.c.kind == "agent", _credential.c.agent == agent, _credential.c.revoked_at.is_(None), later)
    connection.execute(sa.update(_credential).where(*before).values(expires_at=ends))
    row = {"hash": kept, "kind": "agent", "agent": agent, "name": host, "role": "agent", "created_at": now_ns}
    row["certificate"] = certificate
    connection.execute(sa.insert(_credential).values(row))
    return ends


def _good_for(connection: sa.Connection, token: bytes) -> tuple[int, str, bool]:
    query = sa.select(_token.c.credential, _token.c.hosts, _token.c.asks)
    row = connection.execute(
        query.join(_credential, _credential.c.id == _token.c.credential).where(_credential.c.hash == token)
    ).one_or_none()
    if row is None:
        raise NotAllowedError("this token enrols nobody")
    return int(row.credential), str(row.hosts), bool(row.asks)


def _use(connection: sa.Connection, number: int) -> None:
    left = (_token.c.credential == number, _token.c.uses_left > 0)
    if connection.execute(sa.update(_token).where(*left).values(uses_left=_token.c.uses_left - 1)).rowcount == 0:
        raise NotAllowedError("this token has been used up; ask for another one")


def _pending(connection: sa.Connection) -> int:
    return int(
        connection.execute(
            sa.select(sa.func.count()).select_from(_asked).where(_asked.c.state == "pending")
        ).scalar_one()
    )


_QUERY = sa.select(
    _asked.c.id,
    _asked.c.at,
    _asked.c.host,
    _credential.c.name.label("token"),
    _asked.c.hash,
    _asked.c.state,
    _asked.c.decided_at,
    _asked.c.decided_by,
    _asked.c.certificate,
).join(_credential, _credential.c.id == _asked.c.token)


def _found(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Request | None:
    row = connection.execute(_QUERY.where(condition)).one_or_none()
    return Request._make(row) if row is not None else None


def _require(connection: sa.Connection, number: int) -> Request:
    found = _found(connection, _asked.c.id == number)
    assert found is not None  # noqa: S101 - it was just written
    return found
