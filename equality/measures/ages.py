"""How old the records of an extract were when it was drawn, and what was known of them: for maturity and for weeks.

A record's fields fill in for weeks. Successive extracts deliver the same records at different ages, so these counts,
kept per extract, say how much is known so many days after recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from equality.measures.dimensions import Selection
from equality.measures.extracted import Extracted
from equality.measures.states import state_column

NAME: Final = "ages"

BANDS: Final = (0, 1, 2, 5, 6, 9, 13, 16, 25, 32, 52, 61)
"""The first age in days of each band. The bands around 3, 7, 14, 28 and 56 days lie evenly on both sides of them."""

POINTS: Final = {0: 0, 1: 1, 2: 3, 6: 7, 13: 14, 25: 28, 52: 56}
"""First age of a band → the age in days for which it stands; bands between them stand for none."""

OLDEST: Final = 371
"""Records that were older than this many days (53 weeks) when the extract was drawn are not counted again."""


def applicable_column(characteristic: str) -> str:
    """The column that counts the records to which a characteristic applies."""
    return f"{characteristic}__applicable"


def valid_column(characteristic: str) -> str:
    """The column that counts those of them whose characteristic is known."""
    return f"{characteristic}__valid"


def build(records: pl.LazyFrame, about: Extracted) -> pl.LazyFrame:
    """Count the records of an extract by age.

    Args:
        records: those that the extract delivered, with their states.
        about: what it holds.

    Returns:
        The export's dimensions, `flags`, `week` (its Monday), `days` (the first age of a band of `BANDS`),
        `extract_date`, and per characteristic two columns of counts: those applicable and those valid.
    """
    flags = pl.col("flags") if "flags" in records.collect_schema().names() else pl.lit(0, dtype=pl.UInt16)
    age = (pl.lit(about.extract_date) - pl.col("recorded_on")).dt.total_days()
    band = pl.lit(BANDS[0], dtype=pl.UInt8)
    for first in BANDS[1:]:
        band = pl.when(age >= first).then(pl.lit(first, dtype=pl.UInt8)).otherwise(band)
    states = {name: pl.col(state_column(name)) for name in about.characteristics}
    return (
        records.filter(age.is_between(0, OLDEST))
        .with_columns(flags.alias("flags"), week=pl.col("recorded_on").dt.truncate("1w"), days=band)
        .group_by(*about.dimensions, "flags", "week", "days")
        .agg(
            *(
                (state != "not_applicable").sum().cast(pl.UInt32).alias(applicable_column(n))
                for n, state in states.items()
            ),
            *((state == "valid").sum().cast(pl.UInt32).alias(valid_column(n)) for n, state in states.items()),
        )
        .with_columns(extract_date=pl.lit(about.extract_date))
    )


def slice_ages(
    tables: Iterable[pl.LazyFrame], *, characteristics: Sequence[str], selection: Selection | None = None
) -> pl.DataFrame:
    """How many of the records of successive extracts were known at which age, within a selection.

    Args:
        tables: the table of each extract, each with the rows of its own extract only.
        characteristics: which to count.
        selection: which records; None means all.

    Returns:
        One row per extract, month, week, age and characteristic that occurs: `extract_date`, `month`, `week`, `days`,
        `characteristic`, `n` (applicable) and `hits` (valid), sorted.
    """
    keys = ["extract_date", "month", "week", "days"]
    wanted = (selection or Selection()).predicate()
    sums = [
        pl.sum(column).cast(pl.Int64) for c in characteristics for column in (applicable_column(c), valid_column(c))
    ]
    counted = pl.collect_all([table.filter(wanted).group_by(keys).agg(sums) for table in tables])
    empty = pl.DataFrame(schema=dict(zip(keys, (pl.Date, pl.String, pl.Date, pl.UInt8), strict=True)))
    wide = pl.concat([empty, *counted], how="diagonal_relaxed")
    if wide.is_empty():
        return wide.with_columns(
            characteristic=pl.lit(None, pl.String), n=pl.lit(None, pl.Int64), hits=pl.lit(None, pl.Int64)
        )
    parts = [
        wide.select(
            *keys, characteristic=pl.lit(c), n=pl.col(applicable_column(c)), hits=pl.col(valid_column(c))
        ).filter(pl.col("n") > 0)
        for c in characteristics
    ]
    return pl.concat(parts).sort("characteristic", *keys)
