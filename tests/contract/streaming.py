# SPDX-License-Identifier: MIT
"""What tests of the stream say and look at: batches put in as the API does, and how far they are."""

from humeops.central.stream import keyspace
from tests.fixtures.events import HEARD, body_of, epoch_id

PARTITIONS = 4


def queue(client, agent, *said, **more):
    fields = {"a": agent.id, "h": agent.host, "r": HEARD, "b": body_of(*said, **more)}
    return client.xadd(keyspace.stream(keyspace.partition_of(agent.id, PARTITIONS)), fields)


def mark(client, agent, epoch="epoch-1"):
    return int(client.hget(keyspace.mark(agent.id), epoch_id(epoch)) or 0)


def work(worker, steps=3):
    return sum(worker.step() for _ in range(steps))


def waiting(client):
    return sum(client.xlen(keyspace.stream(partition)) for partition in range(PARTITIONS))
