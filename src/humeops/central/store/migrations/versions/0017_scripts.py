# SPDX-License-Identifier: MIT
"""Which scripts run where and how they were signed, and whom hosts are to believe."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "trust_bundle",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_trust_bundle")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "script",
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("place", sa.LargeBinary(32), nullable=False),
        *(sa.Column(name, _NAME, nullable=False) for name in ("path", "sha256", "former")),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("signature", _NAME, nullable=False),
        sa.Column("signer", _NAME, nullable=False),
        sa.Column("version", sa.BigInteger()),
        sa.Column("until", sa.BigInteger()),
        sa.Column("run", sa.LargeBinary(16)),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", "task", "place", name=op.f("pk_script")),
        sqlite_with_rowid=False,
    )
    for name, column, where in (
        ("ix_script_unverified", "at", "signature != '' AND signature != 'ok'"),
        ("ix_script_changed", "since", "former != '' AND signature != 'ok'"),
        ("ix_script_until", "until", "until IS NOT NULL"),
        ("ix_script_at", "at", None),
    ):
        part = sa.text(where) if where else None
        op.create_index(name, "script", [column], sqlite_where=part, postgresql_where=part)


def downgrade() -> None:
    for name in ("ix_script_at", "ix_script_until", "ix_script_changed", "ix_script_unverified"):
        op.drop_index(name, "script")
    op.drop_table("script")
    op.drop_table("trust_bundle")
