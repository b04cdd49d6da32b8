"""Does what is missing bias what is there? Patterns of missing answers, what they depend on, and bounds.

A cell counts as missing if its question applies and the answer is not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import polars as pl

from equality.analysis.plausibility import benjamini_hochberg, two_sided
from equality.analysis.proportions import newcombe, wilson
from equality.analysis.words import people, percent, points, signed
from equality.measures.together import bits

FALSE_DISCOVERIES: Final = 0.05
"""Expected share of differences named wrongly among all that are named."""
LEAST_POINTS: Final = 0.05
"""A difference in what is known is named from this size on, as a share."""
TAUTOLOGIES: Final = {("age_band", "age"), ("sex_group", "sex")}
"""Factor and characteristic that come from the same field: that people of unknown age have no age says nothing."""
UNKNOWN_LEVELS: Final = ("not known", "other or not known")
"""Levels of a factor that are themselves gaps."""


@dataclass(frozen=True)
class Overview:
    """How many of the answers that apply are missing.

    Attributes:
        people: people to whom anything applies.
        complete: those of them of whom everything is known.
        nothing: those of whom nothing is.
    """

    people: int
    complete: int
    nothing: int


def overview(patterns: pl.DataFrame) -> Overview:
    """People with everything and with nothing known, from the table `patterns`."""
    records = pl.col("records").cast(pl.Int64)
    row = patterns.select(
        people=records.sum(),
        complete=records.filter(pl.col("missing") == 0).sum(),
        nothing=records.filter(pl.col("missing") == pl.col("asked")).sum(),
    ).row(0)
    return Overview(*map(int, row))


def common_patterns(patterns: pl.DataFrame, names: Sequence[str], most: int, minimum_n: int) -> pl.DataFrame:
    """The commonest sets of characteristics that are missing together.

    Args:
        patterns: the table `patterns`.
        names: characteristics to look at, in order; others are passed over.
        most: how many patterns to give.
        minimum_n: patterns of fewer people are not given.

    Returns:
        `missing` (mask), `members` (list of characteristics), `records`, `share` of all people; most people first.
    """
    mask = sum(bits()[name] for name in names)
    total = int(patterns["records"].cast(pl.Int64).sum() or 0)
    counted = (
        patterns.group_by(pl.col("missing") & mask)
        .agg(pl.col("records").cast(pl.Int64).sum())
        .filter(pl.col("records") >= minimum_n)
        .sort("records", "missing", descending=[True, False])
        .head(most)
    )
    members = [[n for n in names if m & bits()[n]] for m in counted["missing"]]
    return counted.with_columns(
        pl.Series("members", members, dtype=pl.List(pl.String)), share=pl.col("records") / max(total, 1)
    )


def pairs(patterns: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """How often one characteristic is missing where another is.

    Returns:
        One row per ordered pair: `given`, `other`, `n` (people to whom both apply and of whom `given` is missing),
        `both` (of whom `other` is missing too), `share`, `low`, `high` (95 % Wilson), `overall` (share of `other`
        missing among all to whom both apply), `lift` (share / overall).
    """
    asked, missing, records = pl.col("asked"), pl.col("missing"), pl.col("records").cast(pl.Int64)
    rows = []
    for given in names:
        a = bits()[given]
        for other in names:
            if given == other:
                continue
            b = bits()[other]
            applies = ((asked & a) != 0) & ((asked & b) != 0)
            without = applies & ((missing & a) != 0)
            row = patterns.select(
                n=records.filter(without).sum(),
                both=records.filter(without & ((missing & b) != 0)).sum(),
                asked=records.filter(applies).sum(),
                lost=records.filter(applies & ((missing & b) != 0)).sum(),
            ).row(0)
            rows.append((given, other, *row))
    frame = pl.DataFrame(rows, schema=["given", "other", "n", "both", "asked", "lost"], orient="row")
    frame = frame.cast({"n": pl.Int64, "both": pl.Int64, "asked": pl.Int64, "lost": pl.Int64})
    share, low, high = wilson(pl.col("both"), pl.col("n"))
    frame = frame.with_columns(share=share, low=low, high=high, overall=pl.col("lost") / pl.col("asked"))
    return frame.with_columns(lift=pl.col("share") / pl.col("overall")).drop("asked", "lost")


def dependence(known: pl.DataFrame, minimum_n: int) -> pl.DataFrame:
    """Whether what is known of a characteristic depends on a factor: each level against all other levels.

    Args:
        known: `factor`, `level`, `characteristic`, `asked`, `known` (counts).
        minimum_n: levels with fewer people, or too few others, are not judged.

    Returns:
        The frame with `share`, `low`, `high`, `rest` (share known of the other levels), `difference` with its Newcombe
        limits `difference_low` and `difference_high`, `q` (Benjamini–Hochberg over all rows, from the two-sided
        score test of two proportions) and `named`: beyond chance and at least `LEAST_POINTS` apart. Pairs of one field
        (`TAUTOLOGIES`) are left out.
    """
    keys = ["factor", "characteristic"]
    frame = known.filter(pl.col("asked") > 0).with_columns(pl.col("asked", "known").cast(pl.Int64))
    own = pl.struct("factor", "characteristic").map_elements(
        lambda row: (row["factor"], row["characteristic"]) in TAUTOLOGIES, return_dtype=pl.Boolean
    )
    frame = frame.filter(~own).with_columns(
        others=pl.col("asked").sum().over(keys) - pl.col("asked"),
        others_known=pl.col("known").sum().over(keys) - pl.col("known"),
    )
    frame = frame.filter(pl.col("asked") >= max(minimum_n, 1), pl.col("others") >= max(minimum_n, 1))
    first, second = wilson(pl.col("known"), pl.col("asked")), wilson(pl.col("others_known"), pl.col("others"))
    difference, low, high = newcombe(first, second)
    frame = frame.with_columns(
        share=first[0],
        low=first[1],
        high=first[2],
        rest=second[0],
        difference=difference,
        difference_low=low,
        difference_high=high,
    )
    p = [two_sided(_score(*row)) for row in frame.select("known", "asked", "others_known", "others").iter_rows()]
    q = pl.Series("q", benjamini_hochberg(p), dtype=pl.Float64)
    named = (pl.col("q") <= FALSE_DISCOVERIES) & (pl.col("difference").abs() >= LEAST_POINTS)
    return frame.with_columns(q).with_columns(named=named)


def _score(x: int, n: int, y: int, m: int) -> float:
    """The score statistic of two proportions with the pooled variance."""
    pooled = (x + y) / (n + m)
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return (x / n - y / m) / spread if spread else 0.0


def dependence_sentence(row: Mapping[str, Any], title: str, factor: str) -> str:
    """One named row of `dependence` in words."""
    more = "more" if row["difference"] > 0 else "less"
    limits = f"{signed(row['difference_low'])} to {signed(row['difference_high'])}"
    return (
        f"{factor} “{row['level']}”: {title.lower()} is known {points(row['difference'])} {more} often than "
        f"for the others "
        f"({limits}): for {percent(row['share'], 0)} of {people(row['asked'])}, against {percent(row['rest'], 0)}."
    )


@dataclass(frozen=True)
class Bounds:
    """A share with what it could be if the missing answers were known.

    Attributes:
        hits: people with the answer.
        valid: people with any informative answer.
        asked: people to whom the question applies.
        share: of those with an answer; with `low` and `high` its 95 % Wilson interval.
        low: see `share`.
        high: see `share`.
        least: share of all if nobody whose answer is missing had it.
        most: share of all if everybody had.
    """

    hits: int
    valid: int
    asked: int
    share: float
    low: float
    high: float
    least: float
    most: float


def bounds(hits: int, valid: int, asked: int) -> Bounds | None:
    """Best and worst case of a share with missing answers (Manski 1989); None where nobody has an answer."""
    if not valid:
        return None
    row = pl.select(*(e.alias(str(i)) for i, e in enumerate(wilson(pl.lit(hits), pl.lit(valid))))).row(0)
    share, low, high = row
    return Bounds(hits, valid, asked, share, low, high, hits / asked, (hits + asked - valid) / asked)


def bounds_sentence(found: Bounds, label: str, people_are: str) -> str:
    """The bounds in words."""
    return (
        f"Among the {people(found.valid)} with an answer {percent(found.share)} are “{label}” "
        f"({100 * found.low:.1f}–{100 * found.high:.1f}). Of all {found.asked:,} {people_are.lower()} it "
        f"could be anything "
        f"from {percent(found.least)} to {percent(found.most)}, because {percent(1 - found.valid / found.asked, 0)} of "
        "the answers are missing."
    )


def ratio_bounds(first: Bounds, second: Bounds) -> tuple[float, float, float] | None:
    """The ratio of two shares among those with an answer, and the least and greatest it could be for all.

    None where the second share is 0, or could be.
    """
    if second.share == 0 or second.least == 0:
        return None
    return first.share / second.share, first.least / second.most, first.most / second.least
