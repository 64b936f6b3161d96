# SPDX-License-Identifier: MIT
"""What sayers say in these tests, as bytes: an event with an id of its own and whatever members a test gives."""

import itertools
import json
import pathlib

from humeops.wire import dropfile
from humeops.wire.eventid import make_event_id

BOOT = "0b9c1d2e-0000-4000-8000-000000000001"
START_NS = 1_795_406_391_000_000_000
_numbers = itertools.count(1)


def next_id() -> str:
    """Return an id that sorts after all those given before."""
    number = next(_numbers)
    return make_event_id(START_NS + number * 1_000_000, number)


def say(kind: str = "log", **members: object) -> bytes:
    """Return one event; a `task` unless something else names it."""
    if not {"task", "run", "origin"} & members.keys():
        members["task"] = "backup"
    base = {"v": 1, "id": next_id(), "kind": kind, "time": START_NS, "boot": BOOT, "mono": 1}
    return json.dumps({**base, **members}).encode()


def id_of(said: bytes) -> str:
    return str(json.loads(said)["id"])


def drop(folder: pathlib.Path, said: bytes) -> pathlib.Path:
    """Leave this event in the drop folder as the protocol says, and return its file."""
    temporary = folder / f".{id_of(said)}.tmp"
    temporary.write_bytes(dropfile.pack(said))
    return temporary.rename(folder / f"{id_of(said)}.hume")
