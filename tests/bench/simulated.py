# SPDX-License-Identifier: MIT
"""Agents as central sees them: very many connections, each saying little, in the protocol's words (docs/protocol.md, section 6).

Each agent is one kept connection. It begins a run of each of its tasks, and then says every `pause` seconds that it lives (a ping);
what was queued and is not committed it asks for with batches of no events, as seldom as humed does.
"""

import asyncio
import contextlib
import dataclasses
import json
import random
import time

from humeops.daemon import forwarder
from humeops.daemon.backoff import Backoff
from tests.bench.saying import Host, an_event, make_id

_HEAD = (
    b"POST /api/v1/intake HTTP/1.1\r\nHost: central\r\nAuthorization: Bearer %b\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n"
)
_ASK_AGAIN_SECONDS = 1.0


@dataclasses.dataclass
class Told:
    """What all the agents found."""

    took: list[float] = dataclasses.field(default_factory=list)  # from a batch to the answer that it is committed
    refused: int = 0
    broken: int = 0


class Agent:
    """One of them."""

    def __init__(self, host: Host, place: tuple[str, int], told: Told) -> None:
        self._host = host
        self._place = place
        self._told = told
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def live(self, tasks: int, pause: float, begin: float) -> None:
        """Go on for ever, having begun at some moment of the first `begin` seconds."""
        await asyncio.sleep(random.random() * begin)
        runs = [make_id() for _ in range(tasks)]
        await self.say([an_event(run, b"task-%d" % n, run, b"start", b"") for n, run in enumerate(runs)])
        while True:
            await asyncio.sleep(pause)
            await self.say([an_event(make_id(), b"task-0", runs[0], b"ping", b"")])

    async def say(self, events: list[bytes]) -> None:
        """Hand these over, until they are committed."""
        body, began = self._host.batch_of(events), time.perf_counter()
        asking = Backoff(forwarder.ASK_AGAIN_SECONDS, forwarder.ASK_AGAIN_AT_MOST_SECONDS)
        while True:
            status, receipt = await self._exchange(body)
            if status == 200 and receipt["committed_upto"] >= self._host.said:
                self._told.took.append(time.perf_counter() - began)
                return
            if status == 200:
                await asyncio.sleep(asking.next_seconds())
                body = self._host.batch_of([])
            else:
                self._told.refused += 1
                await asyncio.sleep(_ASK_AGAIN_SECONDS)

    async def _exchange(self, body: bytes) -> tuple[int, dict[str, int]]:
        while True:
            try:
                self._streams = self._streams or await asyncio.open_connection(*self._place)
                return await _ask(*self._streams, self._host.token.encode(), body)
            except (OSError, EOFError):
                self._told.broken += 1
                self._close()
                await asyncio.sleep(_ASK_AGAIN_SECONDS)

    def _close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


async def live_all(
    hosts: list[Host], place: tuple[str, int], tasks: int, pause: float, begin: float, seconds: float
) -> tuple[Told, Told]:
    """Let all of them begin within `begin` seconds and live; return what they found till a pause after that, and in the `seconds` then."""
    told = Told()
    living = [asyncio.create_task(Agent(host, place, told).live(tasks, pause, begin)) for host in hosts]
    await asyncio.sleep(begin + pause)
    first = dataclasses.replace(told, took=told.took.copy())
    told.took.clear()
    told.refused = told.broken = 0
    await asyncio.sleep(seconds)
    for one in living:
        one.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*living)
    return first, told


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: bytes, body: bytes
) -> tuple[int, dict[str, int]]:
    writer.write(_HEAD % (token, len(body)) + body)
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    answer = await reader.readexactly(length)
    status = int(head.split(b" ", 2)[1])
    return status, json.loads(answer) if status == 200 else {}
