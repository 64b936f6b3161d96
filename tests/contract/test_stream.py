# SPDX-License-Identifier: MIT
"""From the stream to the store: whatever dies, comes twice or is in the way, each event is stored once and none is let go.

It is long because every way in which a stream can break needs the same small cast of agents, workers and a Redis of its own.
"""

import asyncio

import pytest
import redis.asyncio
import sqlalchemy as sa

from humeops.central.store import rows, tables
from humeops.central.store.questions import runs
from humeops.central.stream import inbox, keyspace, standing
from humeops.central.stream.intake import StreamFullError, StreamIntake
from humeops.errors import MalformedEventError, UnavailableError
from tests.contract.conftest import make_agent
from tests.contract.looking import ask, content, count
from tests.contract.refusing import refuse
from tests.contract.streaming import PARTITIONS, mark, queue, waiting, work
from tests.fixtures.events import NOON, a_run, body_of, say


def test_a_batch_is_stored_told_and_only_then_let_go(database, agent, redis_client, make_worker):
    queue(redis_client, agent, *a_run(say("log", 5)))

    assert work(make_worker()) == 1

    assert [run.summary.events for run in ask(database, runs.find, runs.Filter())] == [3]
    assert mark(redis_client, agent) == 3
    assert waiting(redis_client) == 0


def test_batches_of_many_agents_are_one_transaction(database, redis_client, make_worker):
    agents = [make_agent(database, f"host{number}") for number in range(10)]
    for agent in agents:
        queue(redis_client, agent, *a_run(say("log", 5)), epoch=agent.host)

    worker = make_worker()
    worker.step()

    assert count(database, tables.run) == 10
    assert [mark(redis_client, agent, agent.host) for agent in agents] == [3] * 10


def test_with_memory_nearly_full_agents_wait_and_workers_go_on(
    database, agent, redis_client, redis_server, make_worker
):
    queue(redis_client, agent, *a_run())
    # So much that the eighth left over is room for what a worker keeps there, whatever a Redis takes for itself. Made
    # there: of a value that is sent, the buffer it came in would be counted, too, until it is freed.
    redis_client.setrange("filling", 20_000_000, b"x")
    redis_client.config_set("maxmemory", int(redis_client.info("memory")["used_memory"] * 1.15))
    try:

        async def put_in():
            async with redis.asyncio.Redis.from_url(redis_server.url) as client:
                await StreamIntake(client, PARTITIONS).take(agent.id, "db1", body_of(say("log")), NOON)

        with pytest.raises(StreamFullError):
            asyncio.run(put_in())
        assert work(make_worker()) == 1
    finally:
        redis_client.config_set("maxmemory", 0)


def test_what_a_dead_worker_had_in_hand_is_finished_by_the_next(database, agent, redis_client, make_worker):
    said = a_run(say("log", 5))
    queue(redis_client, agent, *said[:2])
    queue(redis_client, agent, said[2], first=3)
    dead = make_worker("dead")
    dead._tend()
    assert len(dead._inbox.read(dead._sources)) == 2
    for partition in range(PARTITIONS):
        redis_client.delete(keyspace.lease(partition))  # as time does
    redis_client.zrem(keyspace.WORKERS, "dead")

    assert work(make_worker("next")) == 2

    assert mark(redis_client, agent) == 3
    assert waiting(redis_client) == 0
    assert not any(redis_client.exists(keyspace.tried(partition)) for partition in range(PARTITIONS))


def test_a_worker_whose_lease_went_to_another_commits_nothing(database, agent, redis_client, make_worker, clock):
    queue(redis_client, agent, *a_run(say("log", 5)))
    slow = make_worker("slow")
    slow._tend()
    slow._in_hand = slow._inbox.read(slow._sources)
    redis_client.delete(*(keyspace.lease(partition) for partition in range(PARTITIONS)))
    redis_client.zrem(keyspace.WORKERS, "slow")
    other = make_worker("other")
    other._tend()

    assert slow._in_hand
    slow.step()

    assert slow._in_hand == []
    assert count(database, tables.event) == 0
    assert work(other) == 1
    assert count(database, tables.event) == 3


