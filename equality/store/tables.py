"""The registry's tables as the newest migration leaves them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

HEAD: Final = "0008"
"""The newest migration in `migrations/versions`: what this code reads and writes."""

metadata = sa.MetaData()

snapshots = sa.Table(
    "snapshots",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("source", sa.String, nullable=False, index=True),
    sa.Column("extract_date", sa.Date, nullable=False),
    sa.Column("loaded_at", sa.DateTime, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("load_id", sa.String, nullable=True),
    sa.Column("records_purged_at", sa.DateTime, nullable=True),
)

files = sa.Table(
    "files",
    metadata,
    sa.Column("snapshot_id", sa.String, sa.ForeignKey("snapshots.id"), nullable=False, index=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("sha256", sa.String, nullable=False, index=True),
    sa.Column("rows_in", sa.Integer, nullable=False),
    sa.Column("accepted", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Column("duplicates", sa.Integer, nullable=False, server_default="0"),
    sa.Column("notes", sa.JSON, nullable=False, server_default="[]"),
)

loads = sa.Table(
    "loads",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("started_at", sa.DateTime, nullable=False),
    sa.Column("ended_at", sa.DateTime, nullable=True),
    sa.Column("outcome", sa.String, nullable=False, index=True),
    sa.Column("files", sa.JSON, nullable=False),
    sa.Column("snapshots", sa.JSON, nullable=False),
    sa.Column("message", sa.Text, nullable=False, server_default=""),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("event_id", sa.String(32), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False, index=True),
    sa.Column("happened_on", sa.Date, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("scope", sa.JSON, nullable=False),
    sa.Column("rebase", sa.Boolean, nullable=False),
    sa.Column("synthetic", sa.Boolean, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("who", sa.String, nullable=False, index=True),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("act", sa.String, nullable=False, index=True),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

audit_guard = sa.Table(
    "audit_guard",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("entries", sa.BigInteger, nullable=False),
    sa.Column("head", sa.String(64), nullable=False),
)

role_changes = sa.Table(
    "role_changes",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("who", sa.String, nullable=False, index=True),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("teams", sa.JSON, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("by", sa.String, nullable=False),
)

setting_changes = sa.Table(
    "setting_changes",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("was", sa.JSON, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

valid_entries = sa.Table(
    "valid_entries",
    metadata,
    sa.Column("entry_id", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("of", sa.String, nullable=False, index=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=True),
    sa.Column("valid_to", sa.Date, nullable=True),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

worklists = sa.Table(
    "worklists",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, unique=True),
    sa.Column("source", sa.String, nullable=False, index=True),
    sa.Column("snapshot_id", sa.String, sa.ForeignKey("snapshots.id"), nullable=False),
    sa.Column("wanted", sa.JSON, nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("cells", sa.Integer, nullable=False),
)

worklist_changes = sa.Table(
    "worklist_changes",
    metadata,
    sa.Column("list_id", sa.String(32), sa.ForeignKey("worklists.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("team", sa.String, nullable=False),
    sa.Column("due", sa.Date, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

worklist_counts = sa.Table(
    "worklist_counts",
    metadata,
    sa.Column("list_id", sa.String(32), sa.ForeignKey("worklists.id"), primary_key=True),
    sa.Column("snapshot_id", sa.String, sa.ForeignKey("snapshots.id"), primary_key=True),
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("characteristic", sa.String, primary_key=True),
    sa.Column("was", sa.String, primary_key=True),
    sa.Column("now", sa.String, primary_key=True),
    sa.Column("cells", sa.Integer, nullable=False),
)

audit_samples = sa.Table(
    "audit_samples",
    metadata,
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

audit_findings = sa.Table(
    "audit_findings",
    metadata,
    sa.Column("sample_id", sa.String(32), sa.ForeignKey("audit_samples.id"), primary_key=True),
    sa.Column("item", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("finding", sa.String, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("who", sa.String, nullable=False),
)
