# SPDX-License-Identifier: MIT
"""Forms of pages: each carries a word that only a page of this very session can know, and is refused without it.

The word is made of the session's token, so nothing has to be kept. It stands beside what the browser says of who asks (`cookies.is_own_page`): either
alone keeps other sites out. Bodies that no form can send (JSON) need it not: another site cannot make a browser send one unasked.
"""

import contextvars
import hashlib
import hmac
import urllib.parse
from typing import Any

from litestar.types import HTTPRequestEvent, Receive, Scope

FIELD = "csrf"
MOST_BYTES = 65_536

# What the form of the page that is being made has to carry; empty where there is no session.
word: contextvars.ContextVar[str] = contextvars.ContextVar("word", default="")


def word_of(session: str) -> str:
    """Return what the forms of this session carry."""
    return hmac.new(session.encode(), b"forms of hume's pages", hashlib.sha256).hexdigest()


def is_json(scope: Scope) -> bool:
    """Tell whether the body is said to be JSON."""
    kinds = [value for name, value in scope["headers"] if name.lower() == b"content-type"]
    return len(kinds) == 1 and kinds[0].split(b";")[0].strip().lower() == b"application/json"


async def read(receive: Receive) -> bytes | None:
    """Return the body of a form, None for one that is too long or cut off."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body"):
            return body


def carries(body: bytes, session: str) -> bool:
    """Tell whether a form carries the word of the session."""
    try:
        given = urllib.parse.parse_qs(body.decode("ascii"), max_num_fields=100).get(FIELD, [])
    except ValueError:
        return False
    return len(given) == 1 and hmac.compare_digest(given[0].encode(), word_of(session).encode())


def again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives this body first, as if nobody had read it."""
    waiting: list[HTTPRequestEvent] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Any:
        return waiting.pop() if waiting else await receive()

    return receive_again
