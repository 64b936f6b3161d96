# SPDX-License-Identifier: MIT
"""`hume-central user`: people with names and passwords, and what they are granted.

A password is typed, or read from standard input; it is no argument, which everybody on the machine could read. While `serve` works on a
SQLite file nobody else can write it; then it is asked, with the token of the folder's owner.
"""

import getpass
import sys
from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from humeops import cells
from humeops.api import users as views
from humeops.central.config import Config
from humeops.central.store import users
from humeops.cli import centralaudit
from humeops.cli.centralhere import UsageError, checked_name, running, write
from humeops.clock import SystemClock
from humeops.errors import Exit, UnavailableError
from humeops.filters.tree import FilterError
from humeops.security import grants, passwords
from humeops.security.grants import Rank

USAGE = (
    "user add NAME [--role ROLE [--on FILTER]] [--no-password], user list, user passwd NAME, user disable|enable NAME, "
    "or user grant|revoke NAME --role ROLE [--on FILTER]"
)


def user(chosen: Config, words: list[str], role: str | None, on: str | None, no_password: bool, output: str) -> int:
    """Do what the words say."""
    match words:
        case ["list"]:
            return _list(chosen, output)
        case ["add", name]:
            return _add(chosen, checked_name(name, "user"), role, on, no_password)
        case ["passwd", name]:
            kept_for = views.NewPassword(checked_name(name, "user"), _password(name))
            return _send(chosen, "users/password", kept_for, lambda connection: _set(connection, kept_for))
        case ["disable" | "enable" as verb, name]:
            old = views.OldUser(checked_name(name, "user"), verb == "disable")
            return _send(chosen, "users/disabled", old, lambda connection: _disable(connection, old))
        case ["grant" | "revoke" as verb, name]:
            wish = views.GrantWish(checked_name(name, "user"), _role(role), _filter(on))
            path, act = ("grants", _grant) if verb == "grant" else ("grants/revoked", _revoke)
            return _send(chosen, path, wish, lambda connection: act(connection, wish))
        case _:
            raise UsageError(USAGE)


def _add(chosen: Config, name: str, role: str | None, on: str | None, no_password: bool) -> int:
    if on is not None and role is None:
        raise UsageError("--on is of a --role")
    wanted = None if role is None else _role(role)
    made = views.NewUser(name, None if no_password else _password(name), wanted, _filter(on))

    def act(connection: sa.Connection) -> None:
        now_ns = SystemClock().wall_ns()
        users.add(connection, name, None if made.password is None else passwords.make_hash(made.password), now_ns)
        if wanted is not None:
            users.grant(connection, name, wanted, made.filter or "", centralaudit.author(), now_ns)
        centralaudit.note(
            connection, "add user", name, f"{wanted} on {made.filter or 'everything'}" if wanted else "no grant yet"
        )

    return _send(chosen, "users", made, act)


def _list(chosen: Config, output: str) -> int:
    try:
        known = [views.view(one) for one in write(chosen, users.every)]
    except UnavailableError:
        known = running(chosen).fetch("users", views.UserPage).items
    if output == "json":
        print(cells.to_json(msgspec.to_builtins(known)))
        return Exit.OK
    for one in known:
        may = ", ".join(f"{grant.role} on {grant.filter or 'everything'}" for grant in one.grants) or "nothing granted"
        print(f"{one.name}  {may}{'  disabled' if one.disabled_at is not None else ''}")
    return Exit.OK


def _send(chosen: Config, path: str, body: msgspec.Struct, act: Callable[[sa.Connection], None]) -> int:
    try:
        write(chosen, act)
    except UnavailableError:
        running(chosen).send(path, views.UserView, body)
    return Exit.OK


def _set(connection: sa.Connection, wanted: views.NewPassword) -> None:
    users.set_password(connection, users.require(connection, wanted.name).id, passwords.make_hash(wanted.password))
    centralaudit.note(connection, "set password", wanted.name)


def _disable(connection: sa.Connection, old: views.OldUser) -> None:
    users.disable(connection, old.name, SystemClock().wall_ns() if old.disabled else None)
    centralaudit.note(connection, "disable user" if old.disabled else "enable user", old.name)


def _grant(connection: sa.Connection, wish: views.GrantWish) -> None:
    users.grant(connection, wish.name, wish.role, wish.filter or "", centralaudit.author(), SystemClock().wall_ns())
    centralaudit.note(connection, "grant", wish.name, f"{wish.role} on {wish.filter or 'everything'}")


def _revoke(connection: sa.Connection, wish: views.GrantWish) -> None:
    users.revoke(connection, wish.name, wish.role, wish.filter or "")
    centralaudit.note(connection, "revoke", wish.name, f"{wish.role} on {wish.filter or 'everything'}")


def _password(name: str) -> str:
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password for {name}: ")
        if getpass.getpass("The same again: ") != password:
            raise UsageError("these were two different passwords; nothing is changed")
    else:
        password = sys.stdin.readline(2_000).rstrip("\n")
    passwords.check_new(password, name)
    return password


def _role(role: str | None) -> Rank:
    for known in grants.RANKS:
        if known == role:
            return known
    raise UsageError(f"--role is one of {', '.join(grants.RANKS)}")


def _filter(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        grants.read(text)
    except FilterError as error:
        raise UsageError(f"--on: {error}") from None
    return text.strip()
