# SPDX-License-Identifier: MIT
"""A large company's four weeks, taken in as its humeds would have sent them: N hosts of ten tasks, M events, ten of them a run.

Everything goes through intake itself, so that tasks, runs, tags, what is usual and the index of texts are what they would be. In
the order of time, host by host, as an installation grows; the same ones each time.
"""

import random
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from humeops.central import indexing, intake
from humeops.central.store import agents, partitions, taking
from humeops.central.store.database import Database
from humeops.central.store.parcels import Parcel
from humeops.clock import SystemClock
from humeops.wire import batch
from humeops.wire.eventid import make_event_id

SECOND = 1_000_000_000
DAYS = 28
RUNS_A_SLICE = 10  # of each host
EVENTS_A_RUN = 10
HOSTS_A_COMMIT = 20
_EVENT = (
    b'{"v":1,"id":"%b","kind":"%b","time":%d,"boot":"8b1f6b0e-4c7a-4f0b-9d53-0d7a1f0c2f11","mono":%d,"task":"%b","run":"%b",'
    b'%b"origin":{"uid":1000,"line":41,"script":"/usr/local/sbin/%b.sh"}}'
)
_SAYS = (
    b"copied %d files to the archive, %d skipped",
    b"connection to replica-%d took %d ms",
    b"checked table orders_%d, %d rows",
    b"the certificate of site-%d.example.org holds %d more days",
)


class Size(NamedTuple):
    """How large it is."""

    hosts: int
    tasks: int
    events: int


def fill(database: Database, size: Size) -> float:
    """Put all of it into the database; return how many seconds that took."""
    begun = time.perf_counter()
    now = time.time_ns()
    first = now - DAYS * 86_400 * SECOND
    with database.writing() as connection:
        for week in range(DAYS // 7 + 2):
            partitions.provide(connection, first + week * 7 * 86_400 * SECOND)
        known = [
            intake.Agent(agents.find_or_make_agent(connection, f"host-{number}", first), f"host-{number}")
            for number in range(size.hosts)
        ]
    slices = max(1, size.events // (size.hosts * RUNS_A_SLICE * EVENTS_A_RUN))
    chance = random.Random(7)
    for number in range(slices):
        at = first + (now - first) * number // slices
        lasts = (now - first) // slices
        for begin in range(0, size.hosts, HOSTS_A_COMMIT):
            parcels = [
                _parcel(agent, size.tasks, number, at, lasts, chance) for agent in known[begin : begin + HOSTS_A_COMMIT]
            ]
            database.write(lambda connection, parcels=parcels: taking.take_all(connection, parcels))  # type: ignore[misc]
        print(f"slice {number + 1} of {slices} in {time.perf_counter() - begun:.0f} s", flush=True)
    index(database)
    return time.perf_counter() - begun


def index(database: Database) -> None:
    """Bring the index of texts up to what was said, and the engine's statistics."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "REST_SECONDS", 0.0)
        patch.setattr(indexing, "BEHIND_NS", 0)
        assert indexing.Indexing(database, SystemClock()).run_pass()
    with database.exclusively() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.exec_driver_sql("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE")


def _parcel(agent: intake.Agent, tasks: int, slice_number: int, at: int, lasts: int, chance: random.Random) -> Parcel:
    said = [
        event
        for run in range(RUNS_A_SLICE)
        for event in _run(
            (slice_number * RUNS_A_SLICE + run) % tasks, at + (lasts - 60 * SECOND) * run // RUNS_A_SLICE, chance
        )
    ]
    seq = slice_number * len(said) + 1
    body = batch.pack_batch(f"00000000-0000-4000-8000-{agent.id:012d}", 1, at + lasts, list(enumerate(said, seq)))
    return intake.open_parcel(agent, batch.unpack_batch(body), at + lasts)


def _run(number: int, begin: int, chance: random.Random) -> Iterator[bytes]:
    task = b"task-%d" % number
    run = _id(begin, chance)
    fails, warns = chance.random() < 0.01, chance.random() < 0.05
    at = begin

    def say(kind: bytes, more: bytes, event_id: bytes | None = None) -> bytes:
        return _EVENT % (event_id or _id(at, chance), kind, at, at - begin + 10**12, task, run, more, task)

    yield say(b"start", b'"tags":["cron","group-%d","site-%d"],' % (number, chance.randrange(50)), run)
    for step in range(EVENTS_A_RUN - 4):
        at += chance.randrange(SECOND, 3 * SECOND)
        text = chance.choice(_SAYS) % (chance.randrange(1_000), chance.randrange(1_000_000))
        level = b"warning" if warns and step == 3 else b"error" if fails and step == 5 else b"info"
        yield say(b"log", b'"level":"%b","message":"%b",' % (level, text))
    at += SECOND
    yield say(b"flag", b'"flag":"copied",')
    yield say(b"data", b'"data":{"bytes":%d},"unit":"bytes",' % chance.randrange(10**9))
    yield say(b"stop", b'"status":3,"outcome":"failed",' if fails else b'"status":0,"outcome":"ok",')


def _id(at: int, chance: random.Random) -> bytes:
    return make_event_id(at, chance.getrandbits(62)).encode()
