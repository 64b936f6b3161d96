# SPDX-License-Identifier: MIT
"""A floor under which lines of the audit log may go, silences within a grant, people of a provider, grants that end, certificates of agents."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_REFUSES = "the audit log is only added to"
_FLOOR = "(SELECT floor FROM audit_floor WHERE id = 1)"
_SQLITE = [
    "DROP TRIGGER audit_stays_delete",
    "CREATE TRIGGER audit_stays_delete BEFORE DELETE ON audit "
    f"WHEN OLD.id >= coalesce({_FLOOR}, 0) BEGIN SELECT RAISE(ABORT, '{_REFUSES}'); END",
]
_SQLITE_BEFORE = [
    "DROP TRIGGER audit_stays_delete",
    f"CREATE TRIGGER audit_stays_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSES}'); END",
]
_POSTGRESQL = [
    "DROP TRIGGER audit_stays ON audit",
    "CREATE TRIGGER audit_stays BEFORE UPDATE OR TRUNCATE ON audit EXECUTE FUNCTION audit_stays()",
    "CREATE FUNCTION audit_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF OLD.id >= coalesce({_FLOOR}, 0) THEN RAISE EXCEPTION '{_REFUSES}'; END IF; RETURN OLD; END $$",
    "CREATE TRIGGER audit_goes BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_goes()",
]
_POSTGRESQL_BEFORE = [
    "DROP TRIGGER audit_goes ON audit",
    "DROP FUNCTION audit_goes()",
    "DROP TRIGGER audit_stays ON audit",
    "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION audit_stays()",
]


def upgrade() -> None:
    floor = op.create_table(
        "audit_floor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_floor")),
    )
    op.bulk_insert(floor, [{"id": 1, "floor": 0}])
    for statement in _SQLITE if _is_sqlite() else _POSTGRESQL:
        op.execute(statement)
    op.add_column("silence", sa.Column("within", sa.Text(), nullable=False, server_default=""))
    op.add_column("person", sa.Column("subject", sa.Text()))
    op.create_index("ix_person_subject", "person", ["subject"], unique=True)
    op.add_column("person_grant", sa.Column("until", sa.BigInteger()))
    op.add_column("credential", sa.Column("certificate", sa.Text(), nullable=False, server_default=""))
    op.add_column("enrolment", sa.Column("certificate", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("enrolment", "certificate")
    op.drop_column("credential", "certificate")
    op.drop_column("person_grant", "until")
    op.drop_index("ix_person_subject", "person")
    op.drop_column("person", "subject")
    op.drop_column("silence", "within")
    for statement in _SQLITE_BEFORE if _is_sqlite() else _POSTGRESQL_BEFORE:
        op.execute(statement)
    op.drop_table("audit_floor")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
