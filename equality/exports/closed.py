"""Months whose counts are closed, because records that were counted in them have been purged.

Such a month can never be counted again: some of its records are gone, and others may be delivered once more by a
later extract, which nobody could tell from those that are gone without keeping who they were about. So its counts
stay as they were in the last snapshot before the purge, are carried into every later one, and records of that month
are kept as delivered but no longer counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
import polars.selectors as cs

from equality.measures.dimensions import DIMENSIONS, NOT_RECORDED
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot


class ClosedMonths:
    """The closed months of one source, as a new extract finds them."""

    def __init__(self, registry: Registry, earlier: Sequence[Snapshot]) -> None:
        self._registry, self._earlier = registry, earlier

    def _on(self, day: date) -> tuple[list[str], Snapshot | None]:
        known = [s for s in self._earlier if s.extract_date <= day]
        months = sorted({month for s in known for month in s.closed_months})
        return months, known[-1] if known and months else None

    def open(self, state: pl.LazyFrame, day: date) -> pl.LazyFrame:
        """The records that are still to be counted."""
        months, _ = self._on(day)
        return state.filter(~pl.col("month").is_in(months)) if months else state

    def carried_into(self, counts: pl.DataFrame, day: date, table: str = "counts") -> pl.DataFrame:
        """Counts with those of the closed months beside them; `table` names one of `EVIDENCE` if it is not the counts
        by state.
        """
        months, before = self._on(day)
        stored = self._registry.table(before, table) if before else None
        if stored is None:
            return counts
        kept = stored.filter(pl.col("month").is_in(months)).collect()
        together = pl.concat([counts, kept], how="diagonal_relaxed")
        dimensions = [name for name in together.columns if name in DIMENSIONS]
        return together.with_columns(
            pl.col(dimensions).fill_null(NOT_RECORDED), cs.by_name("flags", require_all=False).fill_null(0)
        )
