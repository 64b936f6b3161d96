# SPDX-License-Identifier: MIT
"""What one event costs a worker, PostgreSQL and Redis in µs of a processor: so many events, whatever else the machine does.

Every task has run before, so often that what is usual of it is full, as in an installation that has been running. Then, round
after round, the streams are filled, and a worker in this very process folds them until they are empty. Processor time is what
other work on the machine changes least, and of several rounds the best least of all: two versions of hume may be compared by
it. `profile=1` also prints where Python's share goes (which then takes twice as long). `SQLite`: central embedded, without HTTP.
"""

import contextlib
import cProfile
import pathlib
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from humeops.central import collector, intake
from humeops.central.store import agents, partitions, schema
from humeops.central.store.database import Database, open_database
from humeops.central.stream import keyspace
from humeops.central.stream.worker import Worker
from humeops.central.usual import KEPT
from humeops.clock import SystemClock
from tests.bench import large
from tests.bench.report import Table
from tests.bench.saying import EVENTS_PER_RUN, Host
from tests.bench.usage import Usage
from tests.fixtures.large import large_installation

_LINES = 60
_Spent = list[float]  # seconds: of this process, of the servers, on the clock


def measure(
    rounds: int = 8, batches: int = 40, hosts: int = 40, tasks: int = 10, runs: int = 50, profile: int = 0
) -> Table:
    """Return the table; a round has so many batches, of `runs` runs of ten events each."""
    events = batches * runs * EVENTS_PER_RUN
    table = Table(
        f"The cost of an event, {rounds} rounds of {events:,} events of {hosts} hosts with {tasks} tasks",
        ["way", "worker", "PostgreSQL", "Redis", "on the clock"],
    )
    collector.calm(collector.YOUNG_OF_WORKER)
    for name, way in (("Redis → PostgreSQL", _worker), ("SQLite", _sqlite)):
        with way(hosts, tasks) as play, _profiled(profile):
            spent = [play(batches, runs) for _ in range(rounds)]
        found = [_told([seconds / events for seconds in column]) for column in zip(*spent, strict=True)]
        table.rows.append([name, found[0], *(found[1:-1] or ["", ""]), found[-1]])
    table.remarks.append("µs for each event, of a processor and on the clock: the best round, and the median.")
    return table


@contextlib.contextmanager
def _worker(hosts: int, tasks: int) -> Iterator[Callable[[int, int], _Spent]]:
    with contextlib.ExitStack() as opened:
        installed = opened.enter_context(large_installation(durable=True))
        database = opened.enter_context(contextlib.closing(open_database(installed.sql_url)))
        client: Any = opened.enter_context(installed.client())
        database.write(lambda connection: partitions.provide(connection, time.time_ns()))
        first = large.make_hosts(installed, hosts)
        said = [Host(first + number, f"host-{number}") for number in range(hosts)]
        servers = {"sql": [installed.sql.pid], "redis": [installed.streams.pid]}
        worker = Worker(client, database, SystemClock(), "bench", keyspace.PARTITIONS)

        def play(batches: int, runs: int) -> _Spent:
            for host in _in_turn(said, batches):
                fields = {"a": host.agent, "h": host.name, "r": time.time_ns(), "b": host.runs_of_tasks(tasks, runs)}
                client.xadd(keyspace.stream(keyspace.partition_of(host.agent, keyspace.PARTITIONS)), fields)
            usage, cpu, began = Usage(servers), time.process_time(), time.perf_counter()
            while any(client.xlen(keyspace.stream(partition)) for partition in range(keyspace.PARTITIONS)):
                worker.step()
            mine, took = time.process_time() - cpu, time.perf_counter() - began
            return [mine, *(share * took for share, _ in usage.shares().values()), took]

        play(hosts, KEPT * tasks)
        yield play
        worker.stop()


@contextlib.contextmanager
def _sqlite(hosts: int, tasks: int) -> Iterator[Callable[[int, int], _Spent]]:
    with contextlib.ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="hume-", dir="/tmp"))
        database = opened.enter_context(contextlib.closing(open_database(pathlib.Path(folder) / "central.db")))
        schema.upgrade(database)
        with database.writing() as connection:
            numbers = [agents.find_or_make_agent(connection, f"host-{n}", time.time_ns()) for n in range(hosts)]
        said = [Host(number, f"host-{place}") for place, number in enumerate(numbers)]

        def play(batches: int, runs: int) -> _Spent:
            bodies = [(host, host.runs_of_tasks(tasks, runs)) for host in _in_turn(said, batches)]
            cpu, began = time.process_time(), time.perf_counter()
            for host, body in bodies:
                _take(database, host, body)
            return [time.process_time() - cpu, time.perf_counter() - began]

        play(hosts, KEPT * tasks)
        yield play


def _take(database: Database, host: Host, body: bytes) -> None:
    assert intake.take(database, intake.Agent(host.agent, host.name), body, time.time_ns()).dead == 0


def _in_turn(said: list[Host], batches: int) -> Iterator[Host]:
    return (said[number % len(said)] for number in range(batches))


@contextlib.contextmanager
def _profiled(profile: int) -> Iterator[None]:
    if not profile:
        yield
        return
    with cProfile.Profile() as found:
        yield
    pstats.Stats(found, stream=sys.stderr).sort_stats("tottime").print_stats(_LINES)


def _told(each: Sequence[float]) -> str:
    return f"{1e6 * min(each):.1f} ({1e6 * statistics.median(each):.1f})"
