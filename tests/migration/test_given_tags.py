# SPDX-License-Identifier: MIT
"""Tags that people give come to a filled database, and go without harm to what scripts said, in every engine."""

import sqlalchemy as sa

from humeops.central.store import people, schema, tables, tagging
from humeops.central.store.questions import tasks
from tests.fixtures.events import NOON, a_run, say
from tests.migration.test_explained import content, database, take  # noqa: F401 - a fixture

BACKUP = ("db1", "backup")


def test_given_tags_go_and_come_and_what_is_said_of_tasks_stays(database):  # noqa: F811 - the fixture
    take(database, *a_run(say("log", 5, tags=["nightly"])))
    schema.downgrade(database, "0019")
    with database.writing() as connection:
        said = "'db1', 'backup', 1, 'mia', 'the team', 'all dumps', ''"
        columns = "host, task, at, author, owner, description, runbook"
        connection.execute(sa.text(f"INSERT INTO about ({columns}) VALUES ({said})"))

    schema.upgrade(database)

    with database.reading() as connection:
        assert people.about(connection, BACKUP) == people.About(1, "mia", "the team", "all dumps", "", [])
        assert tasks.by_names(connection, [BACKUP])[0].tags == ["nightly"]


def test_after_a_way_down_and_up_a_task_has_what_its_script_says(database):  # noqa: F811 - the fixture
    take(database, *a_run(say("log", 5, tags=["nightly"])))
    with database.writing() as connection:
        people.describe(connection, BACKUP, people.Wish(owner="the team", tags=tagging.Change(["team-a"])), "mia", NOON)
    before = content(database, "run", "event", "run_tag")

    schema.downgrade(database, "0019")
    schema.upgrade(database)
    take(database, *a_run(say("log", 105, tags=["nightly"]), begins=100, ends=160), first=9)

    with database.reading() as connection:
        assert people.about(connection, BACKUP) == people.About(NOON, "mia", "the team", tags=[])
        assert list(connection.execute(sa.select(tables.task_tag.c.tag)).scalars()) == ["nightly"]
        assert tasks.by_names(connection, [BACKUP])[0].tags == ["nightly"]
    assert all(set(rows) <= set(content(database, name)[name]) for name, rows in before.items())
