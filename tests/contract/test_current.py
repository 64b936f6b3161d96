# SPDX-License-Identifier: MIT
"""Tasks as they are now: the copy in Redis answers as the database does, and never with less than the truth."""

import json
from collections.abc import Sequence

import pytest
import redis
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from humeops.central import retrying
from humeops.central.current import copied, keyspace, rebuilding
from humeops.central.current.asking import RedisPicture, whole_mark
from humeops.central.current.copying import Copying
from humeops.central.current.judged import NO_PARTITION, Judged
from humeops.central.current.picture import SqlPicture
from humeops.central.store.questions import dead, tasks
from humeops.central.store.questions.page import Page
from humeops.central.stream import discarding
from humeops.central.stream import keyspace as streams
from humeops.central.stream.worker import Worker
from humeops.errors import UnavailableError
from humeops.filters import tree
from tests.contract.conftest import make_agent
from tests.contract.looking import ask, distinct_words
from tests.contract.refusing import allow, refuse
from tests.contract.streaming import PARTITIONS, mark, queue, waiting, work
from tests.fixtures.events import a_run, say

EVERYTHING = tasks.Filter()


class NoTruth:
    """Stands where nobody is to ask the database."""

    def find(self, wanted: tasks.Filter, limit: int, after: str | None) -> Page[tasks.Task]:
        raise AssertionError("the database was asked")

    def note(self, connection: sa.Connection, names: Sequence[tuple[str, str]]) -> None:
        raise AssertionError("the database was asked")


@pytest.fixture
def sql(database):
    return SqlPicture(database)


@pytest.fixture
def copy(database, redis_client):
    """The copy alone, said to be whole."""
    rebuilding.rebuild(redis_client, database)
    return RedisPicture(redis_client, NoTruth())


@pytest.fixture(params=["database", "copy"])
def picture(request, sql, copy):
    return sql if request.param == "database" else copy


@pytest.fixture
def filled(database, redis_client, make_worker, picture):
    for host in ("db1", "db2", "web[1]", "größe"):
        said = []
        for number, task in enumerate(("backup", "restore", "rotate%log", "a.b")):
            outcome = "failed" if task == "restore" else "ok"
            run = a_run(say("log", number + 1, tags=["nightly", task[:2]]), begins=number, outcome=outcome)
            for event in run:
                event.task = task
            said += run
        queue(redis_client, make_agent(database, host), *said, epoch=host)
    work(make_worker())
    return picture


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (EVERYTHING, 16),
        (tasks.Filter(host="db*"), 8),
        (tasks.Filter(host="db1"), 4),
        (tasks.Filter(host="db"), 0),
        (tasks.Filter(host="*"), 16),
        (tasks.Filter(host="gr??e"), 4),
        (tasks.Filter(host="db?", task="re*"), 2),
        (tasks.Filter(host="web[1]"), 4),
        (tasks.Filter(host="web[*"), 4),
        (tasks.Filter(task="rotate%log"), 4),
        (tasks.Filter(task="rotate_log"), 0),
        (tasks.Filter(task="a?b"), 4),
        (tasks.Filter(task="aab"), 0),
        (tasks.Filter(task="Backup"), 0),
        (tasks.Filter(tags=["ba"]), 4),
        (tasks.Filter(tags=["b*", "re"]), 8),
        (tasks.Filter(tags=["nothing"]), 0),
        (tasks.Filter(states=["failed"]), 4),
        (tasks.Filter(states=["failed", "ok"]), 16),
        (tasks.Filter(states=["failed", "warning"], host="db1"), 1),
    ],
)
def test_tasks_are_found_by_host_name_tag_and_state(filled, wanted, count):
    assert len(filled.find(wanted, 1_000, None).rows) == count


@pytest.mark.parametrize(
    "wanted", [EVERYTHING, tasks.Filter(host="db*"), tasks.Filter(states=["ok"]), tasks.Filter(tags=["n*"])]
)
def test_pages_follow_one_another_and_leave_nothing_out(filled, sql, wanted):
    pages, after = [], None
    while True:
        page = filled.find(wanted, 3, after)
        pages += page.rows
        if (after := page.next) is None:
            break

    assert pages == sql.find(wanted, 1_000, None).rows


def test_a_cursor_of_one_is_a_cursor_of_the_other(filled, sql):
    first = sql.find(EVERYTHING, 5, None)

    assert filled.find(EVERYTHING, 5, first.next) == sql.find(EVERYTHING, 5, first.next)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=distinct_words)
