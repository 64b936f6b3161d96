# SPDX-License-Identifier: MIT
"""How the humed of each host fares, as its keepalive said last."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("agent", sa.Column("health", sa.Text(), nullable=True))
    op.add_column("agent", sa.Column("health_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("agent", "health_at")
    op.drop_column("agent", "health")
