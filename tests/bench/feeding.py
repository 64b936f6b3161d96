# SPDX-License-Identifier: MIT
"""Keeps the streams of a large installation filled, from a process of its own: what then limits is the workers.

`python -m tests.bench.feeding REDIS FIRST HOSTS TASKS RUNS` until it is ended. Batches are put in as the api puts them.
"""

import sys
import time

import redis

from humeops.central.stream import keyspace
from tests.bench.saying import Host

# Of each partition: enough for a worker never to wait, little enough for a small Redis.
MOST_WAITING = 8


def main(url: str, first: int, hosts: int, tasks: int, runs: int) -> None:
    """Feed for ever, host after host."""
    said = [Host(first + number, f"host-{number}") for number in range(hosts)]
    with redis.Redis.from_url(url) as client:
        while True:
            added = 0
            for partition in range(keyspace.PARTITIONS):
                if client.xlen(keyspace.stream(partition)) < MOST_WAITING:
                    added += _feed(
                        client, [host for host in said if host.agent % keyspace.PARTITIONS == partition], tasks, runs
                    )
            if not added:
                time.sleep(0.005)


def _feed(client: redis.Redis, hosts: list[Host], tasks: int, runs: int) -> int:
    pipeline = client.pipeline(transaction=False)
    for host in hosts[:MOST_WAITING]:
        fields = {"a": host.agent, "h": host.name, "r": time.time_ns(), "b": host.runs_of_tasks(tasks, runs)}
        pipeline.xadd(keyspace.stream(keyspace.partition_of(host.agent, keyspace.PARTITIONS)), fields)  # type: ignore[arg-type]
    pipeline.execute()
    return len(hosts)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
