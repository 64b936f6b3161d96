# SPDX-License-Identifier: MIT
"""What the store promises of telling, whatever engine it is: again until it is accepted, through another channel when one is dead."""

import pytest

from humeops.central import bookkeeping, intake, watcher
from humeops.central.alerts import course
from humeops.central.store import alertrows, declaring, notifications
from humeops.central.store.questions import alerts
from humeops.central.watches import expectation
from humeops.clock import FakeClock
from humeops.errors import HumeError, UnavailableError
from tests.contract.alerting import HOUR, MINUTE, World
from tests.contract.conftest import make_agent
from tests.fixtures.events import NOON, SECOND, a_run, body_of


@pytest.fixture
def world(database):
    return World(database)


def test_central_that_was_away_is_one_notice(world):
    world.move("watching", "settling", host="", task="", reason="central was away for 1 h")
    world.at(MINUTE)

    ((_, message),) = world.told
    assert (message.kind, message.note, world.alerts()) == ("notice", "central was away for 1 h", [])


def test_a_channel_that_is_away_is_tried_again_with_the_same_key(world):
    world.fails["ops"] = UnavailableError("ops: connection refused")
    world.move("ok", "failed")
    for minute in (1, 2, 4):
        world.at(minute * MINUTE)
    assert world.told == []
    del world.fails["ops"]

    world.at(20 * MINUTE)

    assert [kind for _, kind, _ in world.heard()] == ["problem"]


def test_a_channel_that_refuses_is_told_of_through_another_with_what_it_was_to_say(database):
    channels = {"ops": {"type": "mail"}, "spare": {"type": "webhook"}}
    world = World(database, route=[{"to": ["ops"]}], channel=channels)
    world.fails["ops"] = HumeError("550 no such user")
    world.move("ok", "failed")
    world.at(MINUTE)
    told = world.told
    assert [(name, message.kind) for name, message in told] == [("spare", "notice"), ("spare", "problem")]
    assert "550 no such user" in told[0][1].note

    world.told = []
    world.move("ok", "failed", task="copy")
    world.at(5 * MINUTE)
    assert [(name, kind) for name, kind, _ in world.heard()] == [("spare", "problem")]

    world.fails.clear()
    world.move("ok", "failed", task="third")
    world.at(9 * MINUTE)
    assert [(name, kind) for name, kind, _ in world.heard()] == [("ops", "problem"), ("spare", "notice")]


def test_what_comes_to_a_channel_that_is_dead_already_is_told_through_another_as_well(database):
    channels = {"ops": {"type": "mail"}, "spare": {"type": "webhook"}}
    world = World(database, route=[{"to": ["ops"]}], channel=channels)
    world.fails["ops"] = UnavailableError("refused")
    world.move("ok", "failed")
    for minute in range(1, 8):
        world.at(minute * MINUTE)
    assert [kind for _, kind, _ in world.heard()] == ["notice", "problem"]

    for task in ("copy", "third"):
        world.move("ok", "failed", task=task, host=task)
    world.at(10 * MINUTE)

    assert sorted(world.heard()) == [
        ("spare", "problem", [("copy", "copy", "failed")]),
        ("spare", "problem", [("third", "third", "failed")]),
    ]


def test_what_is_for_a_channel_that_works_waits_for_one_attempt_of_one_that_does_not(database):
    channels = {"ops": {"type": "mail"}, "spare": {"type": "webhook"}}
    routes = [{"when": "task:slow*", "to": ["ops"]}, {"to": ["spare"]}]
    rules = [{"name": "all", "group": "none", "wait": "0"}]
    world = World(database, rule=rules, route=routes, channel=channels)
    tried = []

    def deliver(settings, message, _now_ns):
        tried.append(settings["name"])
        if settings["name"] == "ops":
            raise UnavailableError("no answer within 15 s")

    world.notifier._deliver = deliver
    for number in range(15):
        world.move("ok", "failed", task=f"slow{number}")
    world.move("ok", "failed", task="urgent")
    world.at(SECOND)
    assert tried == ["ops", "spare"]

    world.move("ok", "failed", task="second")
    world.at(20 * SECOND)
    assert tried[2:] == ["spare", "ops"]


