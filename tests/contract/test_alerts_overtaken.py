# SPDX-License-Identifier: MIT
"""What the store promises of runs that end badly when a later one of their task has ended: each is told once."""

import pytest

from humeops.central import intake
from humeops.central.store import declaring, people
from humeops.central.watches import expectation
from tests.contract.alerting import MINUTE, World
from tests.contract.conftest import make_agent
from tests.fixtures.events import NOON, SECOND, a_run, body_of, say


class Scene:
    """A host that says runs of one task, which overlap."""

    def __init__(self, database, **expect):
        self.world, self.seq = World(database), 0
        self.agent = make_agent(database, "db1")
        if expect:
            made = declaring.Declaration("db1", "backup", expectation.read(expect), "a test", NOON)
            with database.writing() as connection:
                declaring.declare(connection, [made], NOON)

    def say(self, *events, at):
        now = NOON + at * SECOND
        intake.take(self.world.database, self.agent, body_of(*events, first=1 + self.seq), now)
        self.seq += len(events)
        self.world.now = max(self.world.now, now)

    def told(self, at):
        self.world.at(at * SECOND)
        told, self.world.told = self.world.told, []
        return [(message.kind, item.state, item.run) for _, message in told for item in message.items]


@pytest.fixture(params=[{}, {"max": "1h"}], ids=["plain", "watched"])
def scene(request, database):
    return Scene(database, **request.param)


def pair(outcome="failed", **stop):
    first = a_run(begins=0, ends=40, status=1, outcome=outcome, **stop)
    return first, a_run(begins=1, ends=5)


def test_a_run_that_fails_after_a_later_one_went_well_is_told_once_and_the_next_good_one_ends_it(scene):
    long, short = pair()
    scene.say(long[0], *short, at=6)
    assert scene.told(35) == []
    scene.say(long[1], at=41)
    assert scene.told(120) == [("problem", "failed", long[0].run)]
    assert scene.world.alerts()[0].reason == "exit 1"
    assert scene.told(3_600) == []

    scene.say(*a_run(begins=3_700, ends=3_710), at=3_711)
    assert scene.told(3_800) == [("recovery", "ok", long[0].run)]


def test_where_batches_end_makes_no_difference_to_it(scene):
    long, short = pair()
    scene.say(long[0], *short, long[1], at=41)

    assert scene.told(120) == [("problem", "failed", long[0].run)]


def test_a_run_whose_process_died_is_told_though_a_later_one_went_well(scene):
    long, short = pair()
    scene.say(long[0], *short, at=6)
    scene.say(say("gone", 40, run=long[0].run, data={"cause": "ended"}), at=41)

    assert scene.told(120) == [("problem", "lost", long[0].run)]


def test_one_that_went_well_after_all_is_over(scene):
    long, short = pair("ok")
    scene.say(long[0], *short, say("gone", 30, run=long[0].run, data={"cause": "ended"}), at=31)
    assert scene.told(100) == [("problem", "lost", long[0].run)]
    scene.say(long[1], at=101)

    assert scene.told(200) == [("recovery", "ok", long[0].run)]


def test_a_run_that_is_well_and_not_the_last_ends_nothing(scene):
    long, short = pair("ok")
    short[1].outcome, short[1].status = "failed", 1
    scene.say(long[0], *short, at=6)
    scene.say(long[1], at=41)

    assert scene.told(120) == [("problem", "failed", short[0].run)]
    assert [one.state for one in scene.world.alerts()] == ["open"]


def test_it_can_be_taken_in_hand(scene):
    long, short = pair()
    scene.say(long[0], *short, long[1], at=41)
    scene.told(120)
    with scene.world.database.writing() as connection:
        people.add(connection, "take", ("db1", "backup"), None, "ana", "", scene.world.now)
        assert people.taken(connection, [("db1", "backup")])[("db1", "backup")].author == "ana"


def test_a_run_that_broke_a_limit_is_told_once_though_a_later_one_kept_it(database):
    scene = Scene(database, limits="rows > 10")
    long = a_run(say("data", 39, data={"rows": 1}), begins=0, ends=40)
    short = a_run(say("data", 4, data={"rows": 20}), begins=1, ends=5)
    scene.say(long[0], *short, at=6)
    scene.say(*long[1:], at=41)
    assert scene.told(120) == [("problem", "odd", long[0].run)]

    late = say("data", 50, data={"rows": 2}, run=long[0].run)
    scene.say(late, at=121)
    assert scene.told(200) == []


def test_a_number_that_comes_when_a_later_run_has_ended_is_told(database):
    scene = Scene(database, limits="rows < 10")
    long = a_run(say("data", 3, data={"rows": 1}), begins=0, ends=40)
    scene.say(*long, *a_run(say("data", 44, data={"rows": 1}), begins=42, ends=45), at=46)
    assert scene.told(100) == []
    scene.say(say("data", 41, data={"rows": 99}, run=long[0].run), at=101)

    assert scene.told(200) == [("problem", "odd", long[0].run)]


def test_while_it_is_paused_nobody_hears_of_it(database):
    scene = Scene(database, max="1h")
    with database.writing() as connection:
        declaring.pause(connection, [("db1", "backup")], NOON + 60 * MINUTE, NOON)
    long, short = pair()
    scene.say(long[0], *short, long[1], at=41)

    assert scene.told(120) == []
