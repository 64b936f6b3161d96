# SPDX-License-Identifier: MIT
"""People of the OpenID provider: who somebody is here, and what his groups grant him, settled at each sign-in.

Somebody is known by what the provider calls him for ever, not by his name, which may come to belong to another. A name that is somebody's here, with
a password or of another identity, is never taken over. What groups grant ends by itself when it is not renewed; what was granted by hand stays.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from humeops.central.openid.identity import Identity, OpenIdError
from humeops.central.openid.settings import Right
from humeops.central.store import tables, users
from humeops.central.store.users import User
from humeops.clock import NS_PER_SECOND

AUTHOR = "openid"
# So long what a group grants holds without another sign-in: a token of one's own must not outlive one's membership by much.
HOLDS_NS = 30 * 86_400 * NS_PER_SECOND

_person = tables.person
_grant = tables.person_grant


def enter(connection: sa.Connection, who: Identity, rights: Sequence[Right], now_ns: int) -> User:
    """Return who this is here, with what his groups grant from now on; OpenIdError for whom nothing lets in."""
    user = _by_subject(connection, who.subject) or _by_name(connection, who) or _made(connection, who, rights, now_ns)
    if user.disabled_at is not None:
        raise OpenIdError(f"{user.name} is not let in here any more")
    _settle(connection, user.id, rights, now_ns)
    return user


def _by_subject(connection: sa.Connection, subject: str) -> User | None:
    found = connection.execute(sa.select(_person.c.name).where(_person.c.subject == subject)).scalar_one_or_none()
    return users.find(connection, found) if found is not None else None


def _by_name(connection: sa.Connection, who: Identity) -> User | None:
    found = users.find(connection, who.name)
    if found is None:
        return None
    if found.subject is not None or found.password is not None:
        raise OpenIdError(f"the name {who.name} belongs to somebody else here: an admin has to sort it out")
    # Added for him by an admin, without a password.
    connection.execute(sa.update(_person).where(_person.c.id == found.id).values(subject=who.subject))
    return found


def _made(connection: sa.Connection, who: Identity, rights: Sequence[Right], now_ns: int) -> User:
    if not rights:
        raise OpenIdError("nothing is granted to you here: ask an admin, or to be put into a group that is known here")
    users.add(connection, who.name, None, now_ns)
    connection.execute(sa.update(_person).where(_person.c.name == who.name).values(subject=who.subject))
    return users.require(connection, who.name)


def _settle(connection: sa.Connection, person: int, rights: Sequence[Right], now_ns: int) -> None:
    connection.execute(sa.delete(_grant).where(_grant.c.person == person, _grant.c.author == AUTHOR))
    known = {(one.role, one.filter) for one in users.grants_of(connection, person)}
    rows = [
        {
            "person": person,
            "role": role,
            "filter": text,
            "author": AUTHOR,
            "created_at": now_ns,
            "until": now_ns + HOLDS_NS,
        }
        for role, text in rights
        if (role, text) not in known
    ]
    if rows:
        connection.execute(sa.insert(_grant), rows)
