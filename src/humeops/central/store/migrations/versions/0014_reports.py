# SPDX-License-Identifier: MIT
"""Reports over HTTP that may be sent again: what their keys stand for. And what tasks shared outside of runs, by index."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "report_key",
        sa.Column("agent", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", _NAME, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.LargeBinary(16), nullable=False),
        sa.Column("run", sa.LargeBinary(16), nullable=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("agent", "key", name=op.f("pk_report_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_report_key_at", "report_key", ["at"], unique=False)
    shared = sa.text("kind = 'data' AND run IS NULL")
    op.create_index(
        "ix_event_shared",
        "event",
        ["host", "task", "id"],
        unique=False,
        sqlite_where=shared,
        postgresql_where=shared,
    )


def downgrade() -> None:
    op.drop_index("ix_event_shared", table_name="event")
    op.drop_index("ix_report_key_at", table_name="report_key")
    op.drop_table("report_key")
