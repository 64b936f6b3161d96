# SPDX-License-Identifier: MIT
"""What the store promises of runs that went well and not as declared: limits of data and runs a day are told, whatever engine it is."""

import pytest

from humeops.central import intake
from humeops.central.store import declaring
from humeops.central.watches import expectation
from tests.contract.alerting import HOUR, MINUTE, World
from tests.contract.conftest import make_agent
from tests.fixtures.events import NOON, SECOND, a_run, body_of, say


@pytest.fixture
def world(database):
    return World(database)


class Host:
    """Says runs, each a minute long, with a number."""

    def __init__(self, world, **expect):
        self.world, self.number = world, 0
        self.agent = make_agent(world.database, "db1")
        made = declaring.Declaration("db1", "backup", expectation.read(expect), "a test", NOON)
        with world.database.writing() as connection:
            declaring.declare(connection, [made], NOON)

    def run(self, **data):
        begins = self.number * 600.0
        told = [say("data", begins + 30, data=data)] if data else []
        events = a_run(*told, begins=begins, ends=begins + 60)
        heard = NOON + int((begins + 61) * SECOND)
        intake.take(self.world.database, self.agent, body_of(*events, first=1 + self.number * 10), heard)
        self.number += 1
        self.world.now = max(self.world.now, heard)
        self.world.at(heard - NOON + MINUTE)


def test_a_number_beyond_its_limit_is_told_and_the_next_good_run_ends_it(world):
    host = Host(world, limits="backup_bytes > 1GB")
    host.run(backup_bytes=2_000_000_000)
    assert world.told == []

    host.run(backup_bytes=5_000)
    ((_, message),) = world.told
    (item,) = message.items
    assert (message.kind, item.state) == ("problem", "odd")
    assert item.reason == "backup_bytes is 5.0 kB, expected backup_bytes > 1GB"
    world.told.clear()

    host.run(backup_bytes=3_000_000_000)
    assert [kind for _, kind, _ in world.heard()] == ["recovery"]


def test_a_number_that_does_not_come_breaks_its_limit(world):
    host = Host(world, limits="rows > 0")
    host.run()

    assert [message.items[0].reason for _, message in world.told] == ["rows did not come, expected rows > 0"]


def test_a_number_far_from_the_usual_is_told(world):
    host = Host(world, limits="rows within 50%")
    for rows in (100, 101, 99, 100, 102, 149):
        host.run(rows=rows)
    assert world.told == []

    host.run(rows=10)

    ((_, message),) = world.told
    assert "expected within 50 % of the usual" in message.items[0].reason


def test_one_run_too_many_of_a_day_is_told(world):
    host = Host(world, at_most="3")
    for _ in range(3):
        host.run()
    assert world.told == []

    host.run()

    assert [message.items[0].reason for _, message in world.told] == ["run 4 of its day, at most 3 are expected"]


def test_a_rule_may_tell_of_whatever_is_unusual(database):
    rule = {"name": "odd ones", "of": "findings", "findings": ["odd_data"], "wait": "0"}
    world = World(database, rule=[rule])
    host = Host(world, every="1d")
    for rows in (100, 101, 99, 100, 102, 100):
        host.run(rows=rows)
    assert world.told == []

    host.run(rows=10_000)

    assert [kind for _, kind, _ in world.heard()] == ["problem"]
    world.at(10 * HOUR)
    assert world.alerts()[-1].rule == "odd ones"
