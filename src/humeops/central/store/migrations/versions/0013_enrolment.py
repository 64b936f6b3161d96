# SPDX-License-Identifier: MIT
"""How hosts are let in: tokens that enrol, who asked, and which humeds speak with one credential."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("agent", sa.Column("process", sa.Text()))
    op.add_column("agent", sa.Column("shared_at", sa.BigInteger()))
    op.create_table(
        "agent_process",
        sa.Column("agent", sa.Integer(), nullable=False),
        sa.Column("process", _NAME, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agent.id"], name=op.f("fk_agent_process_agent")),
        sa.PrimaryKeyConstraint("agent", "process", name=op.f("pk_agent_process")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "enrol_token",
        sa.Column("credential", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hosts", sa.Text(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"], name=op.f("fk_enrol_token_credential")),
        sa.PrimaryKeyConstraint("credential", name=op.f("pk_enrol_token")),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["token"], ["credential.id"], name=op.f("fk_enrolment_token")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("hash", name=op.f("uq_enrolment_hash")),
    )
    op.create_index("ix_enrolment_state", "enrolment", ["state", "id"])


def downgrade() -> None:
    op.drop_table("enrolment")
    op.drop_table("enrol_token")
    op.drop_table("agent_process")
    op.drop_column("agent", "shared_at")
    op.drop_column("agent", "process")
