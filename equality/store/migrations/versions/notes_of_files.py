"""What reading noted about each file: the encoding it was converted from, a heading that stands twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the notes; nobody kept those of earlier files."""
    op.add_column("files", sa.Column("notes", sa.JSON, nullable=False, server_default="[]"))
