# SPDX-License-Identifier: MIT
import asyncio
from typing import Annotated, Any

import msgspec
import pytest
from litestar import Litestar, post
from litestar.exceptions import HTTPException
from litestar.params import Body

from humeops.api import people, problems


@post("/notes", sync_to_thread=False)
def take(data: Annotated[people.NewNote, Body()]) -> str:
    return data.text


APP = Litestar([take], exception_handlers={HTTPException: problems.from_http}, openapi_config=None, logging_config=None)


async def detail_of(path: str, body: bytes) -> str:
    sent: list[Any] = []
    scope: Any = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http"}
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope |= {"path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    await APP(scope, receive, send)
    assert sent[0]["status"] in (400, 404)
    return str(msgspec.json.decode(sent[1]["body"])["detail"])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"host": "a", "task": "b", "text": ""}', "`text`: it may not be empty"),
        (b'{"host": "a", "task": "b", "text": 5}', "`text`: text is expected, here is a whole number"),
        (b'{"host": "a", "text": "c"}', "`task` is missing"),
        (b'{"host": "a", "task": "b", "text": "c", "rum": null}', "no field `rum`; did you mean `run`?"),
        (b'{"host": "a", "task": "b", "text": "c", "run": "5"}', "`run`: a whole id is expected"),
        (b"[1]", "a JSON object is expected as the body"),
        (b"", "a JSON object is expected as the body"),
        (b'{"host":', "the body cannot be read: "),
    ],
)
def test_what_is_wrong_with_a_body_is_named(body, told):
    assert asyncio.run(detail_of("/notes", body)).startswith(told)


def test_an_address_that_is_not_there_is_told_as_the_framework_does():
    assert asyncio.run(detail_of("/nowhere", b"")) == "Not Found"
