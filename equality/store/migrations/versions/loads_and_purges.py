"""The history of loads, duplicates per file, and when a snapshot's records were purged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new; earlier snapshots have no load in the history and counted no duplicates."""
    op.add_column("snapshots", sa.Column("load_id", sa.String, nullable=True))
    op.add_column("snapshots", sa.Column("records_purged_at", sa.DateTime, nullable=True))
    op.add_column("files", sa.Column("duplicates", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "loads",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime, nullable=True),
        sa.Column("outcome", sa.String, nullable=False, index=True),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("snapshots", sa.JSON, nullable=False),
        sa.Column("message", sa.Text, nullable=False, server_default=""),
    )
