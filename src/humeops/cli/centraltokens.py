# SPDX-License-Identifier: MIT
"""`hume-central token`: lets people and programs in, as reporter, viewer, operator or admin, and out again.

While `serve` works on a SQLite file nobody else can write it; then it is asked, with the token of the folder's owner.
"""

import re
import sys

import sqlalchemy as sa

from humeops.api import tokens as views
from humeops.central import door
from humeops.central.config import Config
from humeops.central.keeping import age_ns
from humeops.central.store import tokens
from humeops.cli import centralaudit, centralhere
from humeops.clock import SystemClock
from humeops.errors import Exit, UnavailableError
from humeops.security.roles import Role
from humeops.wire import hostname

ROLES = ("reporter", "viewer", "operator", "admin")
_AGE = re.compile(r"[1-9][0-9]{0,4}[dwy]")
_DEFAULT_AGE = "365d"
_NEVER = "never"


def token(
    chosen: Config, words: list[str], role: str | None, expires: str | None, host: str | None, on: str | None = None
) -> int:
    """Make a token (`token NAME`), list all (`token list`) or revoke one (`token revoke NAME`)."""
    match words:
        case ["list"]:
            return _list(chosen)
        case ["revoke", name]:
            return _revoke(chosen, centralhere.checked_name(name, "token"))
        case [name] if name != "revoke":
            return _make(chosen, centralhere.checked_name(name, "token"), role, expires, host or "", on)
    raise centralhere.UsageError(
        "token NAME --role viewer|operator|admin, token NAME --role reporter --for HOST, token list, or token revoke NAME"
    )


def _make(chosen: Config, name: str, role: str | None, expires: str | None, host: str, on: str | None) -> int:
    if role not in ROLES:
        raise centralhere.UsageError(f"token {name}: --role is one of {', '.join(ROLES)}")
    if (role == "reporter") != bool(host):
        raise centralhere.UsageError(f"token {name}: --for HOST goes with --role reporter, and with no other")
    if host:
        hostname.check(host, "--for")
    now_ns = SystemClock().wall_ns()
    expires_at = _end(_DEFAULT_AGE if expires is None else expires, now_ns)
    kept: Role = role  # type: ignore[assignment]

    def act(connection: sa.Connection) -> str:
        made = tokens.make(connection, name, kept, now_ns, expires_at, host, on or "")
        centralaudit.note(connection, "make token", name, f"{role} on {on or 'everything'}")
        return made

    try:
        made = centralhere.write(chosen, act)
    except UnavailableError:
        body = views.NewToken(name, role, host, expires_at, on)  # type: ignore[arg-type]
        made = centralhere.running(chosen).send("tokens", views.TokenView, body).token
    print(made)
    print(_told(expires, expires_at), file=sys.stderr)
    return Exit.OK


def _end(expires: str, now_ns: int) -> int | None:
    if expires == _NEVER:
        return None
    if not _AGE.fullmatch(expires):
        raise centralhere.UsageError(f"--expires {expires!a}: days, weeks or years, such as 90d, or {_NEVER}")
    return now_ns + (age_ns(expires) or 0)


def _told(expires: str | None, expires_at: int | None) -> str:
    if expires_at is None:
        return "good until it is revoked"
    other = "" if expires else "; --expires says another age, or never"
    return f"good until {centralhere.day(expires_at)}{other}"


def _list(chosen: Config) -> int:
    try:
        known = [views.TokenView(*one) for one in centralhere.write(chosen, tokens.every)]
    except UnavailableError:
        known = centralhere.running(chosen).fetch("tokens", views.TokenPage).items
    for one in known:
        on = f" on {one.filter}" if one.filter else ""
        of = f" of {one.host}" if one.host else ""
        print(f"{one.name}  {one.role}{of}{on}  {_state(one, SystemClock().wall_ns())}")
    return Exit.OK


def _revoke(chosen: Config, name: str) -> int:
    if name == door.OWNER:
        raise centralhere.UsageError(door.OWNER_STAYS)
    try:
        now_ns = SystemClock().wall_ns()
        said = ("revoke token", name)
        if not centralhere.write(chosen, lambda connection: tokens.revoke(connection, name, now_ns), said):
            raise centralhere.UsageError(f"no token {name}; token list names them")
    except UnavailableError:
        centralhere.running(chosen).send("tokens/revoked", views.Revoked, views.OldToken(name))
    print(f"{name} opens nothing any more")
    return Exit.OK


def _state(one: views.TokenView, now_ns: int) -> str:
    if one.revoked_at is not None:
        return f"revoked {centralhere.day(one.revoked_at)}"
    if one.expires_at is None:
        return "good until it is revoked"
    return f"{'expired' if one.expires_at <= now_ns else 'good until'} {centralhere.day(one.expires_at)}"
