"""The rows of an extract that became no records, as a file for those who mend them."""

from __future__ import annotations

from typing import Final

import polars as pl

from equality.store.registry import Registry
from equality.store.snapshot import Snapshot

SHEET: Final = "Rejected rows"
_FIRST: Final = {"source_file": "file", "source_row": "row", "line": "line", "reason": "reason", "raw_text": "raw_text"}


def rejected_rows(registry: Registry, snapshot: Snapshot) -> pl.DataFrame:
    """The rows of an extract that were set aside, in the files' order.

    Columns: `file`, `row` (1 is the first below the headings), `line` in the file, `reason`, `raw_text` (the row as it
    stands; null for a duplicate, whose fields stand beside), then every field as the export had it. Of synthetic people
    a last column `data_status` says so.

    Raises:
        StoreError: if they were purged.
    """
    held = registry.rejected(snapshot)
    schema = held.collect_schema()
    named = [
        pl.col(old).alias(new) if old in schema else pl.lit(None, pl.String).alias(new) for old, new in _FIRST.items()
    ]
    fields = [pl.col(name).alias(name.removesuffix("_raw")) for name in schema if name.endswith("_raw")]
    marked = [pl.lit("SYNTHETIC").alias("data_status")] if snapshot.synthetic else []
    return held.select(*named, *fields, *marked).sort("file", "row", maintain_order=True).collect(engine="streaming")


def reasons(registry: Registry, snapshot: Snapshot) -> pl.DataFrame:
    """Why rows of an extract were set aside: `reason`, `rows`, the most frequent first.

    Raises:
        StoreError: if they were purged.
    """
    counted = registry.rejected(snapshot).group_by("reason").agg(pl.len().alias("rows"))
    return counted.sort("rows", "reason", descending=[True, False]).collect(engine="streaming")
