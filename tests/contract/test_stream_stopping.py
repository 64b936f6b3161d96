# SPDX-License-Identifier: MIT
"""A worker that is told to stop: what it has in hand, what it leaves to the next."""

from humeops.central.stream import inbox, keyspace, leases, working
from humeops.clock import SystemClock
from tests.contract.streaming import PARTITIONS, mark, queue, waiting, work
from tests.fixtures.events import a_run, say


def test_a_worker_that_ends_commits_what_it_has_in_hand_and_takes_nothing_more(
    database, agent, redis_client, make_worker, monkeypatch, clock
):
    monkeypatch.setattr(inbox, "MOST_BYTES", 1)
    said = a_run(say("log", 5))
    for seq, event in enumerate(said, 1):
        queue(redis_client, agent, event, first=seq)
    worker = make_worker()
    worker.step()
    assert mark(redis_client, agent) == 1
    queue(redis_client, agent, say("log", 9), first=4)
    clock.advance(leases.BEAT_MS / 1000 + 1)

    while worker.finish_one():
        pass
    worker.stop()

    assert mark(redis_client, agent) == 3
    assert waiting(redis_client) == 1
    assert sum(redis_client.xpending(keyspace.stream(p), keyspace.GROUP)["pending"] for p in range(PARTITIONS)) == 0


def test_a_worker_that_is_told_twice_leaves_what_it_has_in_hand_to_the_next(
    redis_server, database, agent, redis_client, make_worker, monkeypatch
):
    monkeypatch.setattr(inbox, "MOST_BYTES", 1)
    for seq, event in enumerate(a_run(say("log", 5)), 1):
        queue(redis_client, agent, event, first=seq)
    loop = working.Loop(redis_server.url, PARTITIONS, database, SystemClock(), "hurried")
    honest = database.write

    def write_told_twice(act):
        loop.stop()
        loop.stop()
        return honest(act)

    monkeypatch.setattr(database, "write", write_told_twice)

    loop.run()

    monkeypatch.setattr(database, "write", honest)
    assert mark(redis_client, agent) <= 1
    assert not any(redis_client.exists(keyspace.lease(partition)) for partition in range(PARTITIONS))
    work(make_worker("next"), 5)
    assert mark(redis_client, agent) == 3
