"""The places that can be lifted: what recording as well as is usual there would do to the overall rate."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from equality.analysis.findings import Contributor, contributors, measured
from equality.analysis.whatif import Plan, median_rate, plan, whole_percent
from equality.reading import mix
from equality.reading.figures import Figures


def whole(figures: Figures) -> tuple[int, int]:
    """People known and people in the denominator of the whole selection: what every rate of it is made of."""
    row = measured(figures.slice(characteristics=[figures.focus]), figures.measure).row(0, named=True)
    return int(row["hits"] or 0), int(row["n"] or 0)


def places(figures: Figures, named: Sequence[str] | None = None, deepest: int = 3) -> tuple[list[str], pl.DataFrame]:
    """The dimensions of the places that can be lifted, and their rates.

    Team (else district), crime type and channel; for a reader who may not combine so many, as many as may be.

    Args:
        figures: of the selection.
        named: the dimensions whose units may be named; None for all.
        deepest: how many dimensions a place has, at most.
    """
    wanted = _ladder(figures, named)[:deepest]
    keys: list[str] = []
    for dimension in wanted:
        if figures.may_combine(*keys, dimension):
            keys.append(dimension)
    if not keys:
        return [], pl.DataFrame(schema={"n": pl.Int64, "hits": pl.Int64, "missing": pl.Int64})
    rates = measured(figures.slice(*keys, characteristics=[figures.focus]), figures.measure, figures.minimum_n)
    # Of a figure that is suppressed nothing can be reckoned.
    return keys, rates.select(*keys, "n", "hits", "missing").drop_nulls().filter(pl.col("n") > 0)


def _ladder(figures: Figures, named: Sequence[str] | None) -> list[str]:
    units = [d for d in figures.units if named is None or d in named]
    where = next((d for d in ("team", "area") if d in units), None)
    return [d for d in (where, mix.crime(units), "channel") if d is not None and d in units]


def usual_rate(figures: Figures, cells: pl.DataFrame) -> int:
    """The rate that half of the places reach, in whole per cent; the target if no place has enough people."""
    middle = median_rate(cells, figures.minimum_n)
    return whole_percent(figures.catalogue[figures.focus].target if middle is None else middle)


def lifted(
    figures: Figures, goal: float | None = None, named: Sequence[str] | None = None, deepest: int = 3
) -> tuple[list[str], float, Plan] | None:
    """The fewest places whose lift to the usual rate reaches a goal.

    Args:
        figures: of the selection.
        goal: the overall rate to be reached; None for the target.
        named: the dimensions whose units may be named; None for all.
        deepest: how many dimensions a place has, at most.

    Returns:
        The dimensions of the places, the usual rate as a share, and the plan; None if there is nothing to divide.
    """
    keys, cells = places(figures, named, deepest)
    if not keys or cells.is_empty():
        return None
    usual = usual_rate(figures, cells) / 100
    target = figures.catalogue[figures.focus].target if goal is None else goal
    return keys, usual, plan(cells, keys, usual, target, figures.minimum_n, whole(figures), figures.step)


def to_act(figures: Figures, limit: int = 3, named: Sequence[str] | None = None) -> list[Contributor]:
    """The units that hold most of the gap of the characteristic in focus.

    Args:
        figures: of the selection.
        limit: how many.
        named: the dimensions whose units may be named; None for all.
    """
    slices = {d: figures.slice(d, characteristics=[figures.focus]) for d in _ladder(figures, named)}
    target = figures.catalogue[figures.focus].target
    return contributors(slices, figures.measure, target, whole(figures), limit=limit, minimum_n=figures.minimum_n)
