# SPDX-License-Identifier: MIT
"""`hume-central enroll-token`: makes tokens by which hosts get a credential of their own, lists and revokes them."""

import json
import re
import sys

import msgspec

from humeops.api import enrolviews as views
from humeops.central.config import Config
from humeops.central.keeping import age_ns
from humeops.central.store import enrolling
from humeops.cli import centralhere
from humeops.cli.centralhere import UsageError
from humeops.clock import NS_PER_SECOND, SystemClock
from humeops.errors import Exit, UnavailableError
from humeops.visible import visible
from humeops.wire import hostname

_AGE = re.compile(r"[1-9][0-9]{0,4}[hdwy]")
_HOUR_NS = 3_600 * NS_PER_SECOND
_DEFAULT_AGE = "1d"


def enrol_token(
    chosen: Config, words: list[str], hosts: str | None, uses: int, expires: str | None, asks: bool, output: str
) -> int:
    """Make a token (`enroll-token NAME`), list all (`list`) or revoke one (`revoke NAME`)."""
    match words:
        case ["list"]:
            return _list(chosen, output)
        case ["revoke", name]:
            return _revoke(chosen, _checked(name))
        case [name] if name != "revoke":
            now_ns = SystemClock().wall_ns()
            ends = now_ns + _age_ns(expires or _DEFAULT_AGE)
            return _make(
                chosen,
                enrolling.Wanted(_checked(name), _patterns(name if hosts is None else hosts), uses, asks, ends),
                now_ns,
            )
    raise UsageError("enroll-token NAME [--hosts PATTERN], enroll-token list, or enroll-token revoke NAME")


def _make(chosen: Config, wanted: enrolling.Wanted, now_ns: int) -> int:
    if not 1 <= wanted.uses <= enrolling.MOST_USES:
        raise UsageError(f"--uses {wanted.uses}: 1 to {enrolling.MOST_USES}")
    try:
        made = centralhere.write(
            chosen,
            lambda connection: enrolling.make_token(connection, wanted, now_ns),
            ("make enrol token", wanted.name),
        )
    except UnavailableError:
        body = views.NewEnrolToken(wanted.name, wanted.hosts, wanted.expires_at, wanted.uses, wanted.asks)
        made = centralhere.running(chosen).send("enrolments/tokens", views.EnrolTokenView, body).token
    print(made)
    hosts = wanted.hosts if wanted.uses == 1 else f"{wanted.uses} hosts of {wanted.hosts}"
    then = ", each of which waits for: hume-central agents approve HOST" if wanted.asks else ""
    print(f"enrols {hosts} until {centralhere.day(wanted.expires_at)}{then}", file=sys.stderr)
    return Exit.OK


def _list(chosen: Config, output: str) -> int:
    try:
        known = [views.EnrolTokenView(*one) for one in centralhere.write(chosen, enrolling.tokens)]
    except UnavailableError:
        known = centralhere.running(chosen).fetch("enrolments/tokens", views.EnrolTokenPage).items
    if output == "json":
        print(json.dumps([msgspec.to_builtins(one) for one in known]))
        return Exit.OK
    now_ns = SystemClock().wall_ns()
    for one in known:
        asks = ", each to be approved" if one.asks else ""
        print(f"{one.name}  {visible(one.hosts)}  {one.uses_left} left{asks}  {_state(one, now_ns)}")
    return Exit.OK


def _revoke(chosen: Config, name: str) -> int:
    try:
        now_ns = SystemClock().wall_ns()
        if not centralhere.write(
            chosen, lambda connection: enrolling.revoke_token(connection, name, now_ns), ("revoke enrol token", name)
        ):
            raise UsageError(f"no token {name}; enroll-token list names them")
    except UnavailableError:
        centralhere.running(chosen).send(
            "enrolments/tokens/revoked", views.EnrolTokenRevoked, views.OldEnrolToken(name)
        )
    print(f"{name} enrols nobody any more; the hosts it let in stay (hume-central agents revoke HOST)")
    return Exit.OK


def _patterns(hosts: str) -> str:
    for pattern in hosts.split(","):
        if not hostname.is_host(pattern):
            raise UsageError(f"--hosts {pattern!a}: names of hosts, with * and ?, separated by commas")
    return hosts


def _age_ns(text: str) -> int:
    if not _AGE.fullmatch(text):
        raise UsageError(f"--expires {text!a}: hours, days, weeks or years, such as 12h or 7d")
    return int(text[:-1]) * _HOUR_NS if text.endswith("h") else age_ns(text) or 0


def _checked(name: str) -> str:
    return centralhere.checked_name(name, "token", "; --hosts takes patterns")


def _state(one: views.EnrolTokenView, now_ns: int) -> str:
    if one.revoked_at is not None:
        return f"revoked {centralhere.day(one.revoked_at)}"
    if one.expires_at is not None and one.expires_at <= now_ns:
        return f"expired {centralhere.day(one.expires_at)}"
    return "used up" if not one.uses_left else f"good until {centralhere.day(one.expires_at or 0)}"
