# SPDX-License-Identifier: MIT
"""What people add to what machines say: notes, troubles taken, what a task is about."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0003"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("run", sa.LargeBinary(16)),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_task", "note", ["host", "task", "id"])
    op.create_table(
        "about",
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("runbook", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", "task", name=op.f("pk_about")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("about")
    op.drop_index("ix_note_task", "note")
    op.drop_table("note")
