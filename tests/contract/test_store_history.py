# SPDX-License-Identifier: MIT
"""What a piece of data was before: by runs and outside of them, in order, page by page, without reading what it does not show."""

import pytest

from humeops.central.store.questions import history
from tests.contract.looking import take
from tests.fixtures.events import NOON, SECOND, a_run, say

NAME = ("db1", "backup", "bytes")


@pytest.fixture
def told(database, agent):
    runs = [
        event for at in (0, 100) for event in a_run(say("data", at + 1, data={"bytes": at}), begins=at, ends=at + 9)
    ]
    loose = [say("data", 50, data={"bytes": 50, "more": 1}), say("data", 150, data={"bytes": "none"}), say("data", 160)]
    others = [say("data", 60, task="other", data={"bytes": 1}), say("log", 70, data={"bytes": 2})]
    take(database, agent, *runs, *loose, *others)
    return database


def pages(database, limit):
    after = None
    found: list[history.Point] = []
    while True:
        with database.reading() as connection:
            page = history.find(connection, NAME, limit, after)
        found += page.rows
        if page.next is None:
            return found
        after = page.next


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_all_that_was_told_is_there_once_the_newest_first(told, limit):
    found = pages(told, limit)

    assert [(point.at - NOON) // SECOND for point in found] == [150, 100, 50, 0]
    assert [point.value for point in found] == ["none", 100, 50, 0]
    assert [bool(point.run) for point in found] == [False, True, False, True]
    assert all((point.run is None) != (point.event is None) for point in found)


def test_other_names_in_between_only_make_more_pages(told, monkeypatch):
    monkeypatch.setattr(history, "LOOKED_AT", 1)

    assert [point.value for point in pages(told, 10)] == ["none", 100, 50, 0]
