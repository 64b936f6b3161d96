# SPDX-License-Identifier: MIT
"""Many who look on live while much is said: how long after it was said a change reaches them, through Redis and without."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator

from tests.bench import agents, simulated
from tests.bench.report import Table, milliseconds, percentile
from tests.bench.saying import Host, an_event, make_id
from tests.bench.usage import Usage, core
from tests.fixtures.large import large_installation
from tests.fixtures.processes import Installation, installation

_BATCHES_A_SECOND = 10
_WORD = b'"message":"rsync finished without errors, 17 transferred",'
Roles = dict[str, list[int]]


def measure(viewers: int = 200, rate: int = 1_000, seconds: int = 30, hosts: int = 20, everything: int = 1) -> Table:
    """Return the table; `everything` 0: each viewer looks at one host, and at changes of tasks, as the pages do."""
    table = Table(
        f"{viewers} look on, {rate:,} events/s from {hosts} hosts, {'each at all of it' if everything else 'at the tasks of one host'}",
        [
            "way",
            "said → committed, median, 99 %",
            "seen",
            "median",
            "95 %",
            "99 %",
            "slowest",
            "within 300 ms",
            "cut",
            "MB/s",
            "one core",
        ],
    )
    query = "what=event" if everything else "q=task:task-1"
    for name, begin in (("direct, SQLite", _direct), ("Redis, PostgreSQL", _through_redis)):
        with begin(hosts) as (installed, said, roles):
            table.rows.append([name, *_row(installed, said, roles, (viewers, rate, seconds), query)])
    table.remarks.append("Said and seen on one machine by one clock; those who look on are another process there.")
    return table


@contextlib.contextmanager
def _direct(hosts: int) -> Iterator[tuple[Installation, list[Host], Roles]]:
    with installation() as installed:
        central = installed.start_central()
        token = installed.layout.agent_token.read_text().strip()
        # One credential: a SQLite file has one writer, and its hosts would be told apart for nothing.
        yield installed, [Host(0, "here", token) for _ in range(hosts)], {"central": [central.pid]}


@contextlib.contextmanager
def _through_redis(hosts: int) -> Iterator[tuple[Installation, list[Host], Roles]]:
    with large_installation(durable=True) as installed:
        said = agents.make_hosts(installed, hosts)
        api, worker = installed.start_central(role="api"), installed.start_worker()
        servers = {"PostgreSQL": [installed.sql.pid], "Redis": [installed.streams.pid]}
        yield installed, said, {"api": [api.pid], "worker": [worker.pid], **servers}


def _row(installed: Installation, said: list[Host], roles: Roles, sizes: tuple[int, int, int], query: str) -> list[str]:
    viewers, rate, seconds = sizes
    place = urllib.parse.urlsplit(installed.layout.central_url.read_text().strip())
    address = (place.hostname or "", place.port or 0)
    words = [*map(str, address), str(viewers), str(seconds), query]
    looking = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.onlookers", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert looking.stdin is not None
    assert looking.stdout is not None
    with looking:
        looking.stdin.write(installed.layout.person_token.read_text())
        looking.stdin.close()
        assert looking.stdout.readline() == "ready\n"
        usage = Usage(roles)
        committed = asyncio.run(_say(said, address, rate, seconds + 4))
        shares = usage.shares()
        told = json.loads(looking.stdout.readline())
    times = [f"{told[name]:.0f} ms" for name in ("p50", "p95", "p99", "slowest")]
    costs = ", ".join(f"{role} {core(share)}" for role, (share, _) in shares.items())
    figures = [f"{told['under300']:.2%}", str(told["resyncs"]), f"{told['bytes'] / seconds / 1e6:.1f}", costs]
    took = ", ".join(milliseconds(percentile(committed, share)) for share in (0.5, 0.99))
    return [took, f"{told['events']:,}", *times, *figures]


async def _say(said: list[Host], place: tuple[str, int], rate: int, seconds: float) -> list[float]:
    told = simulated.Told()
    speaking = [
        asyncio.create_task(_speak(host, place, rate / len(said), b"task-%d" % number, told))
        for number, host in enumerate(said)
    ]
    await asyncio.sleep(seconds)
    for one in speaking:
        one.cancel()
    await asyncio.gather(*speaking, return_exceptions=True)
    return told.took


async def _speak(host: Host, place: tuple[str, int], rate: float, task: bytes, told: simulated.Told) -> None:
    """Say so much a second, in batches as a humed gathers them; runs begin and end among it."""
    agent = simulated.Agent(host, place, told)
    run, number, due = make_id(), 0, time.perf_counter()
    while True:
        events = []
        for _ in range(round(rate / _BATCHES_A_SECOND)):
            kind, more = (b"start", b"") if number == 0 else (b"log", _WORD)
            kind, more = (b"stop", b'"status":0,"outcome":"ok",') if number == 9 else (kind, more)
            events.append(an_event(run if number == 0 else make_id(), task, run, kind, more))
            number = (number + 1) % 10
            run = make_id() if number == 0 else run
        await agent.say(events)
        due = max(due + 1 / _BATCHES_A_SECOND, time.perf_counter() - 1)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
