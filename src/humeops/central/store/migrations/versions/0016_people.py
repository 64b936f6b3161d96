# SPDX-License-Identifier: MIT
"""People with names and grants, what failed logins leave behind, and the audit log, which triggers keep from being changed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_REFUSES = "the audit log is only added to"
_SQLITE = [
    f"CREATE TRIGGER audit_stays_{act.lower()} BEFORE {act} ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSES}'); END"
    for act in ("UPDATE", "DELETE")
]
# A row that replaces another one is no update to SQLite, and fires no trigger of deletion either.
_SQLITE.append(
    "CREATE TRIGGER audit_stays_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
)
_POSTGRESQL = [
    f"CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_REFUSES}'; END $$",
    "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION audit_stays()",
]


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("password", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("name", name=op.f("uq_person_name")),
    )
    op.create_table(
        "person_grant",
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("role", _NAME, nullable=False),
        sa.Column("filter", _NAME, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_person_grant_person")),
        sa.PrimaryKeyConstraint("person", "role", "filter", name=op.f("pk_person_grant")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "login_failure",
        sa.Column("who", sa.LargeBinary(32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_login_failure")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_login_failure_last_at", "login_failure", ["last_at"])
    with op.batch_alter_table("credential") as credential:
        credential.add_column(sa.Column("person", sa.Integer()))
        credential.add_column(sa.Column("filter", sa.Text(), nullable=False, server_default=""))
        credential.add_column(sa.Column("seen_at", sa.BigInteger()))
        credential.add_column(sa.Column("address", sa.Text(), nullable=False, server_default=""))
        credential.create_foreign_key(op.f("fk_credential_person"), "person", ["person"], ["id"])
    _make_audit()


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("actor", "via", "address", "act", "object", "outcome", "detail")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_stays()")
    with op.batch_alter_table("credential") as credential:
        credential.drop_constraint(op.f("fk_credential_person"), type_="foreignkey")
        for name in ("address", "seen_at", "filter", "person"):
            credential.drop_column(name)
    op.drop_index("ix_login_failure_last_at", "login_failure")
    op.drop_table("login_failure")
    op.drop_table("person_grant")
    op.drop_table("person")
