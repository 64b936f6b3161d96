# SPDX-License-Identifier: MIT
"""What the store promises of tasks whose host may be silent, or is: one word about the host, and none about each task."""

import sqlalchemy as sa

from humeops.central.store import deadlines, tables
from humeops.cli import watchdog
from tests.contract.alerting import World
from tests.contract.test_watches import MINUTE, changes, declare, heard, look, state, take
from tests.fixtures.events import NOON, SECOND, say

WATCHDOG = deadlines.WATCHDOG


def test_what_is_missing_of_a_host_that_has_just_died_waits_until_the_host_is_known_to_be_silent(database, agent):
    declare(database)
    heard(database, at=NOON + 63 * MINUTE)  # and is missing from 65 on

    for minute in range(64, 72):
        look(database, NOON + minute * MINUTE)

    assert [(task, after) for _, task, _, after in changes(database)] == [("", "silent"), ("backup", "unknown")]


def test_what_is_missing_is_told_when_a_host_that_missed_some_words_is_heard_again(database, agent):
    declare(database)
    heard(database, at=NOON + 63 * MINUTE)
    look(database, NOON + 66 * MINUTE)
    assert state(database) == "new"

    heard(database, at=NOON + 66 * MINUTE)
    look(database, NOON + 66 * MINUTE + 15 * SECOND)

    assert state(database) == "late"


def test_a_host_whose_watchdog_goes_quiet_is_silent_though_its_humed_is_heard(database, agent):
    declare(database, every="1h", grace="5m")
    declare(database, task=WATCHDOG, every="5m", grace="5m")
    take(database, agent, say("ping", 50 * MINUTE // SECOND, task=WATCHDOG), at=NOON + 50 * MINUTE)
    for minute in range(51, 70):
        heard(database, at=NOON + minute * MINUTE)
        look(database, NOON + minute * MINUTE)

    assert state(database) == "unknown"
    assert ("db1", "", "heard", "silent") in changes(database)
    assert ("db1", "backup", "new", "late") not in changes(database)


def test_a_host_whose_watchdog_is_heard_again_is_heard(database, agent):
    test_a_host_whose_watchdog_goes_quiet_is_silent_though_its_humed_is_heard(database, agent)

    take(database, agent, say("ping", 70 * MINUTE // SECOND, task=WATCHDOG), at=NOON + 70 * MINUTE)
    look(database, NOON + 70 * MINUTE)
    look(database, NOON + 70 * MINUTE + 15 * SECOND)

    assert ("db1", "", "silent", "heard") in changes(database)
    assert state(database) == "late"


def test_what_fails_on_a_host_of_which_only_the_watchdog_is_quiet_is_told(database, agent):
    world = World(database)
    with database.writing() as connection:
        connection.execute(sa.update(tables.agent).values(silent_since=NOON - 10 * MINUTE, last_seen_at=NOON))
    world.move("ok", "failed")
    world.at(MINUTE)

    assert world.heard() == [("ops", "problem", [("db1", "backup", "failed")])]


def test_a_watchdog_that_never_said_a_word_makes_no_host_silent(database, agent):
    declare(database, task=WATCHDOG, every="5m", grace="5m")
    heard(database, at=NOON + 20 * MINUTE)
    look(database, NOON + 20 * MINUTE)

    assert changes(database) == [("db1", WATCHDOG, "new", "late")]


def test_the_watchdog_has_one_name():
    assert watchdog.TASK == WATCHDOG
