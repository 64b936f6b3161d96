# SPDX-License-Identifier: MIT
"""What contract tests do with a store: give it batches, ask it, and look at all that it holds."""

import sqlalchemy as sa
from hypothesis import strategies as st

from humeops.central import intake
from humeops.central.store import tables
from tests.fixtures.events import HEARD, body_of
from tests.fixtures.events import words as drawn_words

distinct_words = st.lists(drawn_words(), max_size=6, unique_by=lambda event: event.id)


def take(database, agent, *said, heard=HEARD, **more):
    return intake.take(database, agent, body_of(*said, **more), heard)


def ask(database, question, wanted, *more):
    with database.reading() as connection:
        return question(connection, wanted, *more, 1_000, None).rows


def content(database):
    """Return everything that has to be the same whatever way events took."""
    with database.reading() as connection:
        return {
            table.name: sorted(
                tuple(
                    value
                    for column, value in row._mapping.items()
                    if column not in ("epoch", "seq", "received_at", "version")
                )
                for row in connection.execute(sa.select(table))
            )
            for table in (
                tables.event,
                tables.run,
                tables.run_tag,
                tables.task,
                tables.task_tag,
                tables.datum,
                tables.run_flag,
                tables.run_datum,
                tables.task_usual,
            )
        }


def count(database, table):
    with database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def moves(database):
    """Return the changes of state in the order in which they came: host, task, from, to, run, event, reason."""
    with database.reading() as connection:
        made = connection.execute(sa.select(tables.transition).order_by(tables.transition.c.id)).all()
    return [(*tuple(row)[1:7], row.reason) for row in made]
