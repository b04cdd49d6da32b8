"""Where the gap is, and the fewest places whose lift would close it.

A *cell* is a combination of dimensions, such as team × crime type × channel. Cells share no person, so what one gains
does not depend on another: with m cells the most that can be gained is the sum of the m largest gains, and the fewest
cells that reach a target are the first of the list sorted by gain (proved against every subset in `tests/analysis`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import polars as pl

SLACK: Final = 1e-9
"""What binary fractions may be off: 0.55 · 100 is a hair above 55, and must not ask for one record more."""


@dataclass(frozen=True)
class Plan:
    """The fewest cells whose lift reaches a goal.

    Attributes:
        cells: those to lift, the largest gain first: the dimensions, `n`, `hits`, `rate`, `gain` (people more to be
            known), `hits_after` and `total_after` (the overall rate once this and all before are lifted).
        reached: whether the goal is reached.
        goal: the overall rate asked for.
        now: the overall rate.
        after: the overall rate with all of `cells` lifted.
        most: the overall rate if every cell below the rate were lifted.
        records: people more to be known in `cells` together.
        needed: people more to be known to reach the goal.
        liftable: how many cells are below the rate.
        left_out: people in cells too small to be named, who stay as they are.
    """

    cells: pl.DataFrame
    reached: bool
    goal: float
    now: float
    after: float
    most: float
    records: int
    needed: int
    liftable: int
    left_out: int


def median_rate(cells: pl.DataFrame, minimum_n: int) -> float | None:
    """The rate that half of the cells with enough people reach; None if there is no such cell."""
    rates = cells.filter(pl.col("n") >= max(1, minimum_n)).select(pl.col("hits") / pl.col("n")).to_series()
    return None if rates.is_empty() else float(rates.median())  # type: ignore[arg-type]


def plan(
    cells: pl.DataFrame,
    keys: Sequence[str],
    rate: float,
    goal: float,
    minimum_n: int,
    whole: tuple[int, int] | None = None,
    step: int = 1,
) -> Plan:
    """The fewest cells whose lift to a rate brings the overall rate to a goal.

    Args:
        cells: counts per cell: the keys, `n` and `hits`; all people of the selection are in one of them.
        keys: the columns that name a cell.
        rate: the rate to which a cell below it is lifted; cells above it stay.
        goal: the overall rate to be reached.
        minimum_n: cells with fewer people are not lifted, because they could not be named.
        whole: people known and people of the whole selection, where the cells, rounded one by one, may sum to others.
        step: what gains are a multiple of: 1, or the base to which the counts are rounded.
    """
    hits, total = whole or (int(cells["hits"].sum()), int(cells["n"].sum()))
    needed = max(0, ceil((goal * total - SLACK - hits) / step) * step)
    wanted = ((rate * pl.col("n") - SLACK) / step).ceil().cast(pl.Int64) * step
    usable = pl.col("n") >= max(1, minimum_n)
    gains = (
        cells.filter(usable)
        .select(*keys, "n", "hits", rate=pl.col("hits") / pl.col("n"), gain=wanted - pl.col("hits"))
        .filter(pl.col("gain") > 0)
        # Of equal gains the smaller cell first: fewer people to see to.
        .sort(["gain", "n", *keys], descending=[True, False, *[False] * len(keys)])
        .with_columns(so_far=pl.col("gain").cum_sum())
    )
    most = hits + int(gains["gain"].sum())
    chosen = gains.filter(pl.col("so_far") - pl.col("gain") < needed)
    records = int(chosen["gain"].sum())
    return Plan(
        cells=chosen.with_columns(
            hits_after=pl.col("hits") + pl.col("gain"), total_after=(hits + pl.col("so_far")) / total if total else None
        ).drop("so_far"),
        reached=records >= needed,
        goal=goal,
        now=hits / total if total else 0.0,
        after=(hits + records) / total if total else 0.0,
        most=most / total if total else 0.0,
        records=records,
        needed=needed,
        liftable=gains.height,
        left_out=max(0, total - int(cells.filter(usable)["n"].sum())),
    )


def pareto(rates: pl.DataFrame, unit: str, minimum_n: int) -> pl.DataFrame:
    """Who holds the gap: units by the people missing, with the share of all that they hold together.

    Args:
        rates: a frame of `findings.measured`, one row per unit.
        unit: the column that names it.
        minimum_n: units with fewer people are summed into one row, so that the shares stay true.

    Returns:
        `unit` (null for the sum of those too small), `units` (how many stand in the row), `n`, `missing`, `share` of
        all missing, `before` and `together` (cumulative shares), the largest first and the small ones last. Empty if
        nobody is missing.
    """
    gone = int(rates["missing"].sum())
    if not gone:
        return pl.DataFrame(schema=_PARETO)
    named = rates.filter(pl.col("n") >= minimum_n).select(
        pl.col(unit).alias("unit"), units=pl.lit(1, pl.Int64), n="n", missing="missing"
    )
    small = rates.filter(pl.col("n") < minimum_n).select(
        unit=pl.lit(None, pl.String),
        units=pl.len().cast(pl.Int64),
        n=pl.col("n").sum(),
        missing=pl.col("missing").sum(),
    )
    ranked = pl.concat([named.sort(["missing", "unit"], descending=[True, False]), small.filter(pl.col("missing") > 0)])
    return (
        ranked.with_columns(share=pl.col("missing") / gone, together=pl.col("missing").cum_sum() / gone)
        .with_columns(before=pl.col("together") - pl.col("share"))
        .select(list(_PARETO))
    )


_PARETO: Final = {
    "unit": pl.String,
    "units": pl.Int64,
    "n": pl.Int64,
    "missing": pl.Int64,
    "share": pl.Float64,
    "before": pl.Float64,
    "together": pl.Float64,
}


def fewest_for(frame: pl.DataFrame, share: float) -> int:
    """How many of the rows of `pareto` hold at least this share of the gap together."""
    return min(frame.height, int((frame["together"] < share - SLACK).sum()) + 1)


def whole_percent(share: float) -> int:
    """A share as the nearest whole per cent, as a slider shows it."""
    return min(100, max(0, floor(100 * share + 0.5 + SLACK)))
