# SPDX-License-Identifier: MIT
"""Watchers killed at each of their places, alone and racing: what did not happen is found, and told exactly once."""

import contextlib
import signal
import time

import pytest

from humeops import crash
from humeops.central.store import declaring
from humeops.central.store.database import open_database
from humeops.central.watches import expectation
from tests.fixtures.large import large_installation
from tests.fixtures.processes import wait_until

POINTS = [name for name in crash.NAMES if name.startswith("watcher-")]
HOUR = 3_600_000_000_000
LATE = "SELECT task FROM transition WHERE to_state = 'late'"


@pytest.fixture(scope="module")
def large():
    with large_installation() as made:
        yield made


def expect(where, prefix, count):
    """Declare tasks that were due long ago, and that nobody has looked at."""
    then = time.time_ns() - HOUR
    wanted = expectation.read({"every": "1m", "grace": "1s"})
    with contextlib.closing(open_database(where)) as database, database.writing() as connection:
        made = [declaring.Declaration("db1", f"{prefix}-{number}", wanted, "a test", then) for number in range(count)]
        declaring.declare(connection, made, then)
    return sorted(one.task for one in made)


def told(installed, prefix):
    return sorted(task for (task,) in installed.central_rows(LATE) if str(task).startswith(prefix))


@pytest.mark.parametrize("point", [*POINTS[:2], *(pytest.param(one, marks=pytest.mark.soak) for one in POINTS[2:])])
def test_in_one_process_it_is_told_once_whatever_place_it_dies_at(installed, point):
    installed.start_central()
    installed.end_all()
    names = expect(installed.layout.database, "task", 3)

    for _ in range(2):
        dying = installed.start_central(ready=False, HUME_CRASH_AT=point)
        if dying.wait(timeout=30) != -9:
            pytest.fail(f"{point} was never passed")
        if point == "watcher-after-commit":
            break  # nothing is left that is due
    installed.start_central()

    wait_until(lambda: told(installed, "task") == names, "all are told")
    time.sleep(1.5)
    assert told(installed, "task") == names


# One place in each run of the tests, all of them in the long campaigns: alone, above, they die at each.
@pytest.mark.parametrize("point", [POINTS[0], *(pytest.param(one, marks=pytest.mark.soak) for one in POINTS[1:])])
def test_of_four_that_race_some_are_killed_and_each_change_is_told_once(large, point):
    names = expect(large.sql_url, point, 1_200)

    racing = [large.start_watcher(HUME_CRASH_AT=point) for _ in range(2)]
    # Else those that live may be done before these have begun, on a busy machine.
    wait_until(lambda: any(one.poll() == -9 for one in racing), "one has died", 120)
    racing += [large.start_watcher() for _ in range(2)]

    wait_until(lambda: len(told(large, point)) >= len(names), "all are told", 60)
    for one in racing:
        one.terminate()
        # By its own crash, in good order, or, where the others were done before it had begun, in no order yet.
        assert one.wait(timeout=20) in (-signal.SIGKILL, 0, -signal.SIGTERM, -signal.SIGINT)
    assert told(large, point) == names
