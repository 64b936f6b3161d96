# SPDX-License-Identifier: MIT
"""ETags: who asks again and again (a board, a script) gets 304 and no body while nothing has changed.

The tag is a hash of the answer, so it needs no knowledge of what can change it. What streams passes untouched.
"""

import hashlib

from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

API = "/api/v1/"
_JSON = b"application/json"


class Validator:
    """An ASGI application that puts an ETag on the answers to questions, and leaves out what the asker has already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the answer to a question is held until it is whole."""
        if scope.get("method") != "GET" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        known = [value for name, value in scope["headers"] if name.lower() == b"if-none-match"]
        await self._app(scope, receive, _Held(send, b",".join(known)).take)


class _Held:
    def __init__(self, send: Send, known: bytes) -> None:
        self._send = send
        self._known = {tag.strip().removeprefix(b"W/") for tag in known.split(b",")}
        self._start: HTTPResponseStartEvent | None = None
        self._body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_json(message):
            self._start = message
            return
        if message["type"] != "http.response.body" or self._start is None:
            await self._send(message)
            return
        self._body += message["body"]
        if not message["more_body"]:
            await self._answer(self._start)

    async def _answer(self, start: HTTPResponseStartEvent) -> None:
        tag = b'"' + hashlib.blake2b(self._body, digest_size=12).hexdigest().encode() + b'"'
        headers = [*start["headers"], (b"etag", tag)]
        if tag in self._known or b"*" in self._known:
            plain = [header for header in headers if header[0].lower() not in (b"content-length", b"content-type")]
            await self._send({"type": "http.response.start", "status": 304, "headers": plain})
            self._body = b""
        else:
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send({"type": "http.response.body", "body": self._body, "more_body": False})


def _is_json(start: HTTPResponseStartEvent) -> bool:
    headers = {name.lower(): value for name, value in start["headers"]}
    return start["status"] == 200 and headers.get(b"content-type", b"").startswith(_JSON)
