# SPDX-License-Identifier: MIT
"""How far retention has come, and what it has to look at again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "retention_mark",
        sa.Column("rule", name, nullable=False),
        sa.Column("upto", sa.LargeBinary(16), nullable=False),
        sa.Column("goal", sa.LargeBinary(16), nullable=False),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_retention_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "retention_late",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("kind", name, nullable=False),
        sa.PrimaryKeyConstraint("id", "kind", name=op.f("pk_retention_late")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("retention_late")
    op.drop_table("retention_mark")