def test_whatever_is_said_the_copy_is_what_the_database_holds(lend, redis_client, clock, said):
    with lend() as database:
        redis_client.flushall()
        rebuilding.rebuild(redis_client, database)
        copy, sql = RedisPicture(redis_client, NoTruth()), SqlPicture(database)
        agent, worker = make_agent(database, "db1"), Worker(redis_client, database, clock, "w1", PARTITIONS)

        for number, event in enumerate(said, 1):
            queue(redis_client, agent, event, first=number)
            worker.step()

        truth = sql.find(EVERYTHING, 1_000, None)
        assert copy.find(EVERYTHING, 1_000, None) == truth
        assert all(task in copy.find(tasks.Filter(states=[task.state]), 1_000, None).rows for task in truth.rows)


def test_an_older_version_never_overwrites_a_newer(database, redis_client, agent, make_worker, copy):
    worker = make_worker()
    queue(redis_client, agent, *a_run(ends=None))
    work(worker)
    (running,) = versions(database)
    queue(redis_client, agent, say("stop", 60, status=0, outcome="ok", run=running.now.last_run.summary.run), first=2)
    work(worker)

    redis_client.register_script(copied.PUT)(args=copied.arguments([running], tells=False))

    assert states(copy) == ["ok"]
    assert redis_client.zcard(keyspace.state("running")) == 0


def test_a_task_that_was_forgotten_does_not_come_back_by_an_older_version(
    database, redis_client, agent, make_worker, copy
):
    queue(redis_client, agent, *a_run())
    work(make_worker())
    (one,) = versions(database)
    put = redis_client.register_script(copied.PUT)

    put(args=copied.arguments([one._replace(version=one.version + 1, now=None)], tells=False))
    put(args=copied.arguments([one], tells=False))

    assert states(copy) == []
    assert redis_client.zcard(keyspace.TAGS) == redis_client.zcard(keyspace.NAMES) == 0


def test_emptied_it_is_answered_from_the_database(database, redis_client, agent, make_worker, copy, sql):
    queue(redis_client, agent, *a_run())
    work(make_worker())

    redis_client.flushall()

    assert states(RedisPicture(redis_client, sql)) == ["ok"]
    with pytest.raises(AssertionError, match="the database was asked"):
        copy.find(EVERYTHING, 10, None)


def test_with_redis_away_it_is_answered_from_the_database(database, redis_client, agent, make_worker, sql, tmp_path):
    queue(redis_client, agent, *a_run())
    work(make_worker())

    with redis.Redis.from_url(f"unix://{tmp_path}/nobody", retry=None) as away:
        assert states(RedisPicture(away, sql)) == ["ok"]


def test_a_filter_of_the_language_is_answered_by_the_database(copy):
    with pytest.raises(AssertionError, match="the database was asked"):
        copy.find(tasks.Filter(also=tree.Not(tree.EVERYTHING)), 10, None)


def test_another_server_than_the_rebuilt_one_is_not_trusted(redis_client, copy):
    redis_client.set(keyspace.WHOLE, b"0" * 40 + b" mine")

    assert whole_mark(redis_client) == b""


def test_a_rebuild_brings_what_is_missing_and_forgets_what_is_gone(
    database, redis_client, agent, make_worker, copy, sql
):
    queue(redis_client, agent, *a_run(say("log", 5, tags=["nightly"])))
    work(make_worker())
    (one,) = versions(database)
    gone = one._replace(task="gone", now=one.now._replace(task="gone", state="failed", tags=["old"]))
    redis_client.register_script(copied.PUT)(args=copied.arguments([gone], tells=False))
    redis_client.delete(keyspace.tag("nightly"), keyspace.host("db1"))

    assert rebuilding.rebuild(redis_client, database) == 1

    assert copy.find(EVERYTHING, 10, None) == sql.find(EVERYTHING, 10, None)
    assert len(copy.find(tasks.Filter(tags=["nightly"]), 10, None).rows) == 1
    assert redis_client.zrange(keyspace.NAMES, 0, -1) == [keyspace.member("db1", "backup")]


def test_a_rebuild_takes_back_what_is_newer_than_a_database_that_was_set_back(
    database, redis_client, agent, make_worker, copy, sql
):
    queue(redis_client, agent, *a_run())
    work(make_worker())
    (one,) = versions(database)
    later = one._replace(version=one.version + 10**12, now=one.now._replace(state="failed"))
    redis_client.register_script(copied.PUT)(args=copied.arguments([later], tells=False))
    assert states(copy) == ["failed"]

    rebuilding.rebuild(redis_client, database)

    assert copy.find(EVERYTHING, 10, None) == sql.find(EVERYTHING, 10, None)
    assert redis_client.zcard(keyspace.state("failed")) == 0


