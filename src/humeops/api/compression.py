# SPDX-License-Identifier: MIT
"""Long texts go out compressed to those who take gzip: pages, lists, scripts; what streams passes untouched.

Outside of the ETags, which are of the answer itself and become weak ones here (RFC 9110, 8.8.1). Litestar's own compression works
inside of them and puts the time into gzip's head, so that nothing was ever unchanged.
"""

import zlib
from typing import cast

from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

LEAST = 2_000
_LEVEL = 5
_GZIP = 16 + zlib.MAX_WBITS
_TEXTS = (b"text/", b"application/json", b"application/problem+json", b"image/svg+xml")


class Compressor:
    """An ASGI application that makes whole answers smaller."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, also the server's start and stop; an answer in one piece is compressed if the asker takes it so."""
        takes = any(b"gzip" in value for name, value in scope.get("headers", ()) if name.lower() == b"accept-encoding")
        await self._app(scope, receive, _Held(send).take if takes else send)


class _Held:
    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: HTTPResponseStartEvent | None = None

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_text(message):
            self._start = message
            return
        if message["type"] == "http.response.body" and self._start is not None:
            start, self._start = self._start, None
            body = message["body"]
            if not message.get("more_body") and len(body) >= LEAST:
                body = _gzip(body)
                start = cast(HTTPResponseStartEvent, {**start, "headers": _described(start["headers"], len(body))})
                message = {"type": "http.response.body", "body": body, "more_body": False}
            await self._send(start)
        await self._send(message)


def _is_text(start: HTTPResponseStartEvent) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    return headers.get(b"content-type", b"").startswith(_TEXTS) and b"content-encoding" not in headers


def _gzip(body: bytes) -> bytes:
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return deflate.compress(body) + deflate.flush()


def _described(headers: object, length: int) -> list[tuple[bytes, bytes]]:
    kept = [(name, _weak(name, value)) for name, value in cast("list[tuple[bytes, bytes]]", headers)]
    kept = [header for header in kept if header[0].lower() != b"content-length"]
    return [
        *kept,
        (b"content-length", b"%d" % length),
        (b"content-encoding", b"gzip"),
        (b"vary", b"Accept-Encoding"),
    ]


def _weak(name: bytes, value: bytes) -> bytes:
    return b"W/" + value if name.lower() == b"etag" and not value.startswith(b"W/") else value
