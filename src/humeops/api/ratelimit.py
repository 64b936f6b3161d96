# SPDX-License-Identifier: MIT
"""How often one token may ask: a script that went mad must not take central from everybody else.

A token bucket for each credential, in this process; intake has limits of its own and is never held back here, since what
humed sends has to arrive. Whoever is over it gets 429 and `Retry-After`.
"""

import collections
import math

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from humeops.api import schemas
from humeops.clock import NS_PER_SECOND, Clock

PER_SECOND = 100  # as much as one busy board and its viewers ask; a page of 1,000 tasks takes longer than that
BURST = 1_000  # a list of a million items is read in one go
MOST_REMEMBERED = 10_000
UNLIMITED = frozenset({"/api/v1/intake", "/healthz", "/readyz"})


class Buckets:
    """What each asker has left; the one who asked longest ago is forgotten first, and starts anew with a full bucket."""

    def __init__(self, per_second: float = PER_SECOND, burst: float = BURST, most: int = MOST_REMEMBERED) -> None:
        self._per_second = per_second
        self._burst = burst
        self._most = most
        self._left: collections.OrderedDict[int, tuple[float, int]] = collections.OrderedDict()

    def take(self, who: int, now_ns: int) -> float:
        """Return 0 when this asker may ask now, else after how many seconds."""
        left, since_ns = self._left.pop(who, (self._burst, now_ns))
        left = min(self._burst, left + (now_ns - since_ns) / NS_PER_SECOND * self._per_second)
        allowed = left >= 1
        self._left[who] = (left - 1 if allowed else left, now_ns)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._per_second


class Turnstile:
    """An ASGI application that lets nobody through too often."""

    def __init__(self, app: ASGIApp, clock: Clock, buckets: Buckets | None = None) -> None:
        self._app = app
        self._clock = clock
        self._buckets = buckets or Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 429."""
        kind: str = scope["type"]
        if kind == "http" and scope["path"] not in UNLIMITED:
            wait = self._buckets.take(_who(scope), self._clock.boot_ns())
            if wait:
                await _refuse(send, math.ceil(wait))
                return
        await self._app(scope, receive, send)


def _who(scope: Scope) -> int:
    # Only its hash is kept, salted by the process: a token is nobody's business here.
    return hash(tuple(value for name, value in scope["headers"] if name.lower() in (b"authorization", b"cookie")))


async def _refuse(send: Send, seconds: int) -> None:
    problem = schemas.Problem("Too many requests", 429, f"more than {PER_SECOND} a second for long with this token")
    body = msgspec.json.encode(problem)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"%d" % seconds),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
