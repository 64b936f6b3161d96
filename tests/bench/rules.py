# SPDX-License-Identifier: MIT
"""What rules cost an event: 1, 10, 100 and 1000 of them, of the kinds people write, on events of which few match."""

import json
import timeit

import msgspec

from humeops.daemon.rules import parsing
from humeops.daemon.rules.engine import Engine
from humeops.event import Event
from humeops.wire import codec
from tests.bench.report import Table
from tests.unit.daemon.sayings import say

ROUNDS = 3_000
REPEATS = 3
# About 300 bytes, as the other benchmarks say them.
MESSAGE = "copied 1234 files from /srv/www to /backup/www in 12.3 s, password unchanged, nothing else to report of it"


def measure() -> Table:
    """Return the table."""
    table = Table("rules, cost of one event", ["rules", "tried together", "each by itself"])
    for count in (1, 10, 100, 1_000):
        rules = Engine(msgspec.convert([rule(number) for number in range(count)], list[parsing.Rule]))
        rounds = 1 if count == 1_000 else ROUNDS // 30
        table.rows.append([f"{count:,}", microseconds(rules.decide, ROUNDS), microseconds(rules.explain, rounds)])
    table.remarks.append(
        "A fifth each: a regular expression on the message; task and level; a tag; a glob on the message; any of a task and a key."
    )
    return table


def rule(number: int) -> dict[str, object]:
    """Return one rule, of one of five kinds."""
    kinds: list[dict[str, object]] = [
        {"match": {"message": f"/job {number}: .*(refused|denied)/"}, "drop": True},
        {"match": {"task": f"nightly-{number}*", "level": ">=warning"}, "add_tags": ["night"]},
        {"match": {"tag": f"team-{number}"}, "raise": "error"},
        {"match": {"message": f"*disk sd{number} full*"}, "redact": ["passwords"]},
        {"match": {"any": [{"task": f"x{number}"}, {"key": f"k{number}"}]}, "sample": 10},
    ]
    return {"name": f"rule-{number}", **kinds[number % len(kinds)]}


def as_toml(count: int) -> str:
    """Return so many rules as humed.toml has them."""
    return "".join(
        "[[rules]]\n" + "".join(f"{name} = {_toml(value)}\n" for name, value in rule(number).items())
        for number in range(count)
    )


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {_toml(one)}' for name, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)


def microseconds(call: object, rounds: int) -> str:
    """Return how long one call takes, the best of some."""
    event: Event = codec.decode(say(message=MESSAGE, tags=["web", "prod"], data={"files": 1234}))
    user = ("root", "0")
    took = min(timeit.repeat(lambda: call(event, user, 1), number=rounds, repeat=REPEATS))  # type: ignore[operator]
    return f"{took / rounds * 1e6:.1f} µs"
