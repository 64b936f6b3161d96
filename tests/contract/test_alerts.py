# SPDX-License-Identifier: MIT
"""What the store promises of alerts, whatever engine it is: who is told what, when, once.

It is long, since each promise is tried on both engines with the same few sentences of set-up.
"""

import pytest

from humeops.central.store import people, silences
from humeops.central.store.questions import alerts
from tests.contract.alerting import HOUR, MINUTE, World
from tests.contract.conftest import make_agent
from tests.fixtures.events import NOON, SECOND, event_id

WAIT = 30 * SECOND


@pytest.fixture
def world(database):
    return World(database)


def test_with_no_rule_written_failed_lost_late_and_overdue_tasks_are_told_of_and_no_others(world):
    for state in ("failed", "lost", "late", "overdue", "warning", "unknown", "ok", "running"):
        world.move("new", state, host=f"{state}-host")
    world.at(WAIT)

    heard = world.heard()

    assert sorted(state for _, _, items in heard for *_, state in items) == ["failed", "late", "lost", "overdue"]
    assert {kind for _, kind, _ in heard} == {"problem"}


def test_twenty_tasks_of_one_host_are_one_message(world):
    for number in range(20):
        world.move("running", "failed", task=f"task-{number:02}")
        world.at(number * SECOND)
    world.at(WAIT)

    ((channel, kind, items),) = world.heard()

    assert (channel, kind, len(items)) == ("ops", "problem", 20)
    world.at(10 * MINUTE)
    assert world.heard() == []


def test_twenty_tasks_of_one_host_that_are_well_again_are_one_message(world):
    tasks = [f"task{number}" for number in range(20)]
    for task in tasks:
        world.move("ok", "failed", task=task)
    world.at(MINUTE)
    world.told.clear()

    for number, task in enumerate(tasks):
        world.move("failed", "ok", task=task)
        world.at(MINUTE + number * SECOND)
    assert world.told == []
    world.at(2 * MINUTE)

    ((_, kind, items),) = world.heard()
    assert (kind, sorted(task for _, task, _ in items)) == ("recovery", sorted(tasks))


def test_that_it_is_well_again_is_told_with_how_long_it_was_not(world):
    world.move("running", "failed", reason="exit 3")
    world.at(MINUTE)
    world.heard()
    world.move("running", "ok")
    world.at(11 * MINUTE)

    ((_, message),) = world.told

    assert message.kind == "recovery"
    assert (message.items[0].before, message.items[0].state) == ("failed", "ok")
    assert message.items[0].downtime_ns == MINUTE
    assert [one.state for one in world.alerts()] == ["closed"]


def test_what_was_over_before_anybody_was_told_is_told_once(world):
    world.move("running", "failed")
    world.move("running", "ok")
    world.at(HOUR)

    assert [(kind, items) for _, kind, items in world.heard()] == [("recovery", [("db1", "backup", "ok")])]


def test_only_after_so_many_failures(database):
    world = World(database, rule=[{"name": "third", "failures": 3}])
    for number, outcome in enumerate(["failed", "failed", "ok", "failed", "failed"]):
        world.move("running", outcome)
        world.at(number * MINUTE)
    assert world.heard() == []

    world.move("running", "failed")
    world.at(6 * MINUTE)

    assert [kind for _, kind, _ in world.heard()] == ["problem"]
    assert world.alerts()[-1].failures == 3


def test_only_after_so_long(database):
    world = World(database, rule=[{"name": "long", "after": "10m"}])
    world.move("ok", "late")
    world.at(9 * MINUTE)
    assert (world.heard(), [one.state for one in world.alerts()]) == ([], ["waiting"])

    world.at(10 * MINUTE)
    world.at(11 * MINUTE)

    assert [kind for _, kind, _ in world.heard()] == ["problem"]


def test_what_does_not_last_comes_to_nothing(database):
    world = World(database, rule=[{"name": "long", "after": "10m"}])
    world.move("ok", "late")
    world.at(5 * MINUTE)
    world.move("late", "running")
    world.at(HOUR)

    assert (world.heard(), world.alerts()) == ([], [])


