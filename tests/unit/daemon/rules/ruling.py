# SPDX-License-Identifier: MIT
"""Rules as people write them, and events to try them on."""

import tomllib

import msgspec

from humeops.daemon.rules import parsing
from humeops.daemon.rules.engine import Engine
from humeops.event import Event
from humeops.wire import codec
from tests.unit.daemon.sayings import say

NS = 1_000_000_000
NOBODY = ("nobody", "65534")


def parse(text: str) -> list[parsing.Rule]:
    """Return the rules in this TOML, `name` filled in where it says none."""
    tables = tomllib.loads(text)["rules"]
    return msgspec.convert(
        [{"name": f"rule-{number}", **table} for number, table in enumerate(tables)], list[parsing.Rule]
    )


def engine(text: str) -> Engine:
    return Engine(parse(text))


def event(kind: str = "log", **members: object) -> Event:
    return codec.decode(say(kind, **members))


def decide(text: str, said: Event, now_ns: int = 0, user: tuple[str, ...] = NOBODY) -> str:
    """Return the cause under which these rules drop the event."""
    return engine(text).decide(said, user, now_ns)