def test_what_slow_channels_leave_no_time_for_is_held_no_longer(database):
    world = World(database, rule=[{"name": "all", "group": "none", "wait": "0"}])
    for number in range(10):
        world.move("ok", "failed", task=f"task-{number}")
    tried = []

    def deliver(settings, message, _now_ns):
        tried.append((message.items[0].task, world.clock.wall_ns() - world.now))
        world.clock.advance(25)

    world.notifier._deliver = deliver
    world.notifier.step()

    assert [after for _, after in tried] == [0, 25 * SECOND, 50 * SECOND]
    while world.notifier.step():
        pass
    assert len(tried) == len({task for task, _ in tried}) == 10


def test_what_was_put_off_with_a_channel_that_was_not_reached_is_told_when_it_is(database):
    world = World(database, rule=[{"name": "all", "group": "none", "wait": "0"}])
    world.fails["ops"] = UnavailableError("refused")
    for number in range(12):
        world.move("ok", "failed", task=f"task-{number:02}")
    world.at(SECOND)
    del world.fails["ops"]

    world.at(MINUTE)

    assert len({message.items[0].task for _, message in world.told}) == len(world.told) == 12


def test_who_heard_of_a_trouble_in_the_place_of_a_dead_channel_hears_that_it_is_over(database):
    channels = {"ops": {"type": "mail"}, "spare": {"type": "webhook"}}
    world = World(database, route=[{"to": ["ops"]}], channel=channels)
    world.fails["ops"] = HumeError("550 no such user")
    world.move("ok", "failed")
    world.at(MINUTE)
    world.fails.clear()
    world.told.clear()
    world.move("failed", "ok")
    world.at(10 * MINUTE)

    heard = [(name, kind) for name, kind, _ in world.heard() if kind != "notice"]
    assert sorted(heard) == [("ops", "recovery"), ("spare", "recovery")]


def test_a_test_that_failed_is_told_nowhere_else(database):
    channels = {"ops": {"type": "mail"}, "spare": {"type": "webhook"}}
    world = World(database, route=[{"to": ["ops"]}], channel=channels)
    world.fails["ops"] = HumeError("550 no such user")
    with database.writing() as connection:
        notifications.add(connection, "ops", "test", (), "a test", world.now, note="ana tests the channel ops.")
    world.at(MINUTE)
    world.move("ok", "failed")
    world.at(2 * MINUTE)

    assert [(name, message.kind) for name, message in world.told] == [("spare", "notice"), ("spare", "problem")]
    assert "1 message for it follows here" in world.told[0][1].note


def test_what_waits_for_a_channel_that_is_removed_goes_where_routes_lead_now(database):
    world = World(database, channel={"ops": {"type": "mail"}})
    world.fails["ops"] = UnavailableError("refused")
    for task in ("backup", "copy"):
        world.move("ok", "failed", task=task)
    world.at(MINUTE)
    world.write(channel={"other": {"type": "webhook"}})
    world.move("failed", "ok", task="copy")
    world.at(2 * MINUTE)
    world.at(3 * MINUTE)

    assert world.heard() == [("other", "problem", [("db1", "backup", "failed")])]
    with database.reading() as connection:
        assert notifications.health(connection)["ops"].dead_at is None
    world.move("failed", "ok")
    world.at(10 * MINUTE)
    assert world.heard() == [("other", "recovery", [("db1", "backup", "ok")])]


def test_that_it_is_over_is_told_where_routes_lead_now_if_only_removed_channels_heard_of_it(database):
    world = World(database, channel={"ops": {"type": "mail"}, "spare": {"type": "mail"}}, route=[{"to": ["ops"]}])
    world.move("ok", "failed")
    world.at(MINUTE)
    world.write(channel={"other": {"type": "webhook"}, "spare": {"type": "mail"}}, route=[{"to": ["other"]}])
    world.told.clear()
    world.move("failed", "ok")
    world.at(3 * MINUTE)

    assert world.heard() == [("other", "recovery", [("db1", "backup", "ok")])]


def test_the_history_says_what_became_of_what_was_told(database):
    channels = {name: {"type": "mail"} for name in ("away", "dead", "spare")}
    world = World(database, route=[{"to": ["away", "dead"]}], channel=channels, fallback=["spare"])
    world.fails = {"away": UnavailableError("refused"), "dead": HumeError("550 no such user")}
    world.move("ok", "failed")
    world.at(MINUTE)

    with database.reading() as connection:
        (stored,) = alerts.find(connection, alerts.Filter(), 9, None).rows
        (told,) = [one.text for one in alerts.entries(connection, stored.id, 9) if one.what == "told"]
    assert told.startswith("problem: ")
    assert "; not told to dead: 550 no such user, told through spare" in told
    assert "to be told to away (refused)" in told


