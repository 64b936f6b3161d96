# SPDX-License-Identifier: MIT
"""A large installation at full load: events/s that workers commit into PostgreSQL from Redis, and what each role costs."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator

from humeops.central.store import agents
from humeops.central.store.postgresserver import PostgresDatabase
from tests.bench.report import Table
from tests.bench.usage import Usage, core
from tests.fixtures.large import LargeInstallation, large_installation
from tests.fixtures.processes import wait_until

_WARM_SECONDS = 3.0


def measure(seconds: int = 60, workers: int = 2, hosts: int = 160, tasks: int = 10, runs: int = 50) -> Table:
    """Return the table for 1 up to so many workers; `runs` a batch, of ten events each."""
    table = Table(
        f"Redis → PostgreSQL, {seconds} s, {hosts} hosts of {tasks} tasks, {10 * runs} events a batch",
        ["workers", "events/s", "one core: workers", "PostgreSQL", "Redis", "the feeder"],
    )
    for count in range(1, workers + 1):
        with large_installation(durable=True) as installed:
            table.rows.append(row_of(installed, count, seconds, hosts, tasks, runs)[1])
    table.remarks.append("All of it on one machine, the feeder included; every index in place, every commit on disk.")
    return table


def row_of(
    installed: LargeInstallation, workers: int, seconds: int, hosts: int, tasks: int, runs: int
) -> tuple[float, list[str]]:
    """Return events/s, and the row that tells them."""
    pids = [installed.start_worker().pid for _ in range(workers)]
    with feeding(installed, hosts, tasks, runs) as feeder:
        wait_until(lambda: committed(installed), "the first events are committed", 60)
        time.sleep(_WARM_SECONDS)
        roles = {"workers": pids, "sql": [installed.sql.pid], "redis": [installed.streams.pid], "feeder": [feeder]}
        usage, before, began = Usage(roles), committed(installed), time.perf_counter()
        time.sleep(seconds)
        rate = (committed(installed) - before) / (time.perf_counter() - began)
        shares = usage.shares()
    assert installed.central_rows("SELECT count(*) FROM dead_letter") == [(0,)]
    return rate, [str(workers), f"{rate:,.0f}", *(core(share) for share, _ in shares.values())]


@contextlib.contextmanager
def feeding(installed: LargeInstallation, hosts: int, tasks: int, runs: int) -> Iterator[int]:
    """Keep the streams filled; yield the pid of who does."""
    first = make_hosts(installed, hosts)
    sizes = map(str, (first, hosts, tasks, runs))
    feeder = subprocess.Popen([sys.executable, "-m", "tests.bench.feeding", installed.streams.url, *sizes])
    try:
        yield feeder.pid
    finally:
        feeder.kill()
        feeder.wait()


def make_hosts(installed: LargeInstallation, hosts: int) -> int:
    """Make the agents of these hosts; return the first one's number, the others following it."""
    with contextlib.closing(PostgresDatabase(installed.sql_url)) as database, database.writing() as connection:
        numbers = [agents.find_or_make_agent(connection, f"host-{number}", time.time_ns()) for number in range(hosts)]
    assert numbers == list(range(numbers[0], numbers[0] + hosts))
    return numbers[0]


def committed(installed: LargeInstallation) -> int:
    """Return how many events are committed: the hosts' seqs have no holes."""
    ((count,),) = installed.central_rows("SELECT coalesce(sum(committed_upto), 0)::bigint FROM agent_epoch")
    assert isinstance(count, int)
    return count
