# SPDX-License-Identifier: MIT
"""What the store promises of runs that went well and not as declared: limits of data and runs a day are told, whatever engine it is."""

import pytest

from humeops.central import intake
from humeops.central.store import declaring, people
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
        self.world, self.number, self.seq, self.runs = world, 0, 0, []
        self.agent = make_agent(world.database, "db1")
        made = declaring.Declaration("db1", "backup", expectation.read(expect), "a test", NOON)
        with world.database.writing() as connection:
            declaring.declare(connection, [made], NOON)

    def run(self, waits=MINUTE, **data):
        begins = self.number * 600.0
        told = [say("data", begins + 30, data=data)] if data else []
        events = a_run(*told, begins=begins, ends=begins + 60)
        self.runs.append(events[0].run)
        self._hear(events, NOON + int((begins + 61) * SECOND), waits)
        self.number += 1

    def add_to_last(self, at=70, **data):
        self.add_to(self.number - 1, at, **data)

    def add_to(self, number, at=70, **data):
        """Say these of a run that has ended, so many seconds after its start."""
        said = say("data", number * 600.0 + at, data=data, run=self.runs[number])
        self._hear([said], self.world.now + SECOND, MINUTE)

    def _hear(self, events, heard, waits):
        intake.take(self.world.database, self.agent, body_of(*events, first=1 + self.seq), heard)
        self.seq += len(events)
        self.world.now = max(self.world.now, heard)
        self.world.at(self.world.now - NOON + waits)


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


def test_a_text_where_a_number_is_limited_is_told_as_such(world):
    host = Host(world, limits="rows > 0")
    host.run(rows="12 thousand")

    reasons = [message.items[0].reason for _, message in world.told]
    assert reasons == ['rows is the text "12 thousand"; a number is expected, rows > 0']


def test_a_number_beyond_its_limit_that_comes_after_the_stop_is_told(world):
    host = Host(world, limits="rows < 10")
    host.run(rows=1)
    assert world.told == []

    host.add_to_last(rows=50)

    assert [message.items[0].reason for _, message in world.told] == ["rows is 50, expected rows < 10"]
    host.run(rows=1)
    host.add_to(0, rows=99)
    assert [message.kind for _, message in world.told] == ["problem", "recovery"]


def test_a_number_that_comes_before_anybody_is_told_that_it_did_not_is_no_trouble(world):
    host = Host(world, limits="rows > 0")
    host.run(waits=0)
    host.add_to_last(rows=5)
    world.at(HOUR)

    assert (world.told, world.alerts()) == ([], [])


def test_a_number_that_comes_after_it_was_missed_ends_the_trouble(world):
    host = Host(world, limits="rows > 0")
    host.run()
    host.add_to_last(at=30, rows=5)  # said before the stop, and came after it

    assert [kind for _, kind, _ in world.heard()] == ["problem", "recovery"]


def test_what_comes_late_is_no_matter_of_what_else_is_wrong_with_the_task(world):
    host = Host(world, limits="rows > 0")
    host.run(rows=1)
    world.move("ok", "late")
    world.at(world.now - NOON + MINUTE)
    host.add_to_last(rows=2)

    assert [kind for _, kind, _ in world.heard()] == ["problem"]
    assert [one.state for one in world.alerts()] == ["open"]


def test_who_takes_what_was_found_has_it_until_it_is_over(world):
    host = Host(world, limits="rows > 0")
    host.run(rows=0)
    with world.database.writing() as connection:
        people.add(connection, "take", ("db1", "backup"), None, "ana", "", world.now)
        assert [one.author for one in people.taken(connection, [("db1", "backup")]).values()] == ["ana"]
    host.run(rows=0)
    assert world.alerts()[-1].taken_by == "ana"

    host.run(rows=1)
    with world.database.reading() as connection:
        assert people.taken(connection, [("db1", "backup")]) == {}


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
