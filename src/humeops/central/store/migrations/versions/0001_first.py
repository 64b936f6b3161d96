# SPDX-License-Identifier: MIT
"""The first schema: agents and what opens the door, events, and what is known of runs, tasks and data."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# As in tables: names are compared byte by byte in every engine.
_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.Column("skew", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("host", name=op.f("uq_agent_host")),
    )
    op.create_table(
        "datum",
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("key", _NAME, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.LargeBinary(length=16), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("run", sa.LargeBinary(length=16), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("host", "task", "key", name=op.f("pk_datum")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dead_letter",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "seq", name=op.f("pk_dead_letter")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("mono", sa.BigInteger(), nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("run", sa.LargeBinary(length=16), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=True),
        sa.Column("rest", sa.Text(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_with_rowid=False,
        postgresql_partition_by="RANGE (id)",
    )
    if op.get_context().dialect.name == "postgresql":
        # Whatever no other partition is for: ids of clocks that are far off. The others are made as time goes (partitions).
        op.execute("CREATE TABLE event_default PARTITION OF event DEFAULT")
    op.create_index("ix_event_host", "event", ["host"], unique=False)
    op.create_index(
        "ix_event_run",
        "event",
        ["run"],
        unique=False,
        sqlite_where=sa.text("run IS NOT NULL"),
        postgresql_where=sa.text("run IS NOT NULL"),
    )
    op.create_index(
        "ix_event_trouble",
        "event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("level >= 3"),
        postgresql_where=sa.text("level >= 3"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("short", _NAME, nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("duration", sa.BigInteger(), nullable=True),
        sa.Column("last_event_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_run_short", "run", ["short"], unique=False)
    op.create_index("ix_run_started_at", "run", ["started_at", "id"], unique=False)
    op.create_index("ix_run_state", "run", ["state", "started_at", "id"], unique=False)
    op.create_index("ix_run_task", "run", ["host", "task", "started_at", "id"], unique=False)
    op.create_table(
        "run_tag",
        sa.Column("run", sa.LargeBinary(length=16), nullable=False),
        sa.Column("tag", _NAME, nullable=False),
        sa.PrimaryKeyConstraint("run", "tag", name=op.f("pk_run_tag")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_run_tag_tag", "run_tag", ["tag", "run"], unique=False)
    op.create_table(
        "task",
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("last_event_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("last_run", sa.LargeBinary(length=16), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("loose_tags", sa.Text(), nullable=False),
        sa.Column("loose_first_at", sa.BigInteger(), nullable=True),
        sa.Column("loose_last_at", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("host", "task", name=op.f("pk_task")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_task_state", "task", ["state", "host", "task"], unique=False)
    op.create_table(
        "task_tag",
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("tag", _NAME, nullable=False),
        sa.PrimaryKeyConstraint("host", "task", "tag", name=op.f("pk_task_tag")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_task_tag_tag", "task_tag", ["tag", "host", "task"], unique=False)
    op.create_table(
        "transition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("run", sa.LargeBinary(length=16), nullable=True),
        sa.Column("event", sa.LargeBinary(length=16), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transition")),
    )
    op.create_index("ix_transition_task", "transition", ["host", "task", "id"], unique=False)
    op.create_table(
        "agent_epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Integer(), nullable=False),
        sa.Column("epoch", _NAME, nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("written_off", sa.BigInteger(), nullable=False),
        sa.Column("committed_upto", sa.BigInteger(), nullable=False),
        sa.Column("silently_lost", sa.BigInteger(), nullable=False),
        sa.Column("declared_lost", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agent.id"], name=op.f("fk_agent_epoch_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_epoch")),
        sa.UniqueConstraint("agent", "epoch", name=op.f("uq_agent_epoch_agent_epoch")),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("agent", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["agent"], ["agent.id"], name=op.f("fk_credential_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("hash", name=op.f("uq_credential_hash")),
    )
    op.create_table(
        "agent_range",
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["epoch"], ["agent_epoch.id"], name=op.f("fk_agent_range_epoch")),
        sa.PrimaryKeyConstraint("epoch", "first", name=op.f("pk_agent_range")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("agent_range")
    op.drop_table("credential")
    op.drop_table("agent_epoch")
    op.drop_index("ix_transition_task", table_name="transition")
    op.drop_table("transition")
    op.drop_index("ix_task_tag_tag", table_name="task_tag")
    op.drop_table("task_tag")
    op.drop_index("ix_task_state", table_name="task")
    op.drop_table("task")
    op.drop_index("ix_run_tag_tag", table_name="run_tag")
    op.drop_table("run_tag")
    op.drop_index("ix_run_task", table_name="run")
    op.drop_index("ix_run_state", table_name="run")
    op.drop_index("ix_run_started_at", table_name="run")
    op.drop_index("ix_run_short", table_name="run")
    op.drop_table("run")
    op.drop_index(
        "ix_event_trouble",
        table_name="event",
        sqlite_where=sa.text("level >= 3"),
        postgresql_where=sa.text("level >= 3"),
    )
    op.drop_index(
        "ix_event_run",
        table_name="event",
        sqlite_where=sa.text("run IS NOT NULL"),
        postgresql_where=sa.text("run IS NOT NULL"),
    )
    op.drop_index("ix_event_host", table_name="event")
    op.drop_table("event")
    op.drop_table("dead_letter")
    op.drop_table("datum")
    op.drop_table("agent")
