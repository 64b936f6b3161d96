# SPDX-License-Identifier: MIT
"""Central's live stream, read as it comes: server-sent events, and going on after the connection was lost.

A stream ends by itself after a while, and central may be restarted: then it is opened again where it was. What may be missing is
said as `resync`, and is the caller's to fetch.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from humeops.cli import client
from humeops.errors import UnavailableError

AGAIN_SECONDS = 1.0
SILENCE_SECONDS = 40.0  # central sends a sign of life every 15 s
_MOST_BYTES = 4_194_304  # of one event: far more than there is, so that a stream that is none does not fill memory


class Told(NamedTuple):
    """One event of the stream, and the place after it."""

    name: str
    data: str
    place: str


def follow(
    central: client.Central, params: client.Params, pause: Callable[[float], None] = time.sleep
) -> Iterator[Told]:
    """Yield what central tells, for ever; raise what the first connection meets, and wait for central afterwards."""
    place, was_open = "", False
    while True:
        try:
            for told in read(central.stream("live", params, place, SILENCE_SECONDS)):
                place, was_open = told.place or place, True
                yield told
        except UnavailableError:
            if not was_open:
                raise
        pause(AGAIN_SECONDS)


def read(parts: Iterable[bytes]) -> Iterator[Told]:
    """Yield the events in these bytes, however they are cut; heartbeats only move the place."""
    place, rest = "", b""
    for part in parts:
        *blocks, rest = (rest + part).split(b"\n\n")
        if len(rest) > _MOST_BYTES:
            raise UnavailableError("central's live stream is none")
        for block in blocks:
            fields = _fields(block)
            place = fields.get("id", place)
            yield Told(fields.get("event", ""), fields.get("data", ""), place)


def _fields(block: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in block.decode("utf-8", "replace").split("\n"))
    return {name: value.removeprefix(" ") for name, colon, value in lines if name and colon}
