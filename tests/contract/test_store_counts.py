# SPDX-License-Identifier: MIT
"""Events are counted over time, the newest of a window, by level; what is newer than an event is found."""

import pytest

from humeops.central import buckets, indexing
from humeops.central.store.questions import events
from humeops.clock import FakeClock
from humeops.filters import parsing
from tests.contract.looking import take
from tests.fixtures.events import NOON, SECOND, event_id, say

MINUTE = 60 * SECOND


def log(after, **more):
    return say("log", after, **more)


def count(database, since=0, until=600, step=MINUTE, most=100, **more):
    with database.reading() as connection:
        found = events.count(
            connection, events.Filter(**more), NOON + since * SECOND, NOON + until * SECOND, step, most
        )
        assert found.looked_to is None
        return sorted(found.steps)


@pytest.fixture
def filled(database, agent):
    said = [log(1), log(2, level="error"), log(61), log(62), log(130, host="db1", message="disk full"), log(700)]
    take(database, agent, *said)
    return database


def test_each_step_and_level_is_counted(filled):
    assert count(filled) == [(0, 1, 1), (0, 4, 1), (1, 1, 2), (2, 1, 1)]


def test_the_filter_holds(filled):
    assert count(filled, level="error") == [(0, 4, 1)]
    assert count(filled, also=parsing.parse("disk -nothing", "events")) == [(2, 1, 1)]
    assert count(filled, host="db2") == []


def test_a_text_is_counted_with_the_index_and_without(filled, monkeypatch):
    without = count(filled, text="disk full")
    monkeypatch.setattr(indexing, "REST_SECONDS", 0.001)
    assert indexing.Indexing(filled, FakeClock(NOON + 3_600 * SECOND)).run_pass()

    assert count(filled, text="disk full") == without == [(2, 1, 1)]


def test_the_newest_are_counted_when_there_are_more(filled):
    found = count(filled, most=3)

    assert found == [(1, 1, 2), (2, 1, 1)]
    window = buckets.Window(NOON, NOON + 600 * SECOND, MINUTE)
    assert buckets.sort_out(window, found, 3).since == NOON + 2 * MINUTE


def test_what_came_after_an_event_is_found_the_newest_first(database, agent):
    first, second, third = log(1, message="a"), log(2, message="b"), log(3, message="c", level="error")
    take(database, agent, first, second, third)

    with database.reading() as connection:
        found = events.newer(connection, events.Filter(), first.id, 10)
        filtered = events.newer(connection, events.Filter(level="error"), event_id(0), 10)
        none = events.newer(connection, events.Filter(), third.id, 10)

    assert [row.message for row in found] == ["c", "b"]
    assert [row.message for row in filtered] == ["c"]
    assert none == []