def test_it_is_repeated_until_it_is_taken_and_again_when_it_is_given_back(database):
    world = World(database, rule=[{"name": "all", "repeat": "1h"}])
    world.task()
    world.move("ok", "failed")
    for minute in (1, 30, 62, 90, 123):
        world.at(minute * MINUTE)
    assert [kind for _, kind, _ in world.heard()] == ["problem", "reminder", "reminder"]

    with database.writing() as connection:
        people.add(connection, "take", ("db1", "backup"), None, "ana", "", world.now)
    world.at(5 * HOUR)
    assert (world.heard(), world.alerts()[0].taken_by) == ([], "ana")

    with database.writing() as connection:
        people.add(connection, "release", ("db1", "backup"), None, "ana", "", world.now)
    world.at(5 * HOUR + MINUTE)
    assert [kind for _, kind, _ in world.heard()] == ["reminder"]


def test_when_its_rule_has_another_name_it_is_repeated_by_the_first_that_fits(database):
    world = World(database, rule=[{"name": "old", "repeat": "1h"}])
    world.move("ok", "failed")
    world.at(MINUTE)
    world.write(rule=[{"name": "hosts", "of": "hosts"}, {"name": "new", "repeat": "1h"}])
    for minute in (62, 123):
        world.at(minute * MINUTE)

    assert [kind for _, kind, _ in world.heard()] == ["problem", "reminder", "reminder"]
    assert world.alerts()[0].rule == "new"


@pytest.mark.parametrize("shown", ["ok", "running"])
def test_who_takes_a_task_that_is_well_has_not_taken_its_next_trouble(database, shown):
    world = World(database, rule=[{"name": "all", "repeat": "1h"}])
    world.task()
    world.move("failed", "ok")
    if shown != "ok":
        world.move("ok", shown)
    world.at(MINUTE)
    with database.writing() as connection:
        people.add(connection, "take", ("db1", "backup"), None, "ana", "", world.now)
        assert people.taken(connection, [("db1", "backup")]) == {}
    world.at(2 * MINUTE)
    world.move(shown, "failed")
    for minute in (3, 64):
        world.at(minute * MINUTE)

    assert [kind for _, kind, _ in world.heard()] == ["problem", "reminder"]


def test_a_recovery_during_a_silence_is_told_afterwards_to_whoever_heard_of_the_trouble(world):
    world.move("ok", "failed")
    world.at(MINUTE)
    made = world.silence("host:db*", 5 * HOUR)
    world.move("failed", "ok")
    for minute in (2, 3, 60):
        world.at(minute * MINUTE)
    assert [kind for _, kind, _ in world.heard()] == ["problem"]
    with world.database.writing() as connection:
        (stored,) = alerts.find(connection, alerts.Filter(), 9, None).rows
        assert [one.what for one in alerts.entries(connection, stored.id, 9)] == ["raised", "told", "closed", "held"]
        silences.end(connection, made.id, "ana", world.now)

    world.at(HOUR + MINUTE)

    assert [kind for _, kind, _ in world.heard()] == ["recovery"]
    world.at(6 * HOUR)
    assert world.heard() == []


def test_what_nobody_takes_is_told_to_others(database):
    rule = {"name": "all", "repeat": "", "escalate": [{"after": "1h", "to": ["boss"]}, {"after": "2h", "to": ["boss"]}]}
    channels = {"ops": {"type": "command"}, "boss": {"type": "webhook"}}
    world = World(database, rule=[rule], route=[{"to": ["ops"]}], channel=channels)
    world.move("ok", "failed")
    for minute in (1, 59, 61, 100, 121, 300):
        world.at(minute * MINUTE)
    world.move("running", "ok")
    world.at(310 * MINUTE)

    assert [(channel, kind) for channel, kind, _ in world.heard()] == [
        ("ops", "problem"),
        ("boss", "escalation"),
        ("boss", "escalation"),
        ("ops", "recovery"),
        ("boss", "recovery"),
    ]


