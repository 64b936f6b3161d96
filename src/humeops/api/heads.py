# SPDX-License-Identifier: MIT
"""HEAD: what GET would answer, without its body (RFC 9110, section 9.3.2), for proxies, link checkers and whoever shows badges."""

from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

# What streams would be made whole for nobody.
STREAMS = ("/api/v1/live", "/events/export")


class Heads:
    """An ASGI application that asks the one within for what GET answers, and keeps the body back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope.get("method") != "HEAD" or scope["path"] in STREAMS:
            await self._app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
            elif not message["more_body"]:
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        asked: Any = {**scope, "method": "GET"}
        await self._app(asked, receive, bodiless)
