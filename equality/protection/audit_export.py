"""Entries of the audit log as tables and as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl

from equality.protection.audit import Entry, canonical

_COLUMNS = ("number", "at", "who", "role", "act", "about", "reason", "hash")


def entries_frame(entries: Sequence[Entry]) -> pl.DataFrame:
    """Entries as a table: number, at (UTC), who, role, act, about (JSON), reason, hash."""
    rows = [
        {name: getattr(e, name) for name in _COLUMNS} | {"about": json.dumps(e.about, ensure_ascii=False)}
        for e in entries
    ]
    return pl.DataFrame(rows, schema={name: pl.Int64 if name == "number" else pl.String for name in _COLUMNS})


def json_lines(entries: Sequence[Entry]) -> str:
    """Entries one a line, with their hashes: what another program needs to verify them."""
    return "".join(f"{canonical(vars(entry))}\n" for entry in entries)
