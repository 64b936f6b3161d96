# SPDX-License-Identifier: MIT
"""Tags that people give to tasks, with who and when.

Both may be empty: an older hume beside this one goes on writing tasks, and until a newer one hears of such a task again
it lacks what was given to it. Downwards a task keeps what was given until it is heard of again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("task", sa.Column("given_tags", sa.Text()))
    op.add_column("about", sa.Column("tags", sa.Text()))


def downgrade() -> None:
    op.drop_column("about", "tags")
    op.drop_column("task", "given_tags")
