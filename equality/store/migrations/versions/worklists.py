"""Lists of cells that teams settle, how far they came by later snapshots, and audit samples with their findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; an earlier store has neither lists nor samples."""
    op.create_table(
        "worklists",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("source", sa.String, nullable=False, index=True),
        sa.Column("snapshot_id", sa.String, sa.ForeignKey("snapshots.id"), nullable=False),
        sa.Column("wanted", sa.JSON, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("cells", sa.Integer, nullable=False),
    )
    op.create_table(
        "worklist_changes",
        sa.Column("list_id", sa.String(32), sa.ForeignKey("worklists.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("team", sa.String, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "worklist_counts",
        sa.Column("list_id", sa.String(32), sa.ForeignKey("worklists.id"), primary_key=True),
        sa.Column("snapshot_id", sa.String, sa.ForeignKey("snapshots.id"), primary_key=True),
        sa.Column("team", sa.String, primary_key=True),
        sa.Column("characteristic", sa.String, primary_key=True),
        sa.Column("was", sa.String, primary_key=True),
        sa.Column("now", sa.String, primary_key=True),
        sa.Column("cells", sa.Integer, nullable=False),
    )
    op.create_table(
        "audit_samples",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("source", sa.String, nullable=False, index=True),
        sa.Column("snapshot_id", sa.String, sa.ForeignKey("snapshots.id"), nullable=False),
        sa.Column("wanted", sa.JSON, nullable=False),
        sa.Column("design", sa.JSON, nullable=False),
        sa.Column("strata", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String, nullable=False),
    )
    op.create_table(
        "audit_findings",
        sa.Column("sample_id", sa.String(32), sa.ForeignKey("audit_samples.id"), primary_key=True),
        sa.Column("item", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("finding", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String, nullable=False),
    )
