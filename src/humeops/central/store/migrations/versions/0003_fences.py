# SPDX-License-Identifier: MIT
"""The fences of the stream's partitions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "partition_fence",
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partition", name=op.f("pk_partition_fence")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("partition_fence")
