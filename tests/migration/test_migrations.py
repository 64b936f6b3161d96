# SPDX-License-Identifier: MIT
"""Migrations make the schema that the code expects, keep the data, and refuse what they do not know."""

import alembic.autogenerate
import alembic.runtime.migration
import pytest
import sqlalchemy as sa

from humeops.central import intake
from humeops.central.store import agents, schema, tables
from humeops.central.store.questions import runs
from humeops.central.store.sqlitefile import SqliteDatabase
from humeops.errors import ConfigError, UnavailableError
from tests.fixtures.events import NOON, a_run, body_of


@pytest.fixture
def database(tmp_path):
    made = SqliteDatabase(tmp_path / "central.db")
    yield made
    made.close()


def fill(database):
    with database.writing() as connection:
        agent = intake.Agent(agents.find_or_make_agent(connection, "db1", NOON), "db1")
    return intake.take(database, agent, body_of(*a_run()), NOON)


def names(database):
    with database.reading() as connection:
        return set(sa.inspect(connection).get_table_names())


def is_ours(name, kind, _parents):
    # The index of texts and what FTS5 keeps it in: another thing in each engine.
    return kind != "table" or not name.startswith("event_text")


def test_the_migrations_make_exactly_the_tables_of_the_code(database):
    schema.upgrade(database)

    with database.reading() as connection:
        opts = {"compare_type": True, "include_name": is_ours}
        context = alembic.runtime.migration.MigrationContext.configure(connection, opts=opts)
        assert alembic.autogenerate.compare_metadata(context, tables.metadata) == []
        assert schema.current(connection) == schema.newest()


def test_tables_without_row_numbers_are_made_so(database):
    schema.upgrade(database)

    with database.reading() as connection:
        made = dict(connection.exec_driver_sql("SELECT name, wr FROM pragma_table_list WHERE schema = 'main'").all())
    wanted = {
        table.name: int(table.dialect_options["sqlite"]["with_rowid"] is False)
        for table in tables.metadata.sorted_tables
    }
    assert {name: made[name] for name in wanted} == wanted


def test_indexes_that_cover_a_part_of_a_table_are_made_so(database):
    schema.upgrade(database)

    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE name LIKE 'ix_event_%'")
        made = dict(found.all())
    assert "WHERE run IS NOT NULL" in made["ix_event_run"]
    assert "WHERE level >= 3" in made["ix_event_trouble"]


def test_migrating_again_changes_nothing_and_keeps_the_data(database):
    schema.upgrade(database)
    fill(database)

    schema.upgrade(database)

    with database.reading() as connection:
        assert len(runs.find(connection, runs.Filter(), 10, None).rows) == 1


def test_the_schema_goes_down_with_data_in_place_and_up_again(database):
    schema.upgrade(database)
    fill(database)

    schema.downgrade(database, "base")
    assert names(database) <= {"alembic_version"}

    schema.upgrade(database)
    assert fill(database).stored == 2


def test_a_migration_that_fails_leaves_the_schema_before_it(database):
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE task (something INTEGER)")

    with pytest.raises(sa.exc.OperationalError):
        schema.upgrade(database)

    assert names(database) == {"task"}


def test_a_database_of_a_newer_version_is_refused(database):
    schema.upgrade(database)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(ConfigError, match="newer"):
        schema.upgrade(database)


def test_a_second_process_is_kept_out(database, tmp_path):
    with pytest.raises(UnavailableError, match="another hume-central"):
        SqliteDatabase(tmp_path / "central.db")
