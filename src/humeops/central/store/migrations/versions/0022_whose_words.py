# SPDX-License-Identifier: MIT
"""Whose word each of description, owner and runbook is: of those that are there, whoever wrote last of any of them."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("about", sa.Column("words", sa.Text()))


def downgrade() -> None:
    op.drop_column("about", "words")
