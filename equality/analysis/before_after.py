"""Before and after an event: the difference of a rate, with Newcombe's interval, like with like in maturity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from equality.analysis.proportions import newcombe, wilson
from equality.analysis.trend import period_words
from equality.analysis.words import people, percent, points, signed

SIDES: Final = ("before", "after")
MOST: Final = {"month": 6, "week": 26}
"""Whole months, or weeks, that are compared on each side of an event, at most."""


@dataclass(frozen=True)
class BeforeAfter:
    """A rate before and after an event.

    Attributes:
        sides: `before` and `after` → `n`, `hits`, `share`, `low`, `high`, `first`, `last` (periods).
        difference: after − before, as a share.
        low: lower limit of its 95 % interval.
        high: upper limit.
    """

    sides: Mapping[str, Mapping[str, Any]]
    difference: float
    low: float
    high: float


def before_after(found: pl.DataFrame, day: date, unit: str, minimum_n: int) -> BeforeAfter | None:
    """Compare the whole settled periods before and after a day, at most `MOST` on each side.

    Args:
        found: points of `equality.analysis.trend`; a period in which the day lies is on neither side, unless it is
            the period's first.
        day: of the event.
        unit: `month` or `week`.
        minimum_n: people that each side needs.

    Returns:
        None if a side has no settled period, or too few people.
    """
    settled = found.filter(pl.col("settled") & (pl.col("n") > 0))
    parts = {
        "before": settled.filter(pl.col("ends") < day).tail(MOST[unit]),
        "after": settled.filter(pl.col("begins") >= day).head(MOST[unit]),
    }
    if any(part.is_empty() or part["n"].sum() < max(1, minimum_n) for part in parts.values()):
        return None
    sums = pl.DataFrame(
        [
            {
                "side": side,
                "n": part["n"].sum(),
                "hits": part["hits"].sum(),
                "first": part["period"][0],
                "last": part["period"][-1],
            }
            for side, part in parts.items()
        ]
    )
    share, low, high = wilson(pl.col("hits"), pl.col("n"))
    sides = {row["side"]: row for row in sums.with_columns(share=share, low=low, high=high).iter_rows(named=True)}
    after, before = (tuple(pl.lit(sides[s][k]) for k in ("share", "low", "high")) for s in ("after", "before"))
    difference, low, high = newcombe((after[0], after[1], after[2]), (before[0], before[1], before[2]))
    found_limits = pl.select(difference=difference, low=low, high=high).row(0)
    return BeforeAfter(sides, *found_limits)


def elsewhere(all_of: pl.DataFrame, scope: pl.DataFrame) -> pl.DataFrame:
    """The points of a selection without those of a part of it, for comparison.

    Args:
        all_of: points of the selection.
        scope: points of the part.
    """
    part = scope.select("period", _n="n", _hits="hits")
    rest = all_of.join(part, on="period", how="left").with_columns(
        n=pl.col("n") - pl.col("_n").fill_null(0), hits=pl.col("hits") - pl.col("_hits").fill_null(0)
    )
    return rest.drop("_n", "_hits")


def sentence(found: BeforeAfter, title: str, measure_title: str, where: str) -> str:
    """The difference in words, claiming no more than the interval allows.

    Args:
        found: the comparison.
        title: the characteristic's name.
        measure_title: the rate's name.
        where: whom it speaks of, as `where it applied`.
    """
    before, after = (found.sides[side] for side in SIDES)
    limits = f"{signed(found.low)} to {signed(found.high)}"
    if found.low > 0:
        change = f"rose {points(found.difference)} ({limits})"
    elif found.high < 0:
        change = f"fell {points(found.difference)} ({limits})"
    else:
        change = f"did not change beyond chance ({limits} points)"
    spans = [_span(side) for side in (before, after)]
    return (
        f"{title}, {where}: {measure_title.lower()} {change}, from {percent(before['share'])} of "
        f"{people(before['n'])} in {spans[0]} to {percent(after['share'])} of {people(after['n'])} in {spans[1]}."
    )


def _span(side: Mapping[str, Any]) -> str:
    first, last = period_words(side["first"]), period_words(side["last"])
    return first if first == last else f"{first} – {last.removeprefix('the week of ')}"
