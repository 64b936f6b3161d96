# SPDX-License-Identifier: MIT
"""Notifiers killed at each of their places, alone and racing: whoever is to be told is told, and without a death once."""

import collections
import contextlib
import signal
import time

import pytest

from humeops import crash
from humeops.central.alerts import reading
from humeops.central.store import alertbooks, changing, declaring
from humeops.central.store.changing import Moved
from humeops.central.store.database import open_database
from humeops.central.watches import expectation
from tests.fixtures.hook import Hook
from tests.fixtures.large import large_installation
from tests.fixtures.processes import wait_until

POINTS = [name for name in crash.NAMES if name.startswith("notifier-")]
# After it was sent, and before that is noted: there alone it may be told twice.
TWICE = ("notifier-sent",)
LEASED = ("notifier-claimed", "notifier-sent", "notifier-marked")
CONFIG = '[notify]\ninternal = ["127.0.0.1"]\n'
ALERTS = "SELECT task FROM alert"
LATE = "SELECT task FROM transition WHERE to_state = 'late'"
HOUR_NS = 3_600_000_000_000


@pytest.fixture
def hook():
    with Hook() as made:
        yield made


@pytest.fixture(scope="module")
def large():
    with large_installation() as made:
        made.root.joinpath("central.toml").write_text(CONFIG)
        yield made


def write_rule(connection, hook, now):
    """Have each trouble told by itself, at once."""
    rule = {"name": "all", "wait": "0", "group": "none"}
    written = reading.read({"rule": [rule], "channel": {"hook": {"type": "webhook", "url": hook.url}}})
    alertbooks.write(connection, written, "a test", now)


def prepare(where, hook, prefix, count):
    """Have so many tasks fail, each on a host of its own."""
    now = time.time_ns()
    with contextlib.closing(open_database(where)) as database, database.writing() as connection:
        write_rule(connection, hook, now)
        names = [f"{prefix}-{number}" for number in range(count)]
        changing.record(connection, [Moved(name, name, "running", "failed", "exit 3") for name in names], now)
    return sorted(names)


def told(hook, prefix):
    return [task for _, task, _ in hook.told("problem") if task.startswith(prefix)]


def free_leases(where):
    """Let the time go by for which the dead still hold what they were sending."""
    with contextlib.closing(open_database(where)) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE notification SET lease_until = 0 WHERE lease_until IS NOT NULL")


# Half of the places in each run of the tests, all of them in the long campaigns.
@pytest.mark.parametrize(
    "point", [pytest.param(one, marks=[pytest.mark.soak] if at % 2 else []) for at, one in enumerate(POINTS)]
)
def test_in_one_process_it_is_told_whatever_place_it_dies_at(installed, hook, point):
    (installed.root / "central.toml").write_text(CONFIG)
    installed.start_central()
    installed.end_all()
    names = prepare(installed.layout.database, hook, "task", 3)

    dying = installed.start_central(ready=False, HUME_CRASH_AT=point)
    assert dying.wait(timeout=30) == -9, f"{point} was never passed"
    free_leases(installed.layout.database)
    installed.start_central()

    wait_until(lambda: set(told(hook, "task")) == set(names), "all are told")
    time.sleep(1.0)
    assert sorted(task for (task,) in installed.central_rows(ALERTS)) == names
    counts = collections.Counter(told(hook, "task"))
    assert set(counts) == set(names)
    assert max(counts.values()) == 1 or point in TWICE
    keys = {key for key, body in hook.got if body["kind"] == "problem"}
    assert len(keys) == len(names)


def expect(where, hook, prefix, count):
    """Expect a start of so many tasks, each on a host of its own, that should have come an hour ago."""
    then = time.time_ns() - HOUR_NS
    wanted = expectation.read({"every": "1m", "grace": "1s"})
    names = [f"{prefix}-{number}" for number in range(count)]
    with contextlib.closing(open_database(where)) as database, database.writing() as connection:
        write_rule(connection, hook, then)
        declaring.declare(
            connection, [declaring.Declaration(name, name, wanted, "a test", then) for name in names], then
        )
    return sorted(names)


def race(large, hook, prefix, names, seconds, watchers=0):
    racing = [large.start_notifier() for _ in range(4)] + [large.start_watcher() for _ in range(watchers)]
    # Counting is cheap, reading all of them a hundred times a second is not.
    wait_until(lambda: len(hook.got) >= len(names) and len(told(hook, prefix)) >= len(names), "all are told", seconds)
    time.sleep(1.0)
    for one in racing:
        one.terminate()
        assert one.wait(timeout=20) == 0
    assert sorted(told(hook, prefix)) == names
    with contextlib.closing(open_database(large.sql_url)) as database, database.reading() as connection:
        rows = connection.exec_driver_sql(f"SELECT task FROM alert WHERE task LIKE '{prefix}%%'").all()
    assert sorted(task for (task,) in rows) == names


def test_of_four_that_race_each_tells_what_no_other_does(large, hook):
    race(large, hook, "race", prepare(large.sql_url, hook, "race", 200), 60)


@pytest.mark.soak
@pytest.mark.timeout(700)
def test_ten_thousand_changes_are_one_alert_and_one_message_each(large, hook):
    race(large, hook, "many", prepare(large.sql_url, hook, "many", 10_000), 600)


@pytest.mark.soak
@pytest.mark.timeout(1_000)
def test_ten_thousand_starts_that_do_not_come_are_one_change_one_alert_and_one_message_each(large, hook):
    names = expect(large.sql_url, hook, "missed", 10_000)
    race(large, hook, "missed", names, 900, watchers=4)
    assert sorted(task for (task,) in large.central_rows(LATE) if str(task).startswith("missed")) == names


@pytest.mark.parametrize("point", [pytest.param("notifier-before-commit", marks=pytest.mark.soak), "notifier-sent"])
def test_of_four_that_race_some_are_killed_and_nobody_is_forgotten(large, hook, point):
    names = prepare(large.sql_url, hook, point, 100)
    racing = [large.start_notifier(HUME_CRASH_AT=point) for _ in range(2)]
    wait_until(lambda: all(one.poll() == -9 for one in racing), "both have died", 60)
    free_leases(large.sql_url)
    racing += [large.start_notifier() for _ in range(2)]

    wait_until(lambda: set(told(hook, point)) == set(names), "all are told", 60)
    for one in racing:
        one.terminate()
        # By its own crash, in good order, or, where the others were done before it had begun, in no order yet.
        assert one.wait(timeout=20) in (-signal.SIGKILL, 0, -signal.SIGTERM, -signal.SIGINT)
