# SPDX-License-Identifier: MIT
"""What a task is for: what people say of it goes before what its watch declares, member by member, and so it is told everywhere."""

import pytest

from humeops.api import views
from humeops.central.details import Details
from humeops.central.notify.message import Item, Message
from humeops.central.store import declaring, people, purposes
from humeops.central.watches import merging
from humeops.central.watches.expectation import Expectation
from humeops.central.watches.merging import Word
from tests.contract.looking import take
from tests.fixtures.events import NOON, a_run

BACKUP = ("db1", "backup")
SAID = {"owner": "the team", "description": "all dumps", "runbook": "https://wiki.example/about"}
DECLARED = {"owner": "ops", "describe": "nightly", "runbook": "https://wiki.example/watch"}
OF_WATCH, OF_ABOUT = Word(merging.FILE, "mia, fleet.toml", NOON), Word(purposes.ABOUT, "ada", NOON + 1)


def declare(database, **parts):
    said = declaring.Declaration(
        *BACKUP, Expectation(every=86_400, **parts), OF_WATCH.maker, OF_WATCH.at, OF_WATCH.source
    )
    assert database.write(lambda connection: declaring.declare(connection, [said], NOON)) == []


def describe(database, **members):
    wish = people.Wish(**members)
    database.write(lambda connection: people.describe(connection, BACKUP, wish, OF_ABOUT.maker, OF_ABOUT.at))


def purpose(database):
    with database.reading() as connection:
        return purposes.of(connection, BACKUP)


@pytest.fixture
def task(database, agent):
    take(database, agent, *a_run())
    return database


def test_what_people_say_goes_before_what_the_watch_declares(task):
    declare(task, **DECLARED)
    describe(task, **SAID)

    assert purpose(task) == purposes.Purpose(**SAID, words=dict.fromkeys(SAID, OF_ABOUT))


def test_a_member_that_people_leave_open_is_the_watch_s(task):
    declare(task, **DECLARED)
    describe(task, **SAID)
    describe(task, owner="", runbook="")

    found = purpose(task)

    assert found[:3] == ("all dumps", "ops", "https://wiki.example/watch")
    assert found.words == {"description": OF_ABOUT, "owner": OF_WATCH, "runbook": OF_WATCH}


@pytest.mark.parametrize("is_watched", [False, True])
def test_where_nobody_says_anything_there_is_nothing(task, is_watched):
    if is_watched:
        declare(task)

    assert purpose(task) == purposes.Purpose()


def test_messages_and_the_api_tell_the_same(task):
    declare(task, **DECLARED)
    describe(task, description="all dumps")
    item = Item(host="db1", task="backup", before="ok", state="failed", reason="exit 3", since_ns=NOON)

    (told,) = Details(task).enrich(Message(key="k", kind="problem", time_ns=NOON, items=(item,))).items

    with task.reading() as connection:
        shown = views.about_view(people.about(connection, BACKUP), purposes.of(connection, BACKUP))
    expected = ("all dumps", "ops", "https://wiki.example/watch")
    assert (told.description, told.owner, told.runbook) == expected
    assert (shown.description, shown.owner, shown.runbook) == expected
    assert {member: word.source for member, word in shown.words.items()} == {
        "description": "about",
        "owner": "file",
        "runbook": "file",
    }
