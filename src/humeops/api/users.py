# SPDX-License-Identifier: MIT
"""/api/v1/users: who has a name here and what he may do. For admins of everything; one's own password is one's own matter."""

from collections.abc import Callable
from typing import Annotated

import msgspec
import sqlalchemy as sa
from litestar import get, post

from humeops.api import acting, barring, parameters
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central.store import throttle, users
from humeops.errors import NotAllowedError
from humeops.security import passwords, roles
from humeops.security.grants import GivenFilter, Rank
from humeops.security.names import Name
from humeops.security.roles import Thing

Password = Annotated[str, msgspec.Meta(max_length=1_000)]


class NewUser(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/users; without a password he comes in by a proxy alone."""

    name: Name
    password: Password | None = None
    role: Rank | None = None
    filter: GivenFilter = None


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/users/password."""

    name: Name
    password: Password


class OwnPassword(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/password."""

    old: Password
    new: Password


class OldUser(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/users/disabled; `disabled` false lets him in again."""

    name: Name
    disabled: bool = True


class GrantWish(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/grants and /api/v1/grants/revoked; without a filter it is on everything."""

    name: Name
    role: Rank
    filter: GivenFilter = None


class GrantView(msgspec.Struct, omit_defaults=True):
    """One grant."""

    role: Rank
    filter: str
    author: str
    created_at: int
    until: int | None = None  # of what comes with a group of the provider: renewed at each sign-in


class UserView(msgspec.Struct, omit_defaults=True):
    """A user."""

    name: str
    created_at: int
    grants: list[GrantView]
    disabled_at: int | None = None
    has_password: bool = False


class UserPage(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/users, by name; all on one page."""

    items: list[UserView]


@get("/api/v1/users", sync_to_thread=True)
def list_users(central: Central, asked: Asked) -> UserPage:
    """Return everybody who has a name here."""
    roles.authorize(asked.actor, "read", Thing("users"))
    parameters.read(asked.parameters, parameters.NoQuery)
    with central.database.reading() as connection:
        return UserPage([view(user) for user in users.every(connection)])


@post("/api/v1/users", sync_to_thread=True, guards=barring.to_write("users"))
def add_user(central: Central, asked: Asked, data: NewUser) -> UserView:
    """Add somebody, with a grant or (to be granted later) without."""
    roles.authorize(asked.actor, "write", Thing("users"))
    within = parameters.within(data.filter)
    kept = new_hash(data.password, data.name) if data.password is not None else None

    def act(connection: sa.Connection) -> None:
        now_ns = central.clock.wall_ns()
        users.add(connection, data.name, kept, now_ns)
        if data.role is not None:
            users.grant(connection, data.name, data.role, within, asked.actor.name, now_ns)
        given = f"{data.role} on {within or 'everything'}" if data.role else "no grant yet"
        acting.note(connection, central, asked, "add user", data.name, given)

    return _changed(central, data.name, act)


@post("/api/v1/users/password", sync_to_thread=True, status_code=200, guards=barring.to_write("users"))
def set_password(central: Central, asked: Asked, data: NewPassword) -> UserView:
    """Give somebody another password; his sessions end."""
    roles.authorize(asked.actor, "write", Thing("users"))
    kept = new_hash(data.password, data.name)

    def act(connection: sa.Connection) -> None:
        users.set_password(connection, users.require(connection, data.name).id, kept)
        acting.note(connection, central, asked, "set password", data.name)

    return _changed(central, data.name, act)


@post("/api/v1/password", sync_to_thread=True, status_code=200, guards=barring.of_people())
def change_own_password(central: Central, asked: Asked, data: OwnPassword) -> UserView:
    """Give oneself another password; all other sessions of one's own end."""
    change(central, asked, data.old, data.new)
    with central.database.reading() as connection:
        return view(users.require(connection, asked.actor.name))


@post("/api/v1/users/disabled", sync_to_thread=True, status_code=200, guards=barring.to_write("users"))
def disable_user(central: Central, asked: Asked, data: OldUser) -> UserView:
    """Let somebody in no more, from the next request on; or again."""
    roles.authorize(asked.actor, "write", Thing("users"))

    def act(connection: sa.Connection) -> None:
        users.disable(connection, data.name, central.clock.wall_ns() if data.disabled else None)
        acting.note(connection, central, asked, "disable user" if data.disabled else "enable user", data.name)

    return _changed(central, data.name, act)


@post("/api/v1/grants", sync_to_thread=True, status_code=200, guards=barring.to_write("users"))
def grant_role(central: Central, asked: Asked, data: GrantWish) -> UserView:
    """Grant a role on everything, or on the tasks of a filter."""
    roles.authorize(asked.actor, "write", Thing("users"))
    within = parameters.within(data.filter)

    def act(connection: sa.Connection) -> None:
        users.grant(connection, data.name, data.role, within, asked.actor.name, central.clock.wall_ns())
        acting.note(connection, central, asked, "grant", data.name, f"{data.role} on {within or 'everything'}")

    return _changed(central, data.name, act)


@post("/api/v1/grants/revoked", sync_to_thread=True, status_code=200, guards=barring.to_write("users"))
def revoke_role(central: Central, asked: Asked, data: GrantWish) -> UserView:
    """Take a grant back, from the next request on."""
    roles.authorize(asked.actor, "write", Thing("users"))
    within = parameters.within(data.filter)

    def act(connection: sa.Connection) -> None:
        users.revoke(connection, data.name, data.role, within)
        acting.note(connection, central, asked, "revoke", data.name, f"{data.role} on {within or 'everything'}")

    return _changed(central, data.name, act)


def new_hash(password: str, name: str) -> str:
    """Return what is kept of a new password; ParameterError for one that nobody can have."""
    try:
        passwords.check_new(password, name)
    except passwords.PasswordError as error:
        raise parameters.ParameterError(f"`password`: {error}") from None
    return passwords.make_hash(password)


def change(central: Central, asked: Asked, old: str, new: str) -> None:
    """Change the asker's own password; NotAllowedError when the old one is wrong, or he has none."""
    if asked.actor.person is None or asked.actor.via != "session":
        raise NotAllowedError("a password is changed by whoever has signed in with a name")
    with central.database.reading() as connection:
        known = users.require(connection, asked.actor.name)
    attempt = throttle.attempt_of(known.name, asked.address)
    if wait := central.database.write(lambda connection: throttle.count(connection, attempt, central.clock.wall_ns())):
        raise NotAllowedError(f"too many attempts: try again in {wait} s")
    if not passwords.fits(old, known.password):
        raise NotAllowedError("this is not your password")
    kept = new_hash(new, known.name)

    def act(connection: sa.Connection) -> None:
        throttle.succeeded(connection, attempt)
        users.set_password(connection, known.id, kept, asked.actor.number)
        acting.note(connection, central, asked, "change password", known.name)

    central.database.write(act)


def view(user: users.User) -> UserView:
    """Return a user as shown: nothing of his password."""
    given = [GrantView(*granted) for granted in user.grants]
    return UserView(user.name, user.created_at, given, user.disabled_at, user.password is not None)


def _changed(central: Central, name: str, act: Callable[[sa.Connection], None]) -> UserView:
    def whole(connection: sa.Connection) -> UserView:
        act(connection)
        return view(users.require(connection, name))

    try:
        return central.database.write(whole)
    except users.UserError as error:
        if str(error).startswith("no user"):
            raise NotFoundError(str(error)) from None
        raise parameters.ParameterError(f"`name`: {error}") from None
