"""Funnel plots: which units differ by more than chance, and more than units usually do.

After Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 2005; 24: 1185–1202,
and Handling over-dispersion of performance indicators, BMJ Quality & Safety 2005; 14: 347–351. Everything is reckoned
on the arcsine scale, on which the variance of a share does not depend on the share: a = asin √p, s² = 1/(4n).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, exp, pi, sqrt
from statistics import NormalDist
from typing import Final

import polars as pl

from equality.analysis.proportions import Z95

Z998: Final = 3.090232306167813
"""Standard normal quantile for two-sided 99.8 % limits."""
WINSOR: Final = 0.1
"""Share of the units at each end whose distance is cut before the spread is measured: outliers must not hide
themselves by widening the limits."""
FEWEST_UNITS: Final = 5
"""Of fewer units the usual spread cannot be told from their differences: their limits are those of chance alone."""

FAR_BELOW, BELOW, INSIDE, ABOVE, FAR_ABOVE = "far_below", "below", "inside", "above", "far_above"
TOO_FEW: Final = "too_few"
ALONE: Final = "alone"
PLACES: Final = (FAR_BELOW, BELOW, INSIDE, ABOVE, FAR_ABOVE, TOO_FEW, ALONE)
"""Where a unit may lie. *far* is outside the 99.8 % limits; *alone* has nothing to be compared with."""


@dataclass(frozen=True)
class Spread:
    """What the limits allow for.

    Attributes:
        target: the rate of all units together, Σx/Σn, where the funnel closes.
        phi: over-dispersion φ, the mean square of the distances in standard errors; 1 where only chance is at work.
        tau2: τ², the variance between units on the arcsine scale that the limits allow for beyond chance.
        units: how many units it was measured on.
    """

    target: float
    phi: float
    tau2: float
    units: int


def limits(target: float, size: pl.Expr, z: float, tau2: float = 0.0) -> tuple[pl.Expr, pl.Expr]:
    """Control limits of a share, stabilised by the arcsine: sin²(asin √target ± z·√(1/(4n) + τ²)).

    Args:
        target: the share where the funnel closes, 0 … 1.
        size: the units' denominators, above 0.
        z: standard normal quantile.
        tau2: variance between units on the arcsine scale.

    Returns:
        Lower and upper limit, between 0 and 1.
    """
    angle, half = asin(sqrt(target)), z * (1 / (4 * size) + tau2).sqrt()
    # Past a right angle the sine would turn back: the limit is 0 or 1 from there on.
    return tuple(pl.lit(angle).add(side).clip(0, pi / 2).sin() ** 2 for side in (-half, half))  # type: ignore[return-value]


def normal_limits(target: float, size: pl.Expr, z: float) -> tuple[pl.Expr, pl.Expr]:
    """Control limits of a share without the arcsine: target ± z·√(target·(1 − target)/n), cut at 0 and 1."""
    half = z * (target * (1 - target) / size).sqrt()
    return (target - half).clip(0, 1), (target + half).clip(0, 1)


def distances(share: pl.Expr, size: pl.Expr, target: float, tau2: float = 0.0) -> pl.Expr:
    """How many standard errors a share lies from the target on the arcsine scale; negative below."""
    gap = share.clip(0, 1).sqrt().arcsin() - asin(sqrt(target))
    return gap / (1 / (4 * size) + tau2).sqrt()


def winsorised(scores: pl.Series, by: float = WINSOR) -> pl.Series:
    """The scores cut at their own quantiles `by` and 1 − `by` (linear between neighbours)."""
    low, high = (scores.quantile(q, interpolation="linear") for q in (by, 1 - by))
    return scores.clip(low, high) if by else scores


def kept_by_winsorising(by: float = WINSOR) -> float:
    """The mean square that standard normal scores keep when they are cut at their quantiles `by` and 1 − `by`."""
    if by == 0:
        return 1.0
    cut = -NormalDist().inv_cdf(by)
    density = exp(-cut * cut / 2) / sqrt(2 * pi)
    return 2 * by * cut**2 + (1 - 2 * by) - 2 * cut * density


def dispersion(
    scores: pl.Series, sizes: pl.Series, winsor: float = WINSOR, *, consistent: bool = False
) -> tuple[float, float]:
    """Over-dispersion φ = Σz²/k of winsorised scores, and the variance τ² between units that explains it.

    τ² is 0 if kφ < k − 1, else (kφ − (k − 1)) / (Σw − Σw²/Σw) with w = 4n, by DerSimonian and Laird's moments.

    Args:
        scores: `distances` of the units without τ².
        sizes: their denominators.
        winsor: share cut at each end.
        consistent: divide φ by what winsorising keeps of normal scores (0.68 at 10 %). Without it τ² is too small and
            three to six times as many units without any signal lie outside the limits (`docs/simulation_compare.md`).
    """
    k = scores.len()
    if not k:
        return 1.0, 0.0
    cut = winsorised(scores, winsor)
    phi = float((cut * cut).sum()) / k / (kept_by_winsorising(winsor) if consistent else 1.0)
    weights = 4 * sizes.cast(pl.Float64)
    total = float(weights.sum())
    free = total - float((weights * weights).sum()) / total
    excess = k * phi - (k - 1)
    return phi, max(0.0, excess / free) if excess > 0 and free > 0 else 0.0


def funnel(
    rates: pl.DataFrame, target: float, *, winsor: float = WINSOR, spread: bool = True
) -> tuple[pl.DataFrame, Spread]:
    """Where each unit lies against the limits of chance, and of the spread that units usually have.

    Args:
        rates: one row per unit with `share`, `size` (its denominator, or an effective one), `enough` and, if units
            may have nothing to be compared with, `alone`.
        target: the rate of all units.
        winsor: share cut at each end before the spread is measured.
        spread: whether limits allow for the usual spread; False, or fewer than `FEWEST_UNITS` units, gives those of
            chance alone.

    Returns:
        The frame, those to look at first on top, with `low_998`, `low_95`, `high_95`, `high_998`, `z` (in standard
        errors of these limits) and `place` (of `PLACES`); all but `place` null for units that cannot be judged. And
        what the limits allow for.
    """
    frame = rates if "alone" in rates.columns else rates.with_columns(alone=pl.lit(False))
    judged = pl.col("enough") & ~pl.col("alone")
    scored = frame.filter(judged).select("size", score=distances(pl.col("share"), pl.col("size"), target))
    phi, tau2 = dispersion(scored["score"], scored["size"], winsor, consistent=True)
    if not spread or scored.height < FEWEST_UNITS:
        tau2 = 0.0
    names = ("low_998", "high_998", "low_95", "high_95")
    bounds = [*limits(target, pl.col("size"), Z998, tau2), *limits(target, pl.col("size"), Z95, tau2)]
    z = distances(pl.col("share"), pl.col("size"), target, tau2)
    placed = frame.with_columns(
        z=pl.when(judged).then(z),
        **{name: pl.when(judged).then(bound) for name, bound in zip(names, bounds, strict=True)},
    ).with_columns(place=_place())
    first = placed.sort(pl.col("z").abs(), descending=True, nulls_last=True, maintain_order=True)
    return first, Spread(target, phi, tau2, scored.height)


def _place() -> pl.Expr:
    z = pl.col("z")
    return (
        pl.when(~pl.col("enough"))
        .then(pl.lit(TOO_FEW))
        .when("alone")
        .then(pl.lit(ALONE))
        .when(z < -Z998)
        .then(pl.lit(FAR_BELOW))
        .when(z < -Z95)
        .then(pl.lit(BELOW))
        .when(z <= Z95)
        .then(pl.lit(INSIDE))
        .when(z <= Z998)
        .then(pl.lit(ABOVE))
        .otherwise(pl.lit(FAR_ABOVE))
    )


def curves(spread: Spread, smallest: float, largest: float, points: int = 120) -> pl.DataFrame:
    """The limits as lines over denominators in even ratios: `size` and four limits."""
    sizes = [smallest * (largest / smallest) ** (i / (points - 1)) for i in range(points)]
    frame = pl.DataFrame({"size": sizes})
    names = ("low_998", "high_998", "low_95", "high_95")
    bounds = [
        *limits(spread.target, pl.col("size"), Z998, spread.tau2),
        *limits(spread.target, pl.col("size"), Z95, spread.tau2),
    ]
    return frame.with_columns(**dict(zip(names, bounds, strict=True)))
