# SPDX-License-Identifier: MIT
"""What is expected of tasks: watches, their patterns, the watchers' common word, silent hosts, open runs by task."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# As in tables: names are compared byte by byte in every engine.
_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("agent", sa.Column("silent_since", sa.BigInteger(), nullable=True))
    op.add_column("task", sa.Column("told", _NAME, nullable=True))
    _partial_index("ix_run_open", "run", ["host", "task"], "state = 'running'")
    op.create_table(
        "watch",
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("pattern", sa.Integer(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("fault_at", sa.BigInteger(), nullable=True),
        sa.Column("sign_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("expected_at", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("host", "task", name=op.f("pk_watch")),
        sqlite_with_rowid=False,
    )
    _partial_index("ix_watch_due", "watch", ["due"], "due IS NOT NULL")
    op.create_index("ix_watch_state", "watch", ["state", "host", "task"], unique=False)
    op.create_table(
        "watch_pattern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("tag", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_pattern")),
        sa.UniqueConstraint("host", "tag", "task", name=op.f("uq_watch_pattern_host_tag_task")),
    )
    op.create_table(
        "watching",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("beat_at", sa.BigInteger(), nullable=True),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watching")),
    )


def downgrade() -> None:
    # What is shown falls back to what the events tell; tasks of which nothing was ever heard are known only by their watch.
    connection = op.get_bind()
    connection.exec_driver_sql("UPDATE task SET state = told WHERE told IS NOT NULL")
    connection.exec_driver_sql("DELETE FROM task WHERE last_run IS NULL AND loose_first_at IS NULL")
    for table in ("watching", "watch_pattern", "watch"):
        op.drop_table(table)
    op.drop_index("ix_run_open", table_name="run")
    op.drop_column("task", "told")
    op.drop_column("agent", "silent_since")


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
