# SPDX-License-Identifier: MIT
"""humed puts its batches straight into Redis: as a user who may do nothing else, believed in nothing but its own events."""

import subprocess
import sys

import pytest
import redis

from humeops.central.stream import keyspace
from tests.fixtures import eset
from tests.fixtures.events import body_of, epoch_id, say
from tests.fixtures.large import large_installation
from tests.fixtures.processes import wait_until

HOST = "db1"


def agent_redis(installed, *arguments):
    command = [sys.executable, "-m", "humeops.cli.central", "agent-redis", "--dir", str(installed.root), *arguments]
    return subprocess.run(command, env=installed.environ(), capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def large():
    with large_installation(durable=True) as made:
        done = agent_redis(made, HOST)
        assert (done.returncode, done.stderr) == (0, "")
        url, password = (line.partition(" = ")[2] or line.partition(": ")[2] for line in done.stdout.splitlines())
        made.layout.agent_token.write_text(password)
        made.layout.daemon_config.write_text(
            f"host = 'elsewhere'\n[central]\nurl = {url}\nretry_first_seconds = 0.1\nretry_longest_seconds = 0.3\n"
            "resend_seconds = 3.0\n"
        )
        made.start_humed()
        yield made


@pytest.fixture(scope="module")
def said():
    return eset.Said()


@pytest.fixture
def agent(large):
    ((found,),) = large.central_rows(f"SELECT id FROM agent WHERE host = '{HOST}'")
    return found


@pytest.fixture
def client(large, agent):
    password = large.layout.agent_token.read_text()
    with redis.Redis.from_url(large.streams.url, username=keyspace.user(agent), password=password, protocol=2) as made:
        yield made


def test_what_is_said_arrives_as_this_host_whatever_humed_calls_itself(large, said):
    worker = large.start_worker()

    eset.say_some(large, said, 10)

    eset.assert_arrived_exactly_once(large, said)
    assert large.central_rows("SELECT DISTINCT host FROM event") == [(HOST,)]
    worker.terminate()
    assert worker.wait(timeout=20) == 0


def test_redis_is_killed_and_forgets_and_each_event_is_stored_once(large, said):
    worker = large.start_worker()
    eset.say_some(large, said, 10)
    large.streams.kill()
    eset.say_some(large, said, 10)
    large.streams.start()
    eset.say_some(large, said, 10)
    with large.client() as owner:
        owner.flushall()
    eset.say_some(large, said, 10)

    eset.assert_arrived_exactly_once(large, said)

    worker.terminate()
    worker.wait(timeout=20)


def test_the_user_may_add_and_read_its_own_and_nothing_else(large, agent, client):
    own, other = keyspace.agent_stream(agent), keyspace.agent_stream(agent + 1)
    refused = [
        ("XADD", other, "*", "b", "x"),
        ("XADD", keyspace.stream(0), "*", "a", "1", "h", "db2", "r", "1", "b", "x"),
        ("XRANGE", own, "-", "+"),
        ("XREAD", "STREAMS", own, "0"),
        ("XDEL", own, "1-1"),
        ("DEL", own),
        ("HGET", keyspace.mark(agent + 1), epoch_id("e")),
        ("HSET", keyspace.mark(agent), epoch_id("e"), "9"),
        ("HGETALL", keyspace.mark(agent)),
        ("GET", keyspace.lease(0)),
        ("KEYS", "*"),
        ("SCAN", "0"),
        ("FLUSHALL",),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("EVAL", "return 1", "0"),
        ("PUBLISH", keyspace.COMMITTED, "1 e 9"),
        ("SUBSCRIBE", keyspace.COMMITTED),
    ]

    for command in refused:
        with pytest.raises(redis.exceptions.ResponseError, match=r"(?i)permission|no perm"):
            client.execute_command(*command)
    assert client.hget(keyspace.mark(agent), epoch_id("nothing")) is None


def test_what_an_agent_makes_up_hurts_itself_alone(large, agent, client):
    worker = large.start_worker()
    own = keyspace.agent_stream(agent)
    for fields in ({"x": "y"}, {"b": "no batch"}, {"b": "x" * 2_000_000}):
        client.xadd(own, fields)
    body = body_of(say("log", 7, host="db2", message="made up"), epoch="hostile")
    # With another's name, another agent, another time, and the last id there can be.
    client.xadd(own, {"a": agent + 1, "h": "db2", "r": 2**62, "b": body}, id=f"{2**64 - 1}-{2**64 - 1}")

    wait_until(lambda: client.hget(keyspace.mark(agent), epoch_id("hostile")) == b"1", "the batch is committed", 60)

    with large.client() as owner:
        wait_until(lambda: owner.xlen(own) == 0, "the stream is empty")
        assert owner.xpending(own, "workers")["pending"] == 0
        # The stream takes nothing after that id: its owner's own doing, and mended by making it anew.
        owner.delete(own)
    assert large.central_rows("SELECT DISTINCT host FROM event WHERE message = 'made up'") == [(HOST,)]
    worker.terminate()
    assert worker.wait(timeout=20) == 0


def test_a_host_whose_user_is_taken_away_reports_no_more(large, agent):
    assert agent_redis(large, "db9").returncode == 0
    ((other,),) = large.central_rows("SELECT id FROM agent WHERE host = 'db9'")

    done = agent_redis(large, "db9", "--revoke")

    assert (done.returncode, done.stdout) == (0, "db9 may no longer report through Redis\n")
    with large.client() as owner:
        users = owner.execute_command("ACL", "USERS")
    assert keyspace.user(other).encode() not in users
    assert keyspace.user(agent).encode() in users


def test_a_host_that_was_revoked_adds_nothing_more(large):
    name = "revoked-host"
    assert agent_redis(large, name).returncode == 0
    ((number,),) = large.central_rows(f"SELECT id FROM agent WHERE host = '{name}'")
    command = [sys.executable, "-m", "humeops.cli.central", "--dir", str(large.root), "agents", "revoke", name]

    done = subprocess.run(command, env=large.environ(), capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    with large.client() as owner:
        assert keyspace.user(number) not in owner.acl_users()
