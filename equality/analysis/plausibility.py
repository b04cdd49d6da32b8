"""Are the answers believable? What a check is, what it found, and when something counts as beyond chance.

A check looks at one way in which a field can be filled in and still be wrong. It names what lies beyond chance and is
large enough to matter, says what that is no proof of, and otherwise that it found nothing. Accuracy itself, whether an
answer is true, cannot be measured from an export.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import erfc, sqrt
from typing import Final

import polars as pl

from equality.analysis.funnel import Z998, funnel
from equality.analysis.proportions import wilson

FALSE_DISCOVERIES: Final = 0.01
"""Expected share of units named wrongly among all that are named (Benjamini and Hochberg 1995). At 5 % one force in
five whose units merely vary, as units do, would see a unit named; at 1 % one in eighteen (`tests/analysis`)."""
LEAST_POINTS: Final = 0.1
"""How far a unit must lie above all units together before it is named, as a share."""
FEWEST_UNITS: Final = 5
"""With fewer units nothing is said of any of them: what is usual cannot be told."""


@dataclass(frozen=True)
class Finding:
    """Something that chance does not explain.

    Attributes:
        sentence: what was found, with number, interval and denominator.
        where: dimension → unit of the slice to look at; empty for the whole selection.
        characteristic: the one it is about, empty if about none in particular.
    """

    sentence: str
    where: Mapping[str, str] = field(default_factory=dict)
    characteristic: str = ""


@dataclass(frozen=True)
class Check:
    """One way of looking at the answers, and what it found.

    Attributes:
        id: its name in keys.
        title: what it looks for, on screen.
        findings: what chance does not explain, the strongest first.
        looked: what was looked at and not found, in a sentence; used if there are no findings.
        not_proof: what a finding is no proof of.
        counted: how it is counted, for the reader who asks.
        evidence: the numbers behind it, for the chart and its table.
        heeds: dimensions by which the numbers can be narrowed.
        missing: why it could not be made; empty if it could.
    """

    id: str
    title: str
    not_proof: str
    counted: str
    findings: Sequence[Finding] = ()
    looked: str = ""
    evidence: pl.DataFrame = field(default_factory=pl.DataFrame)
    heeds: Sequence[str] = ()
    missing: str = ""


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """The smallest false discovery rate at which each of several tests would be named.

    Benjamini and Hochberg 1995: the i-th smallest of m p-values times m/i, made monotone from the largest down.

    Returns:
        One q-value per p-value, in the order given, between 0 and 1.
    """
    m = len(p_values)
    order = sorted(range(m), key=p_values.__getitem__, reverse=True)
    found, least = [0.0] * m, 1.0
    for place, index in enumerate(order):
        least = min(least, p_values[index] * m / (m - place))
        found[index] = least
    return found


def upper_tail(z: float) -> float:
    """The probability that a standard normal variable exceeds z."""
    return erfc(z / sqrt(2)) / 2


def two_sided(z: float) -> float:
    """The probability that a standard normal variable is at least as far from 0 as z."""
    return erfc(abs(z) / sqrt(2))


def far_above(rates: pl.DataFrame, groups: str, minimum_n: int) -> pl.DataFrame:
    """Which units lie far above the others, in each of several groups of tests.

    A unit is named if it is outside the upper 99.8 % limit of the funnel with over-dispersion (`analysis.funnel`), at
    least `LEAST_POINTS` above all units together, and still named at a false discovery rate of `FALSE_DISCOVERIES`
    over all units and groups.

    Args:
        rates: `unit`, the column `groups`, `hits` and `size`.
        groups: the column whose values are tested one funnel each.
        minimum_n: units with a smaller size are not judged.

    Returns:
        The frame with `share`, `low`, `high` (95 % Wilson), `overall` (share of all units together), `high_998`, `z`,
        `q`, `enough` and `named`; null or false where a unit is not judged. The most striking on top.
    """
    share, low, high = wilson(pl.col("hits"), pl.col("size"))
    frame = rates.filter(pl.col("size") > 0).with_columns(
        share=share, low=low, high=high, enough=pl.col("size") >= minimum_n
    )
    parts = [_judged(part) for part in frame.partition_by(groups, maintain_order=True)]
    if not parts:
        schema = dict.fromkeys(("overall", "high_998", "z", "q"), pl.Float64) | {"named": pl.Boolean}
        return frame.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in schema.items())
    together = pl.concat(parts)
    tested = together["z"].is_not_null()
    adjusted = iter(benjamini_hochberg([upper_tail(z) for z in together.filter(tested)["z"]]))
    q = pl.Series("q", [next(adjusted) if yes else None for yes in tested], dtype=pl.Float64)
    named = (
        (pl.col("z") > Z998)
        & (pl.col("q") <= FALSE_DISCOVERIES)
        & (pl.col("share") - pl.col("overall") >= LEAST_POINTS)
    )
    return (
        together.with_columns(q)
        .with_columns(named=named.fill_null(False))
        .sort("named", "z", descending=True, nulls_last=True, maintain_order=True)
    )


def _judged(part: pl.DataFrame) -> pl.DataFrame:
    hits, size = int(part["hits"].sum()), int(part["size"].sum())
    overall = hits / size
    units = part.filter("enough").height
    columns = [*part.columns, "overall", "high_998", "z"]
    if not 0 < overall < 1 or units < FEWEST_UNITS:
        nothing = [pl.lit(None, pl.Float64).alias(name) for name in ("high_998", "z")]
        return part.with_columns(pl.lit(overall).alias("overall"), *nothing).select(columns)
    placed, _ = funnel(part, overall)
    return placed.with_columns(pl.lit(overall).alias("overall")).select(columns)
