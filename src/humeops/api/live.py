# SPDX-License-Identifier: MIT
"""GET /api/v1/live: changes of tasks, runs and events as they happen, as server-sent events.

Whoever looks on costs a place in the ring and no queue of his own. One who reads too slowly falls behind the ring, is told so
(`resync`) and cut; one who does not read at all is cut without a word. A stream ends when whoever looks on may not any more, or may see
something else, some seconds later, and by itself after a while; a browser comes again by itself, and `Last-Event-ID` lets it go on where it was.
"""

import asyncio
import typing
from collections.abc import Awaitable, Callable, Sequence

import anyio
from litestar import Request, asgi
from litestar.datastructures import State
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from humeops.api import parameters
from humeops.api.doorkeeper import ACTOR, AGAIN
from humeops.api.hub import Hub
from humeops.api.ring import What
from humeops.api.service import Central
from humeops.clock import NS_PER_SECOND
from humeops.errors import NotAllowedError
from humeops.filters.tree import Node
from humeops.security import roles
from humeops.security.roles import Actor

PATH = "/api/v1/live"
HEARTBEAT_SECONDS = 15.0
SEND_SECONDS = 20.0  # one who takes nothing for so long is gone
LIFE_SECONDS = 900.0
ASK_AGAIN_SECONDS = 5.0  # so often whoever looks on is asked for his rights again
_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
_RESYNC = b"event: resync\ndata: {}\n\n"


class _Viewer:
    def __init__(self, hub: Hub, send: Send, what: Sequence[What], wanted: Node, within: Node) -> None:
        self._hub = hub
        self._send = send
        self._what = frozenset(what or typing.get_args(What))
        self._wanted = wanted
        self._within = within
        self._at = hub.ring.newest
        self._quiet = 0  # looks in a row at which nothing was new

    async def greet(self, place: str) -> None:
        """Say where we are; go on at this place if it is known, else say that everything has to be looked at."""
        number = self._hub.ring.number(place) if place else self._at
        is_known = number is not None and self._hub.ring.since(number) is not None
        self._at = number if is_known and number is not None else self._hub.ring.newest
        await self._say(b"" if is_known else _RESYNC)
        await self._say(self._mark(b"event: ready\ndata: {}\n"))

    async def step(self) -> bool:
        """Tell what is new, or wait for it; return whether to go on."""
        news, ring = self._hub.news, self._hub.ring
        if ring.newest == self._at:
            try:
                await asyncio.wait_for(news.wait(), ASK_AGAIN_SECONDS)
            except TimeoutError:
                self._quiet += 1
                if self._quiet * ASK_AGAIN_SECONDS < HEARTBEAT_SECONDS:
                    return True
                self._quiet = 0
                return await self._say(self._mark(b": still here\n"))
            return True
        text = ring.text_since(self._at, self._what, self._wanted, self._within)
        if text is None:
            await self._say(_RESYNC)
            return False
        self._at = ring.newest
        return await self._say(text)

    def _mark(self, text: bytes) -> bytes:
        # An id without data is no event, and the place is remembered all the same.
        return f"id: {self._hub.ring.place(self._at)}\n".encode() + text + b"\n"

    async def _say(self, text: bytes) -> bool:
        with anyio.move_on_after(SEND_SECONDS) as patience:
            if text:
                await self._send({"type": "http.response.body", "body": text, "more_body": True})
        return not patience.cancelled_caught


def handler(central: Central, hub: Hub) -> ASGIRouteHandler:
    """Return the handler of the stream."""

    @asgi(PATH)
    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "GET":
            raise NotAllowedError("the stream is only read: GET")
        actor: Actor = scope["state"][ACTOR]
        within = roles.scope(actor, "read", "events")
        request: Request[Actor, None, State] = Request(scope)
        query = parameters.read(request.query_params.multi_items(), parameters.LiveQuery)
        wanted = parameters.filter_of(query.q, None, central.clock.wall_ns())
        place = request.headers.get("last-event-id", "") or query.after
        with hub.viewing():
            await hub.ready()
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            viewer = _Viewer(hub, send, query.what, wanted, within)
            async with anyio.create_task_group() as group:
                group.start_soon(_until_gone, receive, group.cancel_scope)
                await _serve(viewer, place, central, _still(scope, actor))
                group.cancel_scope.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return stream


async def _serve(viewer: _Viewer, place: str, central: Central, still: Callable[[], Awaitable[bool]]) -> None:
    until_ns = central.clock.boot_ns() + int(LIFE_SECONDS * NS_PER_SECOND)
    asked_ns = central.clock.boot_ns()
    await viewer.greet(place)
    while central.clock.boot_ns() < until_ns:
        if central.clock.boot_ns() - asked_ns > ASK_AGAIN_SECONDS * NS_PER_SECOND:
            asked_ns = central.clock.boot_ns()
            if not await still():
                return
        if not await viewer.step():
            return


def _still(scope: Scope, actor: Actor) -> Callable[[], Awaitable[bool]]:
    """Return the question whether the actor may still see what he could see when he came."""
    again: Callable[[], Awaitable[Actor | None]] = scope["state"][AGAIN]

    async def ask() -> bool:
        now = await again()
        return now is not None and (now.role, now.grants) == (actor.role, actor.grants)

    return ask


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
