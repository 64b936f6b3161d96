# SPDX-License-Identifier: MIT
"""Alerts: what waits to be looked at, alerts and their history, what people wrote of them, silences, and what is to be told.

What changed before this schema was there is told to nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TABLES = (
    "outbox",
    "alert_entry",
    "alert",
    "alert_book",
    "alerting",
    "silence",
    "notification",
    "digest",
    "channel_health",
)


def upgrade() -> None:
    late = sa.text("from_state = 'late'")
    op.create_index("ix_transition_late", "transition", ["run"], sqlite_where=late, postgresql_where=late)
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("trouble", _NAME, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("silenced_until", sa.BigInteger(), nullable=True),
        sa.Column("together", _NAME, nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(
        "ix_alert_current",
        "alert",
        ["host", "task"],
        unique=True,
        sqlite_where=sa.text("state != 'closed'"),
        postgresql_where=sa.text("state != 'closed'"),
    )
    op.create_index(
        "ix_alert_due",
        "alert",
        ["due"],
        unique=False,
        sqlite_where=sa.text("due IS NOT NULL"),
        postgresql_where=sa.text("due IS NOT NULL"),
    )
    op.create_index("ix_alert_task", "alert", ["host", "task", "opened_at"], unique=False)
    op.create_index(
        "ix_alert_together",
        "alert",
        ["together"],
        unique=False,
        sqlite_where=sa.text("together IS NOT NULL"),
        postgresql_where=sa.text("together IS NOT NULL"),
    )
    op.create_table(
        "alert_book",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_book")),
    )
    op.create_table(
        "alert_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", _NAME, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_entry")),
    )
    op.create_index("ix_alert_entry_alert", "alert_entry", ["alert", "id"], unique=False)
    op.create_table(
        "alerting",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("beat_at", sa.BigInteger(), nullable=True),
        sa.Column("setup", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerting")),
    )
    op.create_table(
        "channel_health",
        sa.Column("channel", _NAME, nullable=False),
        sa.Column("ok_at", sa.BigInteger(), nullable=True),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("dead_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_health")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "digest",
        sa.Column("channel", _NAME, nullable=False),
        sa.Column("alert", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "alert", name=op.f("pk_digest")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_digest_due", "digest", ["due"], unique=False)
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", _NAME, nullable=False),
        sa.Column("channel", _NAME, nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("key", name=op.f("uq_notification_key")),
    )
    op.create_index("ix_notification_channel", "notification", ["channel", "id"], unique=False)
    op.create_index(
        "ix_notification_due",
        "notification",
        ["due"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "silence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("lasts", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )


def downgrade() -> None:
    # A downgrade loses what was not told yet.
    op.drop_index("ix_transition_late", table_name="transition")
    for table in _TABLES:
        op.drop_table(table)
