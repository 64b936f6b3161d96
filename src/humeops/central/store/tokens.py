# SPDX-License-Identifier: MIT
"""Tokens of people: made with a role and, if wanted, an end; listed; revoked. Of the token itself only the hash is kept."""

from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import agents, tables
from humeops.errors import Exit, HumeError
from humeops.security import credentials, grants
from humeops.security.roles import Role

_credential = tables.credential
_person = tables.person
# What a token opens goes with it.
_KINDS: tuple[credentials.Kind, ...] = ("person", "session", "link")


class TakenNameError(HumeError):
    """There is a token of this name already."""

    exit_code = Exit.USAGE


class Token(NamedTuple):
    """What is known of a token."""

    name: str
    role: str
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    host: str = ""  # the one a reporter speaks for
    filter: str = ""
    owner: str = ""


def make(
    connection: sa.Connection,
    name: str,
    role: Role,
    now_ns: int,
    expires_at: int | None,
    host: str = "",
    text: str = "",
    person: int | None = None,
) -> str:
    """Make a token and return it, which nobody can a second time; raise TakenNameError while there is one of this name.

    `host`: of a reporter, the one it speaks for; it is known from then on. One of a person carries what he was granted, as far as
    role and filter (`text`) go.
    """
    grants.read(text)
    good = sa.or_(_credential.c.expires_at.is_(None), _credential.c.expires_at > now_ns)
    same = (_credential.c.kind == "person", _credential.c.name == name, _credential.c.revoked_at.is_(None), good)
    if connection.execute(sa.select(_credential.c.id).where(*same, *_of(person))).first() is not None:
        raise TakenNameError(f"there is a token {name!a} already: revoke it, or choose another name")
    token = credentials.make_token("person")
    row: dict[str, object] = {"hash": credentials.hash_token(token), "kind": "person", "name": name, "role": role}
    agent = agents.find_or_make_agent(connection, host, now_ns) if host else None
    row |= {"agent": agent, "created_at": now_ns, "expires_at": expires_at, "filter": text, "person": person}
    connection.execute(sa.insert(_credential).values(row))
    return token


def every(connection: sa.Connection, person: int | None = None) -> list[Token]:
    """Return the tokens of everybody or of one person, the oldest first, those that are no longer good too."""
    columns = [_credential.c[name] for name in ("name", "role", "created_at", "expires_at", "revoked_at")]
    host, owner = (sa.func.coalesce(column, "") for column in (tables.agent.c.host, _person.c.name))
    query = sa.select(*columns, host, _credential.c.filter, owner).select_from(
        _credential.outerjoin(tables.agent, tables.agent.c.id == _credential.c.agent).outerjoin(
            _person, _person.c.id == _credential.c.person
        )
    )
    query = query.where(_credential.c.kind == "person", *(_of(person) if person is not None else ()))
    return [Token._make(row) for row in connection.execute(query.order_by(_credential.c.id))]


def revoke(connection: sa.Connection, name: str, now_ns: int, person: int | None = None) -> bool:
    """Let the token of this name, and the sessions it opened, open nothing any more; False when there is none.

    Only the person's own where one is named.
    """
    named = (
        _credential.c.name == name,
        _credential.c.revoked_at.is_(None),
        *(_of(person) if person is not None else ()),
    )
    his = sa.update(_credential).where(_credential.c.kind == "person", *named).values(revoked_at=now_ns)
    done = connection.execute(his).rowcount
    opened = (_credential.c.kind.in_(_KINDS[1:]), _credential.c.name == name, _credential.c.person.is_(None))
    if person is None:
        connection.execute(sa.delete(_credential).where(*opened))
    return done > 0


def _of(person: int | None) -> tuple[sa.ColumnElement[bool]]:
    return (_credential.c.person.is_(None) if person is None else _credential.c.person == person,)
