# SPDX-License-Identifier: MIT
"""PostgreSQL keeps events in parts of a week, by the time in their ids; nothing is lost or doubled between the parts."""

import pytest

from humeops.central.store import partitions
from humeops.central.store.questions import events
from tests.contract.looking import ask, take
from tests.fixtures.events import NOON, SECOND, say

DAY = 86_400
WEEK = 7 * DAY


@pytest.fixture
def engine():
    return "postgresql"


def provide(database, now_ns=NOON):
    with database.writing() as connection:
        return partitions.provide(connection, now_ns)


def parts(database):
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT tableoid::regclass::text, count(*) FROM event GROUP BY 1")
        return {name: count for name, count in found}  # noqa: C416 - rows are no pairs to mypy


def test_the_weeks_around_now_are_made_once(database):
    made = provide(database)

    assert made == ["event_2026_11_16", "event_2026_11_23", "event_2026_11_30", "event_2026_12_07"]
    assert provide(database) == []
    assert provide(database, NOON + WEEK * SECOND) == ["event_2026_12_14"]


def test_each_event_lies_in_the_week_in_which_it_was_said(database, agent):
    provide(database)

    take(database, agent, say("log", 1), say("log", 8 * DAY), say("log", -300 * DAY, mono=0), say("log", 300 * DAY))

    assert parts(database) == {"event_2026_11_23": 1, "event_2026_11_30": 1, "event_default": 2}


def test_what_waited_in_the_default_part_moves_with_its_week_and_its_copies_are_known(database, agent):
    said = [say("log", number * DAY) for number in range(5)]
    take(database, agent, *said)
    before = parts(database)

    provide(database)

    assert before == {"event_default": 5}
    assert sum(parts(database).values()) == 5
    assert "event_default" not in parts(database)
    assert take(database, agent, *said).known == 5
    assert len(ask(database, events.find, events.Filter(), False)) == 5


def test_a_span_of_time_is_looked_for_only_in_its_weeks(database, agent):
    provide(database)
    take(database, agent, say("log", 1))
    span = (events._first_key(NOON), events._first_key(NOON + DAY * SECOND))

    with database.reading() as connection:
        found = connection.exec_driver_sql("EXPLAIN SELECT message FROM event WHERE id >= %s AND id <= %s", span)
        plan = "\n".join(row[0] for row in found)

    assert "event_2026_11_23" in plan
    assert "event_2026_12_07" not in plan
    assert "event_default" not in plan
