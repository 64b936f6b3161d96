# SPDX-License-Identifier: MIT
"""Runs migrations on the connection that `schema` hands over; there is no other way to run them."""

from alembic import context

from humeops.central.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    transaction_per_migration=True,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