def test_what_is_silenced_is_told_when_the_silence_ends_if_it_is_still_so(world):
    world.silence("host:db*", 2 * HOUR)
    world.move("ok", "late")
    world.move("ok", "late", task="copy")
    world.at(HOUR)
    assert (world.heard(), world.alerts()[0].silenced_until) == ([], NOON + 2 * HOUR)
    world.move("late", "ok", task="copy")
    world.at(HOUR + MINUTE)

    world.at(2 * HOUR)

    assert [items for *_, items in world.heard()] == [[("db1", "backup", "late")]]


def test_a_silence_that_somebody_ends_ends_at_once(world):
    made = world.silence("host:db*", 20 * HOUR)
    world.move("ok", "failed")
    world.at(HOUR)
    with world.database.writing() as connection:
        ended = silences.end(connection, made.id, "ana", world.now)
        assert ended is not None
        assert ended.ended_by == "ana"
        assert silences.end(connection, made.id, "ana", world.now) is None

    world.at(HOUR + MINUTE)

    assert [kind for _, kind, _ in world.heard()] == ["problem"]


def test_a_maintenance_window_comes_again(world):
    world.silence("tag:web", ends_at=None, cron="0 5 * * *", lasts=3600)
    world.task(tags=["web"])
    world.at(90 * MINUTE)
    world.move("ok", "failed")
    world.at(119 * MINUTE)
    assert world.heard() == []

    world.at(121 * MINUTE)

    assert [kind for _, kind, _ in world.heard()] == ["problem"]


def test_a_host_whose_credential_was_copied_is_told_of_until_it_is_replaced(world):
    world.move("heard", "copied", task="", reason="two humeds use its credential in turn: db1, clone")
    world.at(MINUTE)
    assert [items for *_, items in world.heard()] == [[("db1", "", "copied")]]

    world.move("copied", "heard", task="")
    world.at(2 * MINUTE)
    assert [kind for _, kind, _ in world.heard()] == ["recovery"]


def test_a_silence_holds_within_what_its_maker_was_granted(world):
    for host, tag in (("db1", "web"), ("db2", "hr")):
        world.task(host, tags=[tag])
    world.silence("task:backup", within="tag:web")
    for host in ("db1", "db2"):
        world.move("ok", "failed", host=host)
    world.at(MINUTE)

    assert [items for *_, items in world.heard()] == [[("db2", "backup", "failed")]]


def test_a_silence_within_some_tasks_keeps_no_host_quiet_that_has_others(world):
    for task, tag in (("backup", "web"), ("payroll", "hr")):
        world.task("db1", task, tags=[tag])
    world.silence("host:db1", within="tag:web")
    world.move("heard", "silent", task="", reason="nothing heard for 5 min")
    world.at(MINUTE)

    assert [items for *_, items in world.heard()] == [[("db1", "", "silent")]]


def test_tasks_of_a_silent_host_are_kept_quiet_and_the_host_is_told_of(world):
    make_agent(world.database, "db1")
    with world.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE agent SET silent_since = {NOON}")
    world.move("heard", "silent", task="", reason="nothing heard for 5 min")
    world.move("ok", "late")
    world.at(10 * MINUTE)

    assert [items for *_, items in world.heard()] == [[("db1", "", "silent")]]
    assert "silent" in world.alerts()[1].quieted_by

    with world.database.writing() as connection:
        connection.exec_driver_sql("UPDATE agent SET silent_since = NULL")
    world.move("silent", "heard", task="")
    world.at(12 * MINUTE)
    assert [(kind, items) for _, kind, items in world.heard()] == [
        ("recovery", [("db1", "", "heard")]),
        ("problem", [("db1", "backup", "late")]),
    ]


def test_what_depends_on_a_task_that_is_down_is_kept_quiet(database):
    world = World(database, parent=[{"when": "tag:needs-db", "on": "db1:postgres"}])
    world.task(task="postgres")
    world.task(host="web1", task="sync", tags=["needs-db"])
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE task SET state = 'failed' WHERE task = 'postgres'")
    world.move("ok", "failed", task="postgres")
    world.move("ok", "failed", host="web1", task="sync")
    world.at(HOUR)

    assert [items for *_, items in world.heard()] == [[("db1", "postgres", "failed")]]


