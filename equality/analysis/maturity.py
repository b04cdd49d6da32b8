"""How much is known so many days after recording, and what the newest months will probably reach.

A record's fields fill in for weeks, so the newest months always look worse than they will be. Successive extracts
deliver the same records at different ages: months are compared as known once all their records are 28 days old.
`docs/definitions.md` says how, and `docs/simulation.md` how often the predictions were right.

All functions take the frame of `equality.measures.ages.slice_ages`.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt
from typing import Any, Final

import polars as pl

from equality.analysis.proportions import wilson
from equality.measures.ages import POINTS

SETTLED: Final = 28
"""Days after a month's last day from which it is compared with other months."""
SLACK: Final = 14
"""Days later at which an extract still shows a month as of `SETTLED`."""
NOW_SETTLED: Final = 56
"""Days after a month's or week's last day from which it counts as filled in, where it is shown as known now."""
NEAR: Final = 3
"""Days by which the ages of two months may differ to count as the same."""
PAIRS: Final = 12
"""Earlier months that a prediction learns from, at most."""
FEWEST_PAIRS: Final = 4
"""Earlier months that it needs."""
WHOLE: Final = 0.9
"""Share of a month's records that an extract must hold to speak of the month."""

STUDENT: Final = (4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201)
"""97.5 % quantiles of Student's t for 2, 3 … 11 degrees of freedom."""


def curve(history: pl.DataFrame) -> pl.DataFrame:
    """The share known by days since recording, pooled over all extracts and months given.

    Returns:
        `characteristic`, `age` (0, 1, 3, 7, 14, 28 or 56 days; only those that some extract shows), `n`, `hits`,
        `share`, `low` and `high` (95 % Wilson), sorted.
    """
    points = history.filter(pl.col("days").is_in(list(POINTS))).with_columns(
        age=pl.col("days").replace_strict(POINTS, default=None, return_dtype=pl.Int64)
    )
    pooled = points.group_by("characteristic", "age").agg(pl.sum("n"), pl.sum("hits"))
    share, low, high = wilson(pl.col("hits"), pl.col("n"))
    return pooled.with_columns(share=share, low=low, high=high).sort("characteristic", "age")


def seen(history: pl.DataFrame) -> pl.DataFrame:
    """Every month as each extract showed it.

    Returns:
        `characteristic`, `month`, `extract_date`, `lag` (days from the month's last day to the extract), `n` and
        `hits`; only where the month was over and the extract held at least `WHOLE` of its records.
    """
    by_month = history.group_by("characteristic", "month", "extract_date").agg(pl.sum("n"), pl.sum("hits"))
    last_day = (pl.col("month") + "-01").str.to_date().dt.month_end()
    return (
        by_month.with_columns(lag=(pl.col("extract_date") - last_day).dt.total_days())
        .filter(pl.col("lag") >= 0)
        .filter(pl.col("n") >= WHOLE * pl.col("n").max().over("characteristic", "month"))
        .sort("characteristic", "month", "extract_date")
    )


def settled_months(history: pl.DataFrame) -> pl.DataFrame:
    """Every month as known at 28 days: in the first extract that is 28 to 42 days after the month's last day.

    Returns:
        `characteristic`, `month`, `extract_date`, `lag`, `n` and `hits`; months that no such extract shows are absent.
    """
    fitting = seen(history).filter(pl.col("lag").is_between(SETTLED, SETTLED + SLACK))
    return fitting.unique(["characteristic", "month"], keep="first", maintain_order=True)


def likely(history: pl.DataFrame) -> pl.DataFrame:
    """What the months that are not settled yet will probably be known at 28 days, with a 95 % prediction interval.

    Of the people who were not known in earlier months at the same age (within `NEAR` days), a share f became known
    until 28 days; the same is expected of the newest months: s + f (1 − s). The interval is Student's, from how far
    that would have missed each of the earlier months (at most `PAIRS`), scaled to the number of people, and never
    narrower than chance alone makes it.

    Returns:
        `characteristic`, `month`, `extract_date`, `lag`, `n`, `hits` (as known now), `share` (as known now),
        `likely`, `likely_low`, `likely_high` (null if fewer than `FEWEST_PAIRS` earlier months tell) and `pairs`.
    """
    shown, done = seen(history), settled_months(history)
    newest = history["extract_date"].max()
    open_now = shown.filter((pl.col("extract_date") == newest) & (pl.col("lag") < SETTLED))
    rows = [row | _prediction(row, shown, done) for row in open_now.iter_rows(named=True)]
    shares = dict.fromkeys(("share", "likely", "likely_low", "likely_high"), pl.Float64)
    return pl.DataFrame(rows, schema={**open_now.schema, **shares, "pairs": pl.Int64})


