# SPDX-License-Identifier: MIT
"""A large installation whose parts are killed, emptied and restarted under load: everything stored arrives exactly once."""

import pytest

from humeops import crash
from tests.fixtures import eset
from tests.fixtures.large import large_installation

WORKER_POINTS = ["central-before-commit", *(name for name in crash.NAMES if name.startswith("central-worker-"))]


@pytest.fixture(scope="module")
def servers():
    """One pair of servers for the module; each test says events of its own and looks at these alone."""
    with large_installation() as made:
        made.layout.daemon_config.write_text(
            "[central]\nretry_first_seconds = 0.1\nretry_longest_seconds = 0.3\nresend_seconds = 3.0\n"
        )
        made.start_humed()
        made.start_central(role="api")
        yield made


@pytest.fixture(scope="module")
def said():
    """One record for the module: what earlier tests said has to be there still, and no more often."""
    return eset.Said()


@pytest.mark.parametrize("point", WORKER_POINTS)
def test_a_worker_dies_at_each_of_its_places_twice(servers, said, point):
    for _ in range(2):
        doomed = servers.start_worker(HUME_CRASH_AT=point)
        eset.say_until_dead(servers, said, doomed)
        assert doomed.wait(timeout=20) == -9, f"{point} was never passed"
    worker = servers.start_worker()

    eset.assert_arrived_exactly_once(servers, said)

    worker.terminate()
    assert worker.wait(timeout=20) == 0


def test_redis_is_killed_and_comes_back_empty(servers, said):
    workers = [servers.start_worker() for _ in range(2)]
    eset.say_some(servers, said, 20)

    servers.streams.kill()
    eset.say_some(servers, said, 20)
    servers.streams.start()
    eset.say_some(servers, said, 20)

    eset.assert_arrived_exactly_once(servers, said)
    for worker in workers:
        worker.terminate()
        worker.wait(timeout=20)


def test_redis_forgets_everything_in_mid_flow(servers, said):
    worker = servers.start_worker()
    for _ in range(5):
        eset.say_at_once(servers, said, 10)
        with servers.client() as client:
            client.flushall()

    eset.assert_arrived_exactly_once(servers, said)
    worker.terminate()
    worker.wait(timeout=20)


def test_postgresql_is_killed_under_load(servers, said):
    worker = servers.start_worker()
    for _ in range(2):
        eset.say_at_once(servers, said, 10)
        servers.sql.kill()
        eset.say_some(servers, said, 5)
        servers.sql.start()
        eset.say_at_once(servers, said, 10)

    eset.assert_arrived_exactly_once(servers, said)
    worker.terminate()
    worker.wait(timeout=20)