def _stand(world, state, *names, host="vm"):
    """Have these tasks so, with the tag needs-db."""
    for task in names:
        world.task(host=host, task=task, tags=["needs-db"])
        with world.database.writing() as connection:
            connection.exec_driver_sql(f"UPDATE task SET state = '{state}' WHERE host = '{host}' AND task = '{task}'")


def test_a_parent_that_is_unknown_because_its_host_is_silent_does_not_keep_the_host_quiet(database):
    world = World(database, parent=[{"when": "tag:needs-db", "on": "vm:postgres"}])
    make_agent(database, "vm")
    with database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE agent SET silent_since = {NOON}")
    _stand(world, "unknown", "postgres", "sync")
    world.move("heard", "silent", host="vm", task="")
    world.at(10 * MINUTE)

    assert [items for *_, items in world.heard()] == [[("vm", "", "silent")]]


def test_of_tasks_that_depend_on_each_other_one_is_told_and_the_others_when_it_is_well(database):
    world = World(database, parent=[{"when": "tag:needs-db", "on": f"vm:{task}"} for task in ("copy", "postgres")])
    _stand(world, "failed", "postgres", "copy", "sync")
    for task in ("postgres", "copy", "sync"):
        world.move("ok", "failed", host="vm", task=task)
    world.at(HOUR)

    assert [items for *_, items in world.heard()] == [[("vm", "copy", "failed")]]
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE task SET state = 'ok' WHERE task = 'copy'")
    world.move("failed", "ok", host="vm", task="copy")
    world.at(HOUR + 5 * MINUTE)
    assert [("vm", "postgres", "failed")] in [items for *_, items in world.heard()]


@pytest.mark.parametrize(("others", "is_told"), [((), False), (("web",), True)])
def test_a_silence_of_tasks_holds_for_their_host_only_if_it_holds_for_all_of_them(world, others, is_told):
    world.task(task="dump", tags=["batch"])
    for name in others:
        world.task(task=name)
    world.silence("tag:batch", 9 * HOUR)
    world.move("heard", "silent", task="")
    world.at(HOUR)

    assert bool(world.heard()) is is_told


def test_what_flaps_is_told_seldom(world):
    for number in range(40):
        world.move("running", "failed")
        world.at(number * 2 * MINUTE + MINUTE)
        world.move("running", "ok")
        world.at(number * 2 * MINUTE + 2 * MINUTE)
    heard = world.heard()
    assert len(heard) == 9  # four times bad and well, then bad for good
    assert world.alerts()[-1].flapping

    world.at(5 * HOUR)
    world.at(5 * HOUR + MINUTE)

    assert [kind for _, kind, _ in world.heard()] == ["recovery"]


def test_quiet_hours_end_with_one_digest(database):
    world = World(database, route=[{"to": ["ops"], "quiet": "22:00-06:00", "tz": "UTC"}])
    world.move("ok", "failed")
    world.move("ok", "failed", host="web1", task="copy")
    world.at(30 * MINUTE)
    world.move("failed", "ok", host="web1", task="copy")
    world.at(HOUR)
    assert world.heard() == []

    world.at(2 * HOUR + MINUTE)

    ((_, kind, items),) = world.heard()
    assert (kind, items) == ("digest", [("db1", "backup", "failed"), ("web1", "copy", "ok")])