def test_workers_share_the_partitions_and_one_that_stops_gives_its_own_back(redis_client, make_worker, clock):
    one, two = make_worker("one"), make_worker("two")

    for _ in range(2):
        one.step()
        two.step()
        clock.advance(standing.BEAT_MS / 1000 + 1)
    shared = (set(one._leases.held), set(two._leases.held))
    two.stop()
    one.step()

    assert [len(part) for part in shared] == [2, 2]
    assert shared[0] | shared[1] == set(range(PARTITIONS))
    assert set(one._leases.held) == set(range(PARTITIONS))


def test_a_redis_that_forgot_everything_is_filled_anew_and_nothing_is_folded_twice(
    database, agent, redis_client, make_worker, clock
):
    said = a_run(say("log", 5))
    queue(redis_client, agent, *said)
    worker = make_worker()
    work(worker)

    redis_client.flushall()
    worker.step()
    clock.advance(standing.BEAT_MS / 1000 + 1)
    worker.step()
    queue(redis_client, agent, *said)
    work(worker)

    assert count(database, tables.event) == 3
    assert mark(redis_client, agent) == 3


def test_an_event_that_brings_out_a_fault_of_ours_is_buried_alone(
    database, agent, redis_client, make_worker, monkeypatch
):
    from humeops.central.store import sharing

    honest = sharing.share

    def faulty(connection, said):
        said = list(said)
        if any(event.message == "poison" for event in said):
            raise ZeroDivisionError("a fault")
        honest(connection, said)

    monkeypatch.setattr(sharing, "share", faulty)
    queue(
        redis_client, agent, *(say("log", number, message="poison" if number == 3 else "fine") for number in range(8))
    )

    work(make_worker())

    assert count(database, tables.event) == 7
    with database.reading() as connection:
        errors = list(connection.execute(sa.select(tables.dead_letter.c.error)).scalars())
    assert errors == ["a fault of hume's own: ZeroDivisionError: a fault"]
    assert mark(redis_client, agent) == 8


def test_an_event_that_the_database_refuses_leaves_its_neighbours_alone(database, agent, redis_client, make_worker):
    refuse(database, "event", "task", "poison")
    queue(redis_client, agent, *(say("log", number, task="poison" if number == 3 else "fine") for number in range(8)))

    work(make_worker())

    assert (count(database, tables.event), count(database, tables.dead_letter)) == (7, 1)


def test_a_batch_that_ends_worker_after_worker_is_buried_in_the_end(database, agent, redis_client, make_worker):
    queue(redis_client, agent, *a_run(say("log", 5)))
    key = keyspace.stream(keyspace.partition_of(agent.id, PARTITIONS))
    for number in range(inbox.TRIES + 1):
        victim = make_worker(f"victim{number}")
        victim._tend()
        (entry,) = victim._in_hand or victim._inbox.read(victim._sources)
        if entry.is_inherited:
            # Begun and never left: what remains of a process that was ended there.
            one = keyspace.tried_entry(entry.key, entry.id)
            redis_client.hincrby(keyspace.tried(entry.partition), one, 1)
        redis_client.delete(*(keyspace.lease(partition) for partition in range(PARTITIONS)))
        redis_client.zrem(keyspace.WORKERS, f"victim{number}")

    work(make_worker("survivor"))

    assert redis_client.xlen(key) == 0
    assert (count(database, tables.event), count(database, tables.dead_letter)) == (0, 3)
    assert mark(redis_client, agent) == 3


def test_a_database_that_does_not_answer_keeps_everything_in_hand(
    agent, redis_client, make_worker, database, monkeypatch
):
    queue(redis_client, agent, *a_run(say("log", 5)))
    worker = make_worker()
    worker._tend()
    honest = database.write

    def away(act):
        raise UnavailableError("the database does not answer")

    monkeypatch.setattr(database, "write", away)
    for _ in range(3):
        with pytest.raises(UnavailableError):
            worker.step()
    monkeypatch.setattr(database, "write", honest)
    work(worker)

    assert mark(redis_client, agent) == 3


# -- the API's side ---------------------------------------------------------------------------------------------------


class Ear:
    """Notes what it is told."""

    def __init__(self):
        self.noted, self.missed = [], 0

    def note(self, events):
        self.noted.append(list(events))

    def miss(self):
        self.missed += 1


