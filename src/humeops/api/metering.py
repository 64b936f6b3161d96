# SPDX-License-Identifier: MIT
"""GET /metrics, and the counting of requests by address and status."""

from litestar import Response, get
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from humeops.api.service import Asked, Central
from humeops.central import metrics
from humeops.clock import NS_PER_SECOND, Clock
from humeops.security import roles
from humeops.security.roles import Thing

# Whatever is asked for, the number of series stays that of the addresses there are.
ELSEWHERE = "other"

# How a request counts whose handling ended without an answer.
_UNANSWERED = 500


@get("/metrics", sync_to_thread=True)
def show_metrics(central: Central, asked: Asked) -> Response[bytes]:
    """Return what this process counts, and how long the queues are."""
    roles.authorize(asked.actor, "read", Thing("metrics"))
    return Response(metrics.render(central.gauges), media_type=metrics.CONTENT_TYPE)


class Meter:
    """An ASGI application that counts what the one behind it answers."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and note the status and the time it took."""
        kind: str = scope["type"]
        if kind != "http":
            await self._app(scope, receive, send)
            return
        counted = _Counted(scope, send)
        begun_ns = self._clock.boot_ns()
        try:
            await self._app(scope, receive, counted.send)
        finally:
            counted.once(_UNANSWERED)
            metrics.REQUEST_SECONDS.labels(_route(scope)).observe((self._clock.boot_ns() - begun_ns) / NS_PER_SECOND)


class _Counted:
    """A request's way to send, which counts the answer before it leaves: who has been answered finds himself counted."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._is_counted = False

    async def send(self, message: Message) -> None:
        """Pass on; the first message carries the status."""
        if message["type"] == "http.response.start":
            self.once(message["status"])
        await self._send(message)

    def once(self, status: int) -> None:
        """Count the request under this status, unless it has been counted."""
        if not self._is_counted:
            self._is_counted = True
            metrics.REQUESTS.labels(_route(self._scope), status).inc()


def _route(scope: Scope) -> str:
    return scope.get("path_template") or ELSEWHERE
