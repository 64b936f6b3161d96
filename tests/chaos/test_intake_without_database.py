# SPDX-License-Identifier: MIT
"""Batches are queued while PostgreSQL is away, by agents that it knew a moment ago, and by nobody else."""

import time

import psycopg
import pytest

from humeops.api.acquaintances import FRESH_NS
from humeops.security import credentials
from tests.fixtures.asking import Caller, agent_of, owner_of
from tests.fixtures.events import a_run, say
from tests.fixtures.large import large_installation
from tests.fixtures.processes import wait_until

FRESH_SECONDS = FRESH_NS / 1e9


@pytest.fixture(scope="module")
def large():
    with large_installation() as made:
        made.start_central(role="api")
        yield made


def set_revoked(installed, moment):
    with psycopg.connect(installed.sql_url) as database:
        database.execute("UPDATE credential SET revoked_at = %s WHERE kind = 'agent'", (moment,))


def test_batches_are_queued_while_postgresql_is_dead_and_stored_when_it_is_back(large):
    with agent_of(large) as agent, owner_of(large) as owner:
        assert agent.send(*a_run(say("log", 5)), epoch="before").status == 200
        large.sql.kill()
        try:
            time.sleep(FRESH_SECONDS + 0.1)  # what was asked just now is not what carries it

            sent = [agent.send(*a_run(say("log", 5), begins=number), epoch=f"e{number}") for number in range(3)]

            assert [(answer.status, answer.body.get("queued")) for answer in sent] == [(200, True)] * 3
            assert owner.get("/api/v1/tasks").status == 503
            assert agent.get("/api/v1/tasks").status == 503
            with Caller(large, credentials.make_token("agent")) as stranger:
                assert stranger.send(say("log")).status == 503
        finally:
            large.sql.start()
    worker = large.start_worker()
    wait_until(lambda: large.central_rows("SELECT count(*) FROM run") == [(4,)], "all of it is stored", 60)
    worker.terminate()
    worker.wait(timeout=20)


def test_a_revoked_credential_opens_nothing_a_second_later(large):
    with agent_of(large) as agent:
        assert agent.send(say("log")).status == 200
        set_revoked(large, 1)

        time.sleep(FRESH_SECONDS + 0.1)

        assert agent.send(say("log")).status == 401
        # Nor is it remembered for the time when nobody can be asked.
        large.sql.kill()
        try:
            assert agent.send(say("log")).status == 503
        finally:
            large.sql.start()
            set_revoked(large, None)
