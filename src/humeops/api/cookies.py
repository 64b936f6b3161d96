# SPDX-License-Identifier: MIT
"""What tells a browser from a program: the cookie with its session, whether a page of ours asks, whether it wants HTML. Pure.

Over TLS the cookie's name has the prefix `__Host-`, which no other host or path can set. Without TLS (loopback) browsers would not keep
such a one.
"""

import http.cookies
import urllib.parse

from litestar.types import Scope

from humeops.security import credentials

_SECURE, _PLAIN = "__Host-hume", "hume"
_ATTEMPT = "-openid"  # after the name: an attempt to sign in at the provider


def session_of(scope: Scope) -> str | None:
    """Return the session that came along, if it has the form of one."""
    return _found(scope, "", "session")


def attempt_of(scope: Scope) -> str | None:
    """Return the attempt to sign in at the provider that came along."""
    return _found(scope, _ATTEMPT, "openid")


def is_own_page(scope: Scope) -> bool:
    """Tell whether the browser says that a page of this very origin asks; a browser that does not say so is not believed."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if site := headers.get(b"sec-fetch-site"):
        return site == "same-origin"
    origin = headers.get(b"origin", "")
    return bool(origin) and urllib.parse.urlsplit(origin).netloc == headers.get(b"host", "")


def wants_page(scope: Scope) -> bool:
    """Tell whether a person looks at what is answered: a browser asks for HTML, a program does not."""
    accepted = [value for name, value in scope["headers"] if name.lower() == b"accept"]
    return any(b"text/html" in value for value in accepted) and not str(scope["path"]).startswith("/api/")


def set_session(scope: Scope, session: str, seconds: int) -> str:
    """Return the header that makes the browser keep this session; `seconds` 0 makes it forget it."""
    return _set(scope, "", session, seconds)


def set_attempt(scope: Scope, secret: str, seconds: int) -> str:
    """Return the header that makes the browser keep this attempt to sign in at the provider."""
    return _set(scope, _ATTEMPT, secret, seconds)


def _set(scope: Scope, more: str, value: str, seconds: int) -> str:
    secure = _is_secure(scope)
    name, also = (_SECURE, "; Secure") if secure else (_PLAIN, "")
    return f"{name}{more}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{also}"


def _found(scope: Scope, more: str, kind: credentials.Kind) -> str | None:
    jar = http.cookies.SimpleCookie()
    try:
        for name, value in scope["headers"]:
            if name.lower() == b"cookie":
                jar.load(value.decode("latin-1"))
    except http.cookies.CookieError:
        return None
    found = jar.get((_SECURE if _is_secure(scope) else _PLAIN) + more)
    return found.value if found is not None and credentials.is_token(found.value, kind) else None


def _is_secure(scope: Scope) -> bool:
    return str(scope.get("scheme", "http")) == "https"
