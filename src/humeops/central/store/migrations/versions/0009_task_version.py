# SPDX-License-Identifier: MIT
"""A version for each task, so that copies of it are never overwritten by older ones."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # With a default: an older worker beside this one goes on writing tasks without it.
    op.add_column("task", sa.Column("version", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("task", "version")