def test_before_a_restore_redis_forgets_what_it_says_of_the_database_and_keeps_the_batches(
    database, redis_client, agent, make_worker, copy, sql
):
    queue(redis_client, agent, *a_run())
    work(make_worker())
    queue(redis_client, agent, say("log", 90), first=3)
    assert mark(redis_client, agent) == 2

    discarding.discard(redis_client)

    assert (mark(redis_client, agent), waiting(redis_client)) == (0, 1)
    assert list(redis_client.scan_iter("hume:now:*")) == []
    assert states(RedisPicture(redis_client, sql)) == ["ok"]


def test_a_rebuild_during_which_redis_is_emptied_does_not_say_that_it_is_whole(
    database, redis_client, agent, make_worker, copy, monkeypatch
):
    queue(redis_client, agent, *a_run())
    work(make_worker())
    forget = rebuilding._forget_wrong
    monkeypatch.setattr(rebuilding, "_forget_wrong", lambda *given: (redis_client.flushall(), forget(*given)))

    with pytest.raises(UnavailableError, match="rebuild again"):
        rebuilding.rebuild(redis_client, database)

    assert whole_mark(redis_client) == b""


def test_what_a_worker_committed_and_did_not_write_is_written_by_who_takes_over(
    database, redis_client, agent, make_worker, copy, monkeypatch
):
    queue(redis_client, agent, *a_run())
    dead = make_worker("dead")
    with monkeypatch.context() as patched:
        patched.setattr(Copying, "show", fail)
        with pytest.raises(redis.exceptions.ConnectionError):
            work(dead)
    assert states(copy) == []
    for partition in range(PARTITIONS):
        redis_client.delete(streams.lease(partition))  # as time does
    redis_client.zrem(streams.WORKERS, "dead")

    work(make_worker("next"))

    assert states(copy) == ["ok"]
    assert not any(redis_client.exists(keyspace.due(partition)) for partition in range(PARTITIONS))


def test_what_could_not_be_written_is_written_with_the_next_attempt(
    database, redis_client, agent, make_worker, copy, monkeypatch
):
    queue(redis_client, agent, *a_run())
    worker = make_worker()
    with monkeypatch.context() as patched:
        patched.setattr(worker._copying, "_put", fail)
        with pytest.raises(redis.exceptions.ConnectionError):
            work(worker)

    work(worker)

    assert states(copy) == ["ok"]


def test_nothing_is_committed_that_could_not_be_noted(database, redis_client, agent, make_worker, sql, monkeypatch):
    queue(redis_client, agent, *a_run())
    monkeypatch.setattr(Copying, "note", fail)

    with pytest.raises(redis.exceptions.ConnectionError):
        work(make_worker())

    assert states(sql) == []


def test_a_change_is_told_after_its_commit(database, redis_client, agent, make_worker):
    with redis_client.pubsub(ignore_subscribe_messages=True) as ear:
        ear.subscribe(keyspace.LIVE)
        ear.get_message(timeout=5)
        said = a_run()
        queue(redis_client, agent, *said)
        work(make_worker())

        told = json.loads(ear.get_message(timeout=5)["data"])

    (one,) = versions(database)
    assert told == {"host": "db1", "task": "backup", "state": "ok", "run": said[0].run, "version": one.version}


def fail(*_: object, **__: object) -> None:
    raise redis.exceptions.ConnectionError("as if it were away")


def states(picture):
    return [task.state for task in picture.find(EVERYTHING, 1_000, None).rows]


def versions(database):
    with database.reading() as connection:
        return tasks.versions_after(connection, ("", ""), 100)


def test_what_is_retried_is_copied_by_a_watcher(database, redis_client, make_worker, copy):
    refuse(database, "event", "message", "poison")
    queue(redis_client, make_agent(database, "db1"), *a_run(say("log", 5, level="warning", message="poison")))
    work(make_worker())
    allow(database)
    (letter,) = ask(database, dead.find, "")

    retrying.retry(database, [(letter.life, letter.seq)], copy, lambda connection: None)
    before = redis_client.smembers(keyspace.due(NO_PARTITION))
    Judged(redis_client, database).take_over()

    assert len(before) == 1
    assert not redis_client.smembers(keyspace.due(NO_PARTITION))
    assert copy.find(EVERYTHING, 10, None) == SqlPicture(database).find(EVERYTHING, 10, None)
