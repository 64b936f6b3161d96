# SPDX-License-Identifier: MIT
"""Whose word each part of a watch is; which pattern a task has heard of. What was told is found by its time."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("watch") as watch:
        watch.add_column(sa.Column("parts", sa.Text(), nullable=False, server_default="{}"))
    op.create_table(
        "watch_given",
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("pattern", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("host", "task", "pattern", name=op.f("pk_watch_given")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_watch_given_pattern", "watch_given", ["pattern", "host", "task"])
    op.execute(
        "INSERT INTO watch_given (host, task, pattern, made_at) "
        "SELECT host, task, pattern, made_at FROM watch WHERE pattern IS NOT NULL"
    )
    op.create_index("ix_notification_at", "notification", ["at"])


def downgrade() -> None:
    op.drop_index("ix_notification_at", "notification")
    op.drop_index("ix_watch_given_pattern", "watch_given")
    op.drop_table("watch_given")
    op.execute("ALTER TABLE watch DROP COLUMN parts")
