# SPDX-License-Identifier: MIT
"""GET /metrics, and the counting of requests by address and status."""

import functools
from typing import Any

from litestar import Response, get
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from humeops.api.service import Asked, Central
from humeops.central import metrics
from humeops.clock import NS_PER_SECOND, Clock
from humeops.security import roles
from humeops.security.roles import Thing

# Whatever is asked for, the number of series stays that of the addresses there are.
ELSEWHERE = "other"


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
        begun_ns = self._clock.boot_ns()
        answered: dict[str, Any] = {"status": 500}
        try:
            await self._app(scope, receive, functools.partial(_send_noting, send, answered))
        finally:
            route = scope.get("path_template") or ELSEWHERE
            metrics.REQUESTS.labels(route, answered["status"]).inc()
            metrics.REQUEST_SECONDS.labels(route).observe((self._clock.boot_ns() - begun_ns) / NS_PER_SECOND)


async def _send_noting(send: Send, answered: dict[str, Any], message: Message) -> None:
    if message["type"] == "http.response.start":
        answered["status"] = message["status"]
    await send(message)
