# SPDX-License-Identifier: MIT
"""A worker that is told to stop: what it has in hand, what it leaves to the next."""

import collections
import threading

import pytest

from humeops.central.stream import inbox, keyspace, standing, working
from humeops.central.stream.queues import Queues
from humeops.central.stream.worker import Worker
from humeops.clock import SystemClock
from tests.contract.streaming import PARTITIONS, mark, queue, waiting, work
from tests.fixtures.events import a_run, say
from tests.fixtures.processes import wait_until


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
    clock.advance(standing.BEAT_MS / 1000 + 1)

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


def holders(client):
    found = [client.get(keyspace.lease(partition)) or b"" for partition in range(PARTITIONS)]
    return collections.Counter(name.decode().partition(" ")[0] for name in found)


def test_the_hands_of_a_worker_share_the_partitions_from_the_start_and_give_all_of_them_back(
    redis_server, database, agent, redis_client, engine
):
    loop = working.Loop(redis_server.url, PARTITIONS, database, SystemClock(), "handy")
    queue(redis_client, agent, *a_run(say("log", 5)))
    run = threading.Thread(target=loop.run)
    run.start()
    try:
        wait_until(lambda: "" not in holders(redis_client) and not loop.trouble(), "all partitions are held")
        held = holders(redis_client)
        wait_until(lambda: mark(redis_client, agent) == 3, "the batch is committed")
    finally:
        loop.stop()
        run.join()

    assert held == ({"handy": 4} if engine == "sqlite" else {"handy": 2, "handy+1": 2})
    assert holders(redis_client) == {"": 4}
    assert redis_client.zcard(keyspace.WORKERS) == 0


def test_a_fault_of_ours_in_one_hand_ends_the_worker(redis_server, database, redis_client, monkeypatch):
    loop = working.Loop(redis_server.url, PARTITIONS, database, SystemClock(), "faulty")

    def fail(_worker):
        raise ZeroDivisionError

    monkeypatch.setattr(Worker, "step", fail)

    with pytest.raises(ZeroDivisionError):
        loop.run()


def test_a_hand_whose_first_step_never_ends_is_told_of(make_worker, clock):
    hand = working._Hand(make_worker(), lambda: None, clock, working._Stop())
    assert hand.trouble() == "it has only begun"

    clock.advance(working.STALE_SECONDS + 1)

    assert hand.trouble() == "no step has ended for 15 s"


def test_a_worker_to_whom_the_others_leave_nothing_stands_by(make_worker):
    one, two = make_worker("one"), make_worker("two")

    one.step()
    two.step()

    assert (one.stands_by(), two.stands_by()) == (False, True)


def test_whether_what_is_queued_gets_on_is_told_by_the_workers_beats(redis_server, redis_client, make_worker, clock):
    queues = Queues(redis_server.url, PARTITIONS)
    before = queues.trouble()
    worker = make_worker()
    worker.step()
    working_on = queues.trouble()
    # Its last beat is as old as that of one that was killed.
    seconds, _ = redis_client.time()
    redis_client.zadd(keyspace.WORKERS, {worker.name: (seconds - 60) * 1_000})

    assert (before, working_on, queues.trouble()) == (standing.NO_WORKER, "", standing.NO_WORKER)


def test_without_redis_nothing_gets_on(tmp_path):
    assert Queues(f"unix://{tmp_path}/nobody", PARTITIONS).trouble() == standing.NO_REDIS
