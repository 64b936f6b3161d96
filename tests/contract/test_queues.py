# SPDX-License-Identifier: MIT
"""What waits in Redis, as metrics tell it."""

import pytest

from humeops.central.current import rebuilding
from humeops.central.stream import agents
from humeops.central.stream.queues import Queues
from tests.contract.streaming import PARTITIONS, queue
from tests.fixtures.events import a_run, body_of


@pytest.fixture
def told(redis_server):
    def ask():
        found = Queues(redis_server.url, PARTITIONS).collect()
        return {(one.name, *one.labels.values()): one.value for metric in found for one in metric.samples}

    return ask


def test_what_waits_is_told_by_partition(redis_client, agent, told):
    queue(redis_client, agent, *a_run())

    assert told()["hume_stream_batches", str(agent.id % PARTITIONS)] == 1
    assert told()["hume_direct_batches", str(agent.id % PARTITIONS)] == 0


def test_what_agents_wrote_themselves_is_told_as_the_sum_of_a_partition(redis_client, redis_server, told):
    for agent in (2, 2 + PARTITIONS):
        made = agents.make_user(redis_client, agent)
        with redis_server.client() as client:
            client.execute_command("AUTH", made.user, made.password)
            client.xadd(f"hume:agent:{agent}", {"b": body_of(*a_run())})

    found = told()

    assert found["hume_direct_batches", "2"] == 2
    assert found["hume_stream_batches", "2"] == 0
    assert found["hume_direct_pending", "2"] == 0


def test_whether_the_copy_of_tasks_is_whole_is_told(redis_client, database, told):
    before = told()
    rebuilding.rebuild(redis_client, database)

    assert (before[("hume_current_whole",)], told()[("hume_current_whole",)]) == (0, 1)