@pytest.mark.parametrize("by", ["silence", "parent"])
def test_a_digest_leaves_out_what_is_kept_quiet_until_it_no_more_is(database, by):
    parents = [{"when": "task:backup", "on": "db1:postgres"}]
    world = World(database, route=[{"to": ["ops"], "quiet": "22:00-06:00"}], parent=parents if by == "parent" else [])
    world.task(task="postgres")
    world.move("ok", "failed")
    world.move("ok", "failed", host="web1", task="copy")
    world.at(30 * MINUTE)
    made = world.silence("task:backup", 9 * HOUR) if by == "silence" else None
    with database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE task SET state = '{'failed' if by == 'parent' else 'ok'}'")
    for minute in (121, 130):
        world.at(minute * MINUTE)
    assert [(kind, items) for _, kind, items in world.heard()] == [("digest", [("web1", "copy", "failed")])]

    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE task SET state = 'ok'")
        if made:
            silences.end(connection, made.id, "ana", world.now)
    for minute in (132, 140):
        world.at(minute * MINUTE)
    assert [(kind, items) for _, kind, items in world.heard()] == [("digest", [("db1", "backup", "failed")])]


def test_the_digest_of_a_channel_that_was_removed_goes_where_routes_lead_now(database):
    world = World(database, route=[{"to": ["ops"], "quiet": "22:00-06:00"}])
    world.move("ok", "failed")
    world.at(MINUTE)
    assert world.heard() == []
    world.write(channel={"other": {"type": "webhook"}})

    world.at(12 * HOUR)
    world.at(12 * HOUR + SECOND)

    assert world.heard() == [("other", "digest", [("db1", "backup", "failed")])]
    world.move("failed", "ok")
    world.at(13 * HOUR)
    assert world.heard() == [("other", "recovery", [("db1", "backup", "ok")])]


def test_a_digest_leaves_out_what_somebody_has_in_hand(database):
    world = World(database, route=[{"to": ["ops"], "quiet": "22:00-06:00"}])
    world.task()
    world.move("ok", "failed")
    world.at(30 * MINUTE)
    with database.writing() as connection:
        people.add(connection, "take", ("db1", "backup"), None, "ana", "", world.now)
    for minute in (121, 130):
        world.at(minute * MINUTE)

    assert world.heard() == []


def test_routes_send_by_tag_state_and_time_of_day(database):
    routes = [
        {"when": "tag:db state:failed", "to": ["dba"], "time": "Mon..Fri 03:00-18:00"},
        {"when": "state:late", "to": ["ops"], "go_on": True},
        {"when": "host:web*", "to": ["web"]},
    ]
    channels = {name: {"type": "command"} for name in ("dba", "ops", "web")}
    world = World(database, route=routes, channel=channels)
    world.task(tags=["db"])
    world.move("ok", "failed")
    world.move("ok", "late", host="web1", task="copy")
    world.move("ok", "failed", host="mail", task="copy")
    world.at(MINUTE)

    assert sorted((channel, items[0][0]) for channel, _, items in world.heard()) == [
        ("dba", "db1"),
        ("ops", "web1"),
        ("web", "web1"),
    ]


def test_what_was_said_before_it_was_raised_clears_nothing_and_tells_nothing(world):
    world.at(10 * MINUTE)
    world.move("ok", "late")
    world.at(11 * MINUTE)
    world.heard()

    world.move("late", "ok", event=event_id(9 * 60))
    world.at(30 * HOUR)

    assert (world.heard(), [one.state for one in world.alerts()]) == ([], ["open"])
    world.move("running", "ok", event=event_id(30 * 3600))
    world.at(31 * HOUR)
    assert [kind for _, kind, _ in world.heard()] == ["recovery"]


def test_a_trouble_that_is_older_than_what_is_known_tells_nothing(world):
    world.at(20 * MINUTE)
    world.move("running", "failed", event=event_id(19 * 60))
    world.at(21 * MINUTE)
    world.heard()

    world.move("failed", "lost", event=event_id(5 * 60))
    world.at(40 * MINUTE)

    assert world.heard() == []


def test_another_trouble_of_the_same_task_is_told_and_the_same_again_is_not(world):
    world.move("ok", "failed")
    world.at(MINUTE)
    world.move("running", "failed")
    world.at(2 * MINUTE)
    world.move("failed", "late")
    world.at(3 * MINUTE)

    assert [items[0][2] for *_, items in world.heard()] == ["failed", "late"]
    assert len(world.alerts()) == 1