def test_without_any_channel_alerts_are_kept_all_the_same(database):
    world = World(database, channel={})
    world.move("ok", "failed")
    world.at(HOUR)

    assert [one.state for one in world.alerts()] == ["open"]
    with database.reading() as connection:
        assert not alertrows.is_any_due(connection, world.now)


def test_what_is_wrong_while_there_is_no_channel_is_told_when_there_is_one(database):
    world = World(database, channel={})
    world.move("ok", "failed")
    world.at(HOUR)
    told = {"channel": {"ops": {"type": "command", "argv": ["/bin/true"]}}}

    with database.writing() as connection:
        bookkeeping.apply(connection, told, "ana", world.now, dry_run=False)
    world.at(HOUR + MINUTE)

    assert [kind for _, kind, _ in world.heard()] == ["problem"]
    world.at(2 * HOUR)
    assert world.heard() == []


def test_a_change_that_brings_out_a_fault_is_told_as_such_and_holds_up_no_other(world, monkeypatch):
    note = course.note

    def failing(alert, rule, news, *more):
        if news.task == "poison":
            raise ZeroDivisionError
        return note(alert, rule, news, *more)

    monkeypatch.setattr(course, "note", failing)
    for task in ("before", "poison", "after"):
        world.move("ok", "failed", task=task)
    world.at(MINUTE)

    told = world.told
    assert [message.note for _, message in told if message.kind == "notice"] == [
        "db1:poison was ok and is failed. A fault of hume's own keeps this from being an alert."
    ]
    assert sorted(item.task for _, message in told for item in message.items) == ["after", "before"]


def test_an_alert_that_brings_out_a_fault_holds_up_no_other(world, monkeypatch):
    look_at = course.look

    def failing(alert, *others):
        if alert.task == "poison":
            raise ZeroDivisionError
        return look_at(alert, *others)

    monkeypatch.setattr(course, "look", failing)
    for task in ("before", "poison", "after"):
        world.move("ok", "failed", task=task)
    world.at(MINUTE)
    assert sorted(item.task for _, message in world.told for item in message.items) == ["after", "before"]
    world.told.clear()

    monkeypatch.setattr(course, "look", look_at)
    world.at(10 * MINUTE)
    assert [items for *_, items in world.heard()] == [[("db1", "poison", "failed")]]


def test_central_away_for_an_hour_is_one_notice_and_then_what_is_really_missing(world):
    agent = make_agent(world.database, "db1")
    expected = expectation.read({"every": "1h", "grace": "5m"})
    made = [declaring.Declaration("db1", f"task-{number:02}", expected, "a test", NOON) for number in range(20)]
    with world.database.writing() as connection:
        declaring.declare(connection, made, NOON)
    look(world, 30 * MINUTE)

    look(world, 91 * MINUTE)
    assert [(kind, items) for _, kind, items in world.heard()] == [("notice", [])]
    for number in range(19):
        events = a_run(begins=60 * 60.0, ends=61 * 60.0)
        for event in events:
            event.task = f"task-{number:02}"
        heard_at = NOON + 91 * MINUTE + number
        intake.take(world.database, agent, body_of(*events, first=1 + number * 2), heard_at)
    for minute in (92, 93, 94, 95, 96):
        look(world, minute * MINUTE)

    assert [(kind, items) for _, kind, items in world.heard()] == [("problem", [("db1", "task-19", "late")])]


def test_how_long_it_was_wrong_counts_from_when_it_began_and_not_from_when_it_was_noticed(world):
    agent = make_agent(world.database, "db1")
    made = declaring.Declaration("db1", "backup", expectation.read({"every": "1h", "grace": "5m"}), "a test", NOON)
    with world.database.writing() as connection:
        declaring.declare(connection, [made], NOON)
    look(world, 75 * MINUTE)
    look(world, 76 * MINUTE)
    begins = 90 * 60.0
    intake.take(world.database, agent, body_of(*a_run(begins=begins, ends=begins + 5)), NOON + 90 * MINUTE)
    world.at(92 * MINUTE)
    late = [message.items[0] for _, message in world.told if message.items[0].task]

    assert [(item.since_ns - NOON) // MINUTE for item in late if item.state == "late"] == [65]
    assert late[-1].downtime_ns // MINUTE in (25, 27)


def look(world, ns):
    """Let a watcher look, and then the notifier."""
    looking = watcher.Watcher(world.database, FakeClock(wall_ns=NOON + ns))
    while looking.step():
        pass
    world.at(ns)
