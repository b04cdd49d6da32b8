"""Fair comparison: what a unit's own mix of work would give at the rates of all units together.

Indirect standardisation: in every stratum (crime type × channel × flag) all units together, the unit included, have a
rate; a unit's *expected* count is what these rates give for its own people. Included, because then the expected counts
of all units sum to what was observed, no stratum is ever empty, and a unit that works alone is compared with itself,
never accused. The variance takes its own part in the reference out, so that distances have their nominal size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from equality.analysis.proportions import wilson

LEAST_COMPARED: Final = 0.25
"""Of a unit's people, the least part of the reference that must come from others for it to be judged."""


def standardised(cells: pl.DataFrame, unit: str, strata: Sequence[str], minimum_n: int) -> pl.DataFrame:
    """Observed and expected counts per unit, and its rate adjusted for its mix.

    Args:
        cells: a frame of `findings.measured` by the unit and the strata, for one characteristic.
        unit: the column that names the unit.
        strata: the columns that make up the mix; none compares with the overall rate.
        minimum_n: units with fewer people have no rate.

    Returns:
        One row per unit, sorted by it: `unit`; `hits` (observed), `n` and `missing`; `crude` (hits/n); `expected`;
        `share` (overall rate × observed/expected, cut at 1) with its 95 % limits `low` and `high` (Wilson's limits of
        the crude rate, scaled alike; the reference is taken as exact); `size`, the number of people of the overall
        rate whose share would vary as much; `compared`, the part of its reference that others contribute; `enough`;
        `alone` (`compared` is below `LEAST_COMPARED`, or nothing was expected). Rates are null below the minimum.
    """
    overall = _ratio(cells)
    keys = list(strata)
    reference = (cells.group_by(keys) if keys else cells.group_by(pl.lit(0))).agg(
        all_n=pl.col("n").sum(), all_hits=pl.col("hits").sum()
    )
    joined = (
        cells.join(reference, on=keys, how="left", nulls_equal=True) if keys else cells.join(reference, how="cross")
    )
    n, all_n = pl.col("n"), pl.col("all_n")
    rate = pl.when(all_n > 0).then(pl.col("all_hits") / all_n).otherwise(0.0)
    others = pl.when(all_n > 0).then(1 - n / all_n).otherwise(0.0)
    spread = pl.when(all_n > 1).then(rate * (1 - rate) * all_n / (all_n - 1)).otherwise(0.0)
    summed = (
        joined.group_by(pl.col(unit).alias("unit"))
        .agg(
            hits=pl.col("hits").sum(),
            n=n.sum(),
            expected=(n * rate).sum(),
            variance=(n * others * spread).sum(),
            from_others=(n * others).sum(),
        )
        .sort("unit")
    )
    share, low, high = wilson(pl.col("hits"), pl.col("n"))
    enough = (pl.col("n") >= minimum_n) & (pl.col("n") > 0)
    scale = overall * pl.col("n") / pl.col("expected")
    size = (1 - overall) * pl.col("expected") ** 2 / (overall * pl.col("variance")) if overall else pl.lit(None)
    return (
        summed.with_columns(
            missing=pl.col("n") - pl.col("hits"),
            enough=enough,
            compared=pl.when(pl.col("n") > 0).then(pl.col("from_others") / pl.col("n")).otherwise(0.0),
        )
        .with_columns(
            alone=(pl.col("compared") < LEAST_COMPARED) | (pl.col("expected") <= 0) | (pl.col("variance") <= 0)
        )
        .with_columns(
            crude=pl.when("enough").then(share),
            **{
                name: pl.when(pl.col("enough") & ~pl.col("alone")).then((value * scale).clip(0, 1))
                for name, value in (("share", share), ("low", low), ("high", high))
            },
            size=pl.when(pl.col("enough") & ~pl.col("alone")).then(size),
        )
        .drop("variance", "from_others")
    )


def unadjusted(cells: pl.DataFrame, unit: str, minimum_n: int) -> pl.DataFrame:
    """The same columns for rates as they were recorded: every unit against the overall rate."""
    overall = _ratio(cells)
    share, low, high = wilson(pl.col("hits"), pl.col("n"))
    total = int(cells["n"].sum())
    return (
        cells.group_by(pl.col(unit).alias("unit"))
        .agg(pl.col("hits").sum(), pl.col("n").sum())
        .sort("unit")
        .with_columns(
            missing=pl.col("n") - pl.col("hits"),
            expected=overall * pl.col("n"),
            enough=(pl.col("n") >= minimum_n) & (pl.col("n") > 0),
            compared=1 - pl.col("n") / total if total else pl.lit(0.0),
            alone=pl.lit(False),
            size=pl.col("n").cast(pl.Float64),
        )
        .with_columns(
            crude=pl.when("enough").then(share),
            **{name: pl.when("enough").then(value) for name, value in (("share", share), ("low", low), ("high", high))},
        )
    )


def _ratio(cells: pl.DataFrame) -> float:
    n = int(cells["n"].sum())
    return int(cells["hits"].sum()) / n if n else 0.0
