# SPDX-License-Identifier: MIT
"""How an engine finds what is asked, in its own words; and which of them say that it reads all of a table."""

import re

import sqlalchemy as sa


def analyse(database):
    """Let the engine learn what is there, as its own upkeep does."""
    with database.exclusively() as connection:
        if connection.dialect.name == "postgresql":
            # As its own autovacuum does it.
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql("VACUUM ANALYZE")
        else:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()


def plans(database, ask):
    """Return how the engine finds what this asks for, one line for each table it touches."""
    asked = []

    def note(_connection, _cursor, statement, parameters, *_):
        if not statement.startswith(("SET ", "SAVEPOINT", "RELEASE")):  # how long it may take is no question
            asked.append((statement, parameters))

    with database.reading() as connection:
        sa.event.listen(connection, "before_cursor_execute", note)
        ask(connection)
        sa.event.remove(connection, "before_cursor_execute", note)
        word = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        # The last column of SQLite's, the only one of PostgreSQL's.
        return [
            str(row[-1]) for statement, given in asked for row in connection.exec_driver_sql(word + statement, given)
        ]


def whole(lines, *names):
    """Return the lines that read all of a table, whatever order they do it in."""

    # In PostgreSQL the event table is read by its parts.
    table = "|".join(names)
    reads_all = re.compile(rf"Seq Scan on ({table})(_default|_\d\S*)? |^SCAN ({table})$")
    return [line for line in lines if reads_all.search(line)]
