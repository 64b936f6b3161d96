# SPDX-License-Identifier: MIT
"""People with names: added, disabled, given and taken grants.

Whoever is disabled, or has another password, has no session any more. Nobody is ever deleted: the log speaks of him.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import tables
from humeops.errors import Exit, HumeError
from humeops.filters.tree import FilterError
from humeops.security import grants
from humeops.security.grants import Grant, Rank

_person = tables.person
_grant = tables.person_grant
_credential = tables.credential


class UserError(HumeError):
    """This cannot be done to this user; the text says why."""

    exit_code = Exit.USAGE


class Granted(NamedTuple):
    """One grant as stored; an empty filter is everything."""

    role: Rank
    filter: str
    author: str
    created_at: int
    until: int | None = None  # it has to be renewed before then


class User(NamedTuple):
    """Somebody, with what he may do."""

    id: int
    name: str
    password: str | None
    created_at: int
    disabled_at: int | None
    subject: str | None
    grants: Sequence[Granted]


def add(connection: sa.Connection, name: str, password: str | None, now_ns: int) -> int:
    """Add somebody who may do nothing yet; `password` is its hash. UserError for a name that is taken."""
    if find(connection, name) is not None:
        raise UserError(f"there is a user {name!a} already")
    row = {"name": name, "password": password, "created_at": now_ns}
    return int(connection.execute(sa.insert(_person).values(row).returning(_person.c.id)).scalar_one())


def find(connection: sa.Connection, name: str) -> User | None:
    """Return the user of this name."""
    row = connection.execute(sa.select(_person).where(_person.c.name == name)).one_or_none()
    return User._make([*row, grants_of(connection, row.id)]) if row else None


def require(connection: sa.Connection, name: str) -> User:
    """Return the user of this name; UserError when there is none."""
    found = find(connection, name)
    if found is None:
        raise UserError(f"no user {name!a}; user list names them")
    return found


def every(connection: sa.Connection) -> list[User]:
    """Return all users by name, disabled ones too."""
    found = connection.execute(sa.select(_person).order_by(_person.c.name)).all()
    return [User._make([*row, grants_of(connection, row.id)]) for row in found]


def is_anybody(connection: sa.Connection) -> bool:
    """Tell whether there is a user at all: before that, the owner makes the first one."""
    return connection.execute(sa.select(_person.c.id).limit(1)).first() is not None


def grants_of(connection: sa.Connection, person: int) -> list[Granted]:
    """Return what was granted."""
    query = sa.select(_grant.c.role, _grant.c.filter, _grant.c.author, _grant.c.created_at, _grant.c.until)
    found = connection.execute(query.where(_grant.c.person == person).order_by(_grant.c.role, _grant.c.filter))
    return [Granted._make(row) for row in found]


def rights_of(connection: sa.Connection, person: int, now_ns: int) -> list[Grant]:
    """Return what was granted and holds now, as it is decided on; a filter that is none any more grants nothing."""
    rights = []
    for granted in grants_of(connection, person):
        if granted.until is not None and granted.until <= now_ns:
            continue
        try:
            rights.append(Grant(granted.role, grants.read(granted.filter)))
        except FilterError:
            continue
    return rights


def grant(connection: sa.Connection, name: str, role: Rank, text: str, author: str, now_ns: int) -> None:
    """Grant a role on what this filter holds for; granted already is granted still, and from now on for good."""
    grants.read(text)
    person = require(connection, name)
    same = [known for known in person.grants if (known.role, known.filter) == (role, text)]
    if same and same[0].until is None:
        return
    if same:
        # What comes with a group of the provider, and goes with it, is now his own.
        revoke(connection, name, role, text)
    row = {"person": person.id, "role": role, "filter": text, "author": author, "created_at": now_ns}
    connection.execute(sa.insert(_grant).values(row))


def revoke(connection: sa.Connection, name: str, role: Rank, text: str) -> None:
    """Take a grant back, from the next request on; UserError when there is no such grant."""
    person = require(connection, name)
    same = (_grant.c.person == person.id, _grant.c.role == role, _grant.c.filter == text)
    if connection.execute(sa.delete(_grant).where(*same)).rowcount == 0:
        raise UserError(f"{name} was not granted {role} on {text or 'everything'}")


def set_password(connection: sa.Connection, person: int, password: str, keep: int | None = None) -> None:
    """Put the hash of a new password in the place of the old one, and end his sessions, but for the one to keep."""
    connection.execute(sa.update(_person).where(_person.c.id == person).values(password=password))
    end_sessions(connection, person, keep)


def renew_hash(connection: sa.Connection, person: int, password: str) -> None:
    """Keep the same password in today's way."""
    connection.execute(sa.update(_person).where(_person.c.id == person).values(password=password))


def disable(connection: sa.Connection, name: str, now_ns: int | None) -> None:
    """Let somebody in no more, or (without a moment) again; his sessions end, his tokens open nothing meanwhile."""
    person = require(connection, name)
    connection.execute(sa.update(_person).where(_person.c.id == person.id).values(disabled_at=now_ns))
    if now_ns is not None:
        end_sessions(connection, person.id)


def end_sessions(connection: sa.Connection, person: int, keep: int | None = None) -> None:
    """Let his sessions, and the links that would open some, open nothing any more."""
    his = (_credential.c.person == person, _credential.c.kind.in_(("session", "link")))
    connection.execute(sa.delete(_credential).where(*his, _credential.c.id != (keep or 0)))
