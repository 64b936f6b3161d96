# SPDX-License-Identifier: MIT
"""An index of tasks by their name, then host: a page by task reads what it shows, not all tasks to sort them."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index("ix_task_task", "task", ["task", "host"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_task_task", table_name="task")
