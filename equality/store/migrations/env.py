"""Runs migrations on the connection that `equality.store.database` hands over."""

from __future__ import annotations

from alembic import context

from equality.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can take DDL back, but Alembic does not expect it: a migration that is killed must leave nothing.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