def in_api(redis_server, act, longest=100, ear=None):
    async def main():
        async with redis.asyncio.Redis.from_url(redis_server.url) as client:
            stream = StreamIntake(client, PARTITIONS, longest)
            ears = asyncio.create_task(stream.listen(ear or Ear()))
            await asyncio.sleep(0.05)
            try:
                return await act(stream)
            finally:
                ears.cancel()

    return asyncio.run(main())


def test_who_looks_on_hears_which_events_are_committed(redis_server, database, agent, redis_client, make_worker):
    worker, ear = make_worker(), Ear()
    worker.step()
    said = a_run(say("log", 5))

    async def act(stream):
        asked = asyncio.create_task(stream.take(agent.id, agent.host, body_of(*said), NOON))
        while not asked.done() or not any(ear.noted):
            await asyncio.to_thread(worker.step)
            await asyncio.sleep(0.01)

    in_api(redis_server, act, ear=ear)

    assert [keys for keys in ear.noted if keys] == [[rows.key_of(event.id) for event in said]]
    assert ear.missed == 1


def test_the_answer_says_how_far_the_database_has_it(redis_server, database, agent, redis_client, make_worker):
    worker = make_worker()
    worker.step()
    body = body_of(*a_run(say("log", 5)))

    async def act(stream):
        asked = asyncio.create_task(stream.take(agent.id, agent.host, body, NOON))
        while not asked.done():
            await asyncio.to_thread(worker.step)
        return await asked

    receipt = in_api(redis_server, act)

    assert (receipt.committed_upto, bool(receipt.queued)) == (3, False)
    assert count(database, tables.event) == 3


def test_without_a_worker_the_answer_is_that_it_waits_and_asking_again_adds_nothing(
    redis_server, agent, redis_client, monkeypatch
):
    monkeypatch.setattr("humeops.central.stream.intake.PATIENCE_SECONDS", 0.05)

    async def act(stream):
        first = await stream.take(agent.id, agent.host, body_of(*a_run()), NOON)
        return first, await stream.take(agent.id, agent.host, body_of(oldest=2), NOON)

    first, again = in_api(redis_server, act)

    assert (first.committed_upto, first.queued) == (0, True)
    assert (again.committed_upto, again.queued) == (0, True)
    assert waiting(redis_client) == 1


def test_a_stream_that_is_too_long_is_not_made_longer(redis_server, agent, redis_client, monkeypatch):
    monkeypatch.setattr("humeops.central.stream.intake.PATIENCE_SECONDS", 0.01)

    async def act(stream):
        for _ in range(2):
            await stream.take(agent.id, agent.host, body_of(say("log")), NOON)
        with pytest.raises(StreamFullError):
            await stream.take(agent.id, agent.host, body_of(say("log")), NOON)

    in_api(redis_server, act, longest=2)

    assert waiting(redis_client) == 2


def test_what_is_no_batch_is_refused_before_it_is_queued(redis_server, agent, redis_client):
    async def act(stream):
        with pytest.raises(MalformedEventError):
            await stream.take(agent.id, agent.host, b"[]", NOON)

    in_api(redis_server, act)

    assert waiting(redis_client) == 0


def test_a_redis_that_is_away_is_told_as_that(agent):
    async def main():
        client = redis.asyncio.Redis(unix_socket_path="/nonexistent/redis.sock")
        with pytest.raises(UnavailableError, match="Redis"):
            await StreamIntake(client, PARTITIONS).take(agent.id, agent.host, body_of(say("log")), NOON)
        await client.aclose()

    asyncio.run(main())


def test_the_way_through_the_stream_ends_in_the_same_content(database, agent, redis_client, make_worker, lend):
    from tests.contract.looking import take

    said = [
        *a_run(say("flag", 5, flag="copied"), say("data", 6, data={"rows": 3})),
        *a_run(begins=90, ends=95, outcome="failed"),
    ]
    for seq, event in reversed(list(enumerate(said, 1))):
        queue(redis_client, agent, event, first=seq)
        queue(redis_client, agent, event, first=seq)

    work(make_worker())

    with lend() as other:
        take(other, make_agent(other, "db1"), *said)
        assert content(database) == content(other)
