# SPDX-License-Identifier: MIT
"""What was told is found by its time."""

from alembic import op

revision = "0019"
down_revision = "0016"


def upgrade() -> None:
    op.create_index("ix_notification_at", "notification", ["at"])


def downgrade() -> None:
    op.drop_index("ix_notification_at", "notification")
