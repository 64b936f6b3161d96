# SPDX-License-Identifier: MIT
"""What somebody who was granted some tasks is told of what keeps them quiet: no name of a task or a host that is not his."""

import pytest

from humeops.api import discretion
from humeops.central.store.questions.alerts import Entry
from humeops.filters import parsing
from humeops.filters.tree import EVERYTHING
from tests.contract.alerting import World

HIS = parsing.parse("task:backup")


@pytest.fixture
def seen(database):
    world = World(database)
    for task in ("backup", "postgres"):
        world.task(task=task)

    def ask(text, within=HIS):
        with database.reading() as connection:
            return discretion.above(connection, within, "web1", text)

    return ask


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("db1:postgres is late", "something that it depends on is late"),
        ("db1:backup is late", "db1:backup is late"),
        ("the run of db1:postgres it is part of is failed", "something that it depends on is failed"),
        ("db1 is silent", "something that it depends on is silent"),
        ("web1 is silent", "web1 is silent"),
        ("silenced", "silenced"),
        ("", ""),
    ],
)
def test_only_what_may_be_seen_is_named(seen, text, told):
    assert seen(text) == told
    assert seen(text, EVERYTHING) == text


def test_of_the_history_only_what_keeps_it_quiet_is_worded_anew(database):
    raised, held = Entry(1, "raised", "the disk is full"), Entry(2, "held", "db1:postgres is late")
    with database.reading() as connection:
        told = discretion.history(connection, HIS, "web1", [raised, held])

    assert [one.text for one in told] == ["the disk is full", "something that it depends on is late"]
