"""Rows of one extract that speak of the same person in the same role on the same crime.

The last of them stands: exports are written in the order of entry. A record without a crime or a person is never a
duplicate, because nobody can tell whether two unknown people are one.
"""

from __future__ import annotations

import polars as pl

from equality.store.registry import KEY


def repeated(records: pl.LazyFrame) -> pl.DataFrame:
    """The rows that a later row of the same extract repeats: `source_file`, `source_row` and `role`.

    The role is needed because people who stand side by side share a row.

    Args:
        records: person-role records in the order of the files, from Parquet: they are read several times.
    """
    named = records.filter(pl.col("crime_ref").is_not_null(), pl.col("person_ref").is_not_null())
    keys = named.select(pl.struct(KEY).hash().alias("key"))
    # A hash of eight bytes per record instead of three texts; what it finds too much is settled below.
    hashes = keys.collect(engine="streaming")["key"].sort()
    again = hashes.filter(hashes == hashes.shift(1)).unique()
    if again.is_empty():
        return pl.DataFrame(schema={"source_file": pl.String, "source_row": pl.UInt32, "role": pl.String})
    suspects = named.select(*KEY, "source_file", "source_row").filter(pl.struct(KEY).hash().is_in(again.implode()))
    found = suspects.collect(engine="streaming").with_row_index("_order")
    return found.filter(pl.col("_order") < pl.col("_order").max().over(KEY)).select("source_file", "source_row", "role")
