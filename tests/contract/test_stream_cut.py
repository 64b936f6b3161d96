# SPDX-License-Identifier: MIT
"""A worker whose connection is cut inside COMMIT, or whose lease goes to another in the middle of its transaction: each event once."""

import contextlib
import pathlib
import tempfile

import pytest

from humeops.central.store import tables
from humeops.central.store.postgresserver import PostgresDatabase
from humeops.central.stream import keyspace
from humeops.errors import UnavailableError
from tests.contract.looking import content, count
from tests.contract.streaming import PARTITIONS, mark, queue, waiting, work
from tests.fixtures.commitcut import CommitCut
from tests.fixtures.events import a_run, say

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@pytest.fixture
def cutter(database):
    # A short path: a socket's path has at most 107 bytes.
    with (
        tempfile.TemporaryDirectory(prefix="hcc", dir="/tmp") as folder,
        contextlib.closing(CommitCut(database.url, pathlib.Path(folder))) as made,
    ):
        yield made


@pytest.fixture
def cut_off(cutter):
    """The same database, reached through what cuts."""
    with contextlib.closing(PostgresDatabase(cutter.url)) as made:
        yield made


@pytest.mark.parametrize(("cut", "committed"), [("before", 0), ("after", 3)])
def test_a_connection_cut_inside_commit_stores_each_event_once_and_tells_it_only_then(
    database, cut_off, cutter, agent, redis_client, make_worker, cut, committed
):
    queue(redis_client, agent, *a_run(say("log", 5, data={"bytes": 7})))
    worker = make_worker(of=cut_off)
    worker._tend()
    cutter.arm(cut)

    with pytest.raises(UnavailableError):
        worker.step()
    told = mark(redis_client, agent)
    found = count(database, tables.event)
    work(worker)

    assert (cutter.cuts, found, told) == (1, committed, 0)
    assert (count(database, tables.event), count(database, tables.dead_letter), waiting(redis_client)) == (3, 0, 0)
    assert mark(redis_client, agent) == 3
    with database.reading() as connection:
        assert connection.execute(tables.agent_epoch.select()).one().committed_upto == 3


def test_what_is_committed_twice_over_a_cut_is_what_is_committed_once(
    database, cut_off, cutter, agent, redis_client, make_worker
):
    said = a_run(say("log", 5, data={"bytes": 7}))
    queue(redis_client, agent, *said)
    worker = make_worker(of=cut_off)
    worker._tend()
    cutter.arm("after")
    with pytest.raises(UnavailableError):
        worker.step()
    once = content(database)

    work(worker)

    assert content(database) == once


def test_a_lease_that_goes_to_another_in_the_middle_of_the_transaction_lets_it_commit_nothing(
    database, agent, redis_client, make_worker
):
    queue(redis_client, agent, *a_run(say("log", 5)))
    slow, other = make_worker("slow"), make_worker("other")
    slow._tend()
    asked = slow._folding._check

    def held_up(connection, partitions):
        redis_client.delete(*(keyspace.lease(partition) for partition in range(PARTITIONS)), keyspace.WORKERS)
        other._tend()
        asked(connection, partitions)

    slow._folding._check = held_up

    slow.step()
    found = count(database, tables.event)
    work(other)

    assert (found, mark(redis_client, agent)) == (0, 3)
    assert (count(database, tables.event), count(database, tables.dead_letter)) == (3, 0)