def _prediction(row: dict[str, Any], shown: pl.DataFrame, done: pl.DataFrame) -> dict[str, Any]:
    now, n = row["hits"] / row["n"], row["n"]
    pairs = _pairs(row, shown, done)
    found: dict[str, Any] = {"share": now, "likely": None, "likely_low": None, "likely_high": None}
    weight = pairs["n"].to_numpy()
    missing = weight * (1 - pairs["early"].to_numpy())
    if pairs.height < FEWEST_PAIRS or missing.sum() == 0:
        return found | {"pairs": pairs.height}
    gained = pairs["late"].to_numpy() - pairs["early"].to_numpy()
    rate = float((weight * gained).sum() / missing.sum())
    missed = (gained - rate * (1 - pairs["early"].to_numpy())) * weight**0.5
    k = pairs.height
    spread = sqrt(float((missed**2).sum()) / (k - 1))
    chance = sqrt(max(0.0, (1 - now) * rate * (1 - rate)))
    half = STUDENT[k - 3] * max(spread, chance) * sqrt((1 + 1 / k) / n)
    expected = now + rate * (1 - now)
    limits = {"likely_low": max(0.0, expected - half), "likely_high": min(1.0, expected + half)}
    return found | {"likely": expected, "pairs": k} | limits


def _pairs(row: dict[str, Any], shown: pl.DataFrame, done: pl.DataFrame) -> pl.DataFrame:
    """Earlier months at this month's age and at 28 days: `n`, `early`, `late` (shares), the newest `PAIRS`."""
    same = pl.col("characteristic") == row["characteristic"]
    early = (
        shown.filter(same, pl.col("month") < row["month"], (pl.col("lag") - row["lag"]).abs() <= NEAR)
        .with_columns(apart=(pl.col("lag") - row["lag"]).abs())
        .sort("month", "apart")
        .unique("month", keep="first", maintain_order=True)
        .select("month", early=pl.col("hits") / pl.col("n"))
    )
    late = done.filter(same).select("month", "n", late=pl.col("hits") / pl.col("n"))
    return early.join(late, on="month").sort("month").tail(PAIRS)


def weeks(history: pl.DataFrame) -> pl.DataFrame:
    """Every week as known in the newest extract that holds at least `WHOLE` of its records.

    Returns:
        `characteristic`, `week` (its Monday), `lag` (days from its Sunday to that extract), `n` and `hits`, sorted.
    """
    by_week = history.group_by("characteristic", "week", "extract_date").agg(pl.sum("n"), pl.sum("hits"))
    return (
        by_week.with_columns(lag=(pl.col("extract_date") - pl.col("week")).dt.total_days() - 6)
        .filter(pl.col("lag") >= 0)
        .filter(pl.col("n") >= WHOLE * pl.col("n").max().over("characteristic", "week"))
        .sort("characteristic", "week", "extract_date")
        .unique(["characteristic", "week"], keep="last", maintain_order=True)
        .select("characteristic", "week", "lag", "n", "hits")
    )


def delivered_again(history: pl.DataFrame) -> bool:
    """Whether successive extracts deliver the same months, so that it can be seen how records fill in."""
    return bool((history.group_by("month").agg(pl.n_unique("extract_date"))["extract_date"] > 1).any())


def hindsight(history: pl.DataFrame) -> pl.DataFrame:
    """How good predictions would have been: each extract is taken for the newest, and what came is set beside.

    Returns:
        `characteristic`, `month`, `n`, `likely`, `likely_low`, `likely_high`, `came` (share as known at 28 days, from
        later extracts) and `covered`.
    """
    came = settled_months(history).select("characteristic", "month", came=pl.col("hits") / pl.col("n"))
    days: list[date] = history["extract_date"].unique().sort().to_list()
    found = [likely(history.filter(pl.col("extract_date") <= day)) for day in days]
    return (
        pl.concat(found)
        .drop_nulls("likely")
        .join(came, on=["characteristic", "month"])
        .select("characteristic", "month", "n", "likely", "likely_low", "likely_high", "came")
        .with_columns(covered=pl.col("came").is_between("likely_low", "likely_high"))
    )


def month_span(month: str) -> tuple[date, date]:
    """The first and last day of a month given as `YYYY-MM`."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
