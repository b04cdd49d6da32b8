"""Proportions with their uncertainty, as Polars expressions over columns of counts.

Wilson's interval for one proportion and Newcombe's hybrid score interval for the difference of two
(Newcombe 1998, method 10). Both stay inside the possible range and work at 0 and 100 %.
"""

from __future__ import annotations

from typing import Final

import polars as pl

Z95: Final = 1.959963984540054
"""Standard normal quantile for a two-sided 95 % interval."""


def wilson(successes: pl.Expr, trials: pl.Expr, z: float = Z95) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Share, lower and upper limit of Wilson's score interval.

    Args:
        successes: count of successes, 0 … trials.
        trials: count of trials; where it is 0 all three results are null.
        z: standard normal quantile.

    Returns:
        Three Float64 expressions (share, low, high), each between 0 and 1.
    """
    n = pl.when(trials > 0).then(trials.cast(pl.Float64))
    p = successes.cast(pl.Float64) / n
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z * (p * (1 - p) / n + z * z / (4 * n * n)).sqrt() / scale
    # At the edges the limit is exactly 0 or 1; floating point would give ±1e-17.
    low = pl.when(successes == 0).then(n * 0.0).otherwise(centre - half)
    high = pl.when(successes == trials).then(n * 0.0 + 1.0).otherwise(centre + half)
    return p, low, high


def newcombe(
    first: tuple[pl.Expr, pl.Expr, pl.Expr], second: tuple[pl.Expr, pl.Expr, pl.Expr]
) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Difference of two independent proportions, first − second, with its 95 % limits.

    Args:
        first: share, low, high of one proportion, as `wilson` gives them.
        second: the same of the other.

    Returns:
        Difference, lower and upper limit, each between −1 and 1.
    """
    p1, l1, u1 = first
    p2, l2, u2 = second
    difference = p1 - p2
    low = difference - ((p1 - l1) ** 2 + (u2 - p2) ** 2).sqrt()
    high = difference + ((u1 - p1) ** 2 + (p2 - l2) ** 2).sqrt()
    return difference, low, high
