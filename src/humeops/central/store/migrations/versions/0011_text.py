# SPDX-License-Identifier: MIT
"""Badges; and an index of parts of messages, filled behind the commit; how far it is, and what it has to come back for.

Without FTS5 or pg_trgm there is no index and no mark: texts are then looked for event by event, as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_FTS5 = """
CREATE VIRTUAL TABLE event_text USING fts5(message, tokenize = 'trigram', content = '', columnsize = 0, detail = none)
"""
_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_CAN_FTS5 = "SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'"
_CAN_TRGM = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"


def upgrade() -> None:
    op.create_table(
        "text_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("upto", sa.LargeBinary(16), nullable=False),
        sa.Column("goal", sa.LargeBinary(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "text_late",
        sa.Column("stays", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.PrimaryKeyConstraint("stays", "id", name=op.f("pk_text_late")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "badge",
        sa.Column("address", _NAME, nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("task", _NAME, nullable=False),
        sa.Column("tag", _NAME, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_badge")),
        sa.UniqueConstraint("host", "task", "tag", name=op.f("uq_badge_host_task_tag")),
        sqlite_with_rowid=False,
    )
    if _make_index(op.get_bind()):
        nothing = {"id": 1, "upto": bytes(16), "goal": bytes(16)}
        op.get_bind().execute(sa.text("INSERT INTO text_mark (id, upto, goal) VALUES (:id, :upto, :goal)"), nothing)


def downgrade() -> None:
    op.drop_table("badge")
    op.execute("DROP TABLE IF EXISTS event_text")
    op.drop_table("text_late")
    op.drop_table("text_mark")


def _make_index(connection: sa.Connection) -> bool:
    if connection.dialect.name == "sqlite":
        if connection.exec_driver_sql(_CAN_FTS5).scalar_one():
            connection.exec_driver_sql(_FTS5)
            return True
        return False
    if not connection.exec_driver_sql(_CAN_TRGM).scalar_one():
        return False
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except sa.exc.DBAPIError:  # this user may not
        return False
    connection.exec_driver_sql("CREATE TABLE event_text (id bytea PRIMARY KEY, folded text NOT NULL)")
    # What waits to go into the index is looked through by each search: kB of it, not the usual 4 MB.
    how = "USING gin (folded gin_trgm_ops) WITH (gin_pending_list_limit = 512)"
    connection.exec_driver_sql(f"CREATE INDEX ix_event_text_folded ON event_text {how}")
    # The planner has to know a rare text from a common one, of which the newest are found by reading backwards.
    connection.exec_driver_sql("ALTER TABLE event_text ALTER COLUMN folded SET STATISTICS 1000")
    return True
