# SPDX-License-Identifier: MIT
"""A database that refuses certain rows, as one with a constraint of its own would: told in each engine's way."""

from humeops.central.store.database import Database

_SQLITE = """
CREATE TRIGGER refuse BEFORE INSERT ON {table} WHEN NEW.{column} = '{value}'
BEGIN SELECT RAISE(ABORT, 'refused on purpose'); END
"""
_POSTGRESQL = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'refused on purpose' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW WHEN (NEW.{column} = '{value}') EXECUTE FUNCTION refuse();
"""


def refuse(database: Database, table: str, column: str, value: str) -> None:
    """Refuse rows of this table with this value from now on."""
    with database.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(_SQLITE.format(table=table, column=column, value=value))
            return
        for statement in _POSTGRESQL.format(table=table, column=column, value=value).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)


def allow(database: Database) -> None:
    """Take them again."""
    with database.writing() as connection:
        where = "" if connection.dialect.name == "sqlite" else " ON event"
        connection.exec_driver_sql(f"DROP TRIGGER refuse{where}")
