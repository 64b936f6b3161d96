# SPDX-License-Identifier: MIT
"""Ten thousand agents, alive and nearly silent: what each role of a large installation takes for them."""

import asyncio
import contextlib
import resource
import time
import urllib.parse

import sqlalchemy as sa

from humeops.central.store import agents, tables
from humeops.central.store.postgresserver import PostgresDatabase
from humeops.security import credentials
from tests.bench import simulated
from tests.bench.report import Table, milliseconds, percentile
from tests.bench.saying import Host
from tests.bench.usage import Usage, core
from tests.fixtures.large import LargeInstallation, large_installation


def measure(count: int = 10_000, tasks: int = 10, pause: int = 30, begin: int = 120, seconds: int = 60) -> Table:
    """Return the table: all begin within `begin` seconds, each says every `pause` seconds that it lives, for `seconds` it is measured."""
    table = Table(
        f"{count:,} agents, {tasks} tasks each, a ping every {pause} s",
        ["role", "one core", "resident"],
    )
    with large_installation(durable=True) as installed:
        hosts = make_hosts(installed, count)
        # Inherited by the api: each agent keeps its connection.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        roles = {"api": [installed.start_central(role="api").pid], "worker": [installed.start_worker().pid]}
        roles |= {"PostgreSQL": [installed.sql.pid], "Redis": [installed.streams.pid]}
        place = urllib.parse.urlsplit(installed.layout.central_url.read_text().strip())
        address = (place.hostname or "", place.port or 0)
        (first, told), usage = asyncio.run(live(hosts, address, tasks, pause, begin, seconds, roles))
    table.rows += [[role, core(share), f"{memory:.0f} MiB"] for role, (share, memory) in usage.items()]
    table.remarks += [
        f"While they began, within {begin} s, and a pause after: {_found(first, begin + pause)}.",
        f"At rest: {_found(told, seconds)}.",
        "Resident memory of PostgreSQL counts what its processes share in each of them. The agents are one process on the same machine.",
    ]
    return table


def _found(told: simulated.Told, seconds: float) -> str:
    return (
        f"{len(told.took) / seconds:.0f} batches/s; said → told committed: median {milliseconds(percentile(told.took, 0.5))}, "
        f"99 % {milliseconds(percentile(told.took, 0.99))}; {told.refused} refused, {told.broken} connections broken"
    )


async def live(
    hosts: list[Host],
    place: tuple[str, int],
    tasks: int,
    pause: int,
    begin: int,
    seconds: int,
    roles: dict[str, list[int]],
) -> tuple[tuple[simulated.Told, simulated.Told], dict[str, tuple[float, float]]]:
    """Let the agents live; return what they found first and at rest, and what each role took at rest."""
    living = asyncio.create_task(simulated.live_all(hosts, place, tasks, pause, begin, seconds))
    await asyncio.sleep(begin + pause)
    usage = Usage(roles)
    await asyncio.sleep(seconds - 1)
    shares = usage.shares()
    return await living, shares


def make_hosts(installed: LargeInstallation, count: int) -> list[Host]:
    """Make so many agents with a credential each."""
    hosts = []
    with contextlib.closing(PostgresDatabase(installed.sql_url)) as database, database.writing() as connection:
        for number in range(count):
            name, token = f"host-{number}", credentials.make_token("agent")
            agent = agents.find_or_make_agent(connection, name, time.time_ns())
            connection.execute(
                sa.insert(tables.credential).values(
                    hash=credentials.hash_token(token), kind="agent", agent=agent, name=name, role="agent", created_at=0
                )
            )
            hosts.append(Host(agent, name, token))
    return hosts
