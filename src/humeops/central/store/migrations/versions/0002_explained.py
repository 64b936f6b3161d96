# SPDX-License-Identifier: MIT
"""What explains a run: its parent, its flags and numbers by themselves, what was said of it later, what is usual.

Flags and numbers of the runs that are there are taken from their events, which reads each event once. What is usual is
learnt when a task's next run ends (store.learning).
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# As in tables: names are compared byte by byte in every engine.
_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ID = sa.LargeBinary(length=16)

_FLAGS = """
INSERT INTO run_flag (run, boot, mono, event, time, name)
SELECT run, boot, mono, id, time, {flag} FROM event WHERE kind = 'flag' AND run IS NOT NULL AND {flag} <> ''
"""
# Of each key the last one said; the unit as it was said.
_DATA = """
INSERT INTO run_datum (run, key, value, unit, boot, mono, event)
SELECT run, key, value, unit, boot, mono, event FROM (
  SELECT event.run AS run, {key} AS key, {value} AS value, coalesce({unit}, '') AS unit,
    event.boot AS boot, event.mono AS mono, event.id AS event,
    row_number() OVER (PARTITION BY event.run, {key} ORDER BY event.boot {c} DESC, event.mono DESC, event.id DESC) AS place
  FROM event, {each}
  WHERE event.kind IN ('data', 'stop') AND event.run IS NOT NULL AND {number}
) AS said WHERE place = 1
"""
_SQLITE = {
    "flag": "coalesce(json_extract(rest, '$.flag'), '')",
    "key": "each.key",
    "value": "each.value",
    "unit": "json_extract(event.rest, '$.unit')",
    "each": "json_each(event.rest, '$.data') AS each",
    "number": "each.type IN ('integer', 'real')",
    "c": "",
}
_POSTGRESQL = {
    "flag": "coalesce(rest::json ->> 'flag', '')",
    "key": "each.key",
    "value": "(each.value #>> '{}')::double precision",
    "unit": "event.rest::json ->> 'unit'",
    "each": "json_each(coalesce(event.rest::json -> 'data', '{}')) AS each",
    "number": "json_typeof(each.value) = 'number'",
    "c": 'COLLATE "C"',
}


def upgrade() -> None:
    op.add_column("event", sa.Column("link", _ID, nullable=True))
    _partial_index("ix_event_link", "event", ["link"], "link IS NOT NULL")
    op.add_column("run", sa.Column("parent", _ID, nullable=True))
    _partial_index("ix_run_parent", "run", ["parent", "started_at", "id"], "parent IS NOT NULL")
    _partial_index("ix_run_good", "run", ["host", "task", "started_at", "id"], "state = 'ok'")
    _make_tables()
    words = _POSTGRESQL if op.get_context().dialect.name == "postgresql" else _SQLITE
    for statement in (_FLAGS, _DATA):
        op.get_bind().exec_driver_sql(statement.format(**words))


def downgrade() -> None:
    for table in ("task_usual", "run_datum", "run_flag"):
        op.drop_table(table)
    for name, table in (("ix_run_good", "run"), ("ix_run_parent", "run"), ("ix_event_link", "event")):
        op.drop_index(name, table_name=table)
    op.drop_column("run", "parent")
    op.drop_column("event", "link")


def _make_tables() -> None:
    op.create_table(
        "run_flag",
        sa.Column("run", _ID, nullable=False),
        sa.Column("boot", _NAME, nullable=False),
        sa.Column("mono", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", _ID, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run", "boot", "mono", "event", name=op.f("pk_run_flag")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_datum",
        sa.Column("run", _ID, nullable=False),
        sa.Column("key", _NAME, nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("boot", _NAME, nullable=False),
        sa.Column("mono", sa.BigInteger(), nullable=False),
        sa.Column("event", _ID, nullable=False),
        sa.PrimaryKeyConstraint("run", "key", name=op.f("pk_run_datum")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task_usual",
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("runs", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", "task", name=op.f("pk_task_usual")),
        sqlite_with_rowid=False,
    )


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
