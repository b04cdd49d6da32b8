"""Dates of birth that were made up: 1 January, other popular days, and ages that end in 0 or 5."""

from __future__ import annotations

from typing import Final

import polars as pl

from equality.analysis.plausibility import Check, Finding, benjamini_hochberg, upper_tail
from equality.analysis.proportions import wilson
from equality.analysis.words import MONTHS, people, percent

YEAR: Final = 365.25
TWICE: Final = 2.0
"""A day is named if it holds at least this many times its share of the year, the lower limit included."""
WHIPPLE_FROM, WHIPPLE_TO = 23, 62
"""Ages that Whipple's index counts: 40 years, in which each last digit occurs four times."""
WHIPPLE_ACCURATE: Final = 105.0
"""Below this an index is called highly accurate (United Nations, Demographic Yearbook)."""
WHIPPLE_WORDS: Final = ((105, "highly accurate"), (110, "fairly accurate"), (125, "approximate"), (175, "rough"))
LEAST_DATED: Final = 500
"""Dates of birth below which single days are not looked at."""


def day_shares(days: pl.DataFrame) -> pl.DataFrame:
    """How often each day of the year is a date of birth, against its share of the year.

    Args:
        days: the table `birth_days`: `month_day` and `records`.

    Returns:
        One row per day of the year: `month_day`, `label` (`1 January`), `position` (0 to 365), `records`, `n` (all
        dates), `share`, `low`, `high` (95 % Wilson), `expected` (a share), `ratio`, `q` (false discovery rate over
        all days, from the score test of the share against the expected) and `named`.
    """
    counted = days.group_by("month_day").agg(pl.col("records").cast(pl.Int64).sum())
    frame = _calendar().join(counted, on="month_day", how="left").with_columns(pl.col("records").fill_null(0))
    n = int(frame["records"].sum())
    share, low, high = wilson(pl.col("records"), pl.lit(max(n, 1)))
    # 29 February comes once in four years.
    expected = pl.when(pl.col("month_day") == 229).then(0.25 / YEAR).otherwise(1 / YEAR)
    frame = frame.with_columns(n=pl.lit(n), share=share, low=low, high=high, expected=expected)
    error = (pl.col("expected") * (1 - pl.col("expected")) / max(n, 1)).sqrt()
    frame = frame.with_columns(
        ratio=pl.col("share") / pl.col("expected"), z=(pl.col("share") - pl.col("expected")) / error
    )
    q = benjamini_hochberg([upper_tail(z) for z in frame["z"]])
    named = (pl.col("q") <= 0.05) & (pl.col("low") >= TWICE * pl.col("expected")) & (n >= LEAST_DATED)
    return frame.with_columns(q=pl.Series(q, dtype=pl.Float64)).with_columns(named=named).drop("z")


def _calendar() -> pl.DataFrame:
    lengths = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    days = [(month, day) for month, length in enumerate(lengths, 1) for day in range(1, length + 1)]
    return pl.DataFrame(
        {
            "month_day": [100 * month + day for month, day in days],
            "label": [f"{day} {MONTHS[month - 1]}" for month, day in days],
            "position": range(len(days)),
        },
        schema={"month_day": pl.Int16, "label": pl.String, "position": pl.Int64},
    )


def birth_days(days: pl.DataFrame) -> Check:
    """Days of the year on which far too many people are born."""
    shares = day_shares(days)
    n = int(shares["n"][0])
    named = shares.filter("named").sort("ratio", descending=True)
    return Check(
        id="birth_days",
        title="Made-up dates of birth",
        findings=[Finding(_day_sentence(named, days), {}, "age")] if named.height else [],
        looked=f"No day of the year is the date of birth of far more of {people(n)} than its share.",
        not_proof=(
            "This is not proof of false entries: in some countries people without papers are registered as born on "
            "1 January, and carry that date for life."
        ),
        counted=(
            "Dates of birth that are valid and no placeholder, by day and month. A day is named if it holds at least "
            "twice its share of the year with its 95% interval, at a false discovery rate of 5% over all days. "
            f"Fewer than {LEAST_DATED} dates are not looked at."
        ),
        evidence=shares,
        heeds=("month", "role"),
        missing="" if n >= LEAST_DATED else _no_dates(n),
    )


def _no_dates(n: int) -> str:
    if n == 0:
        return "This export has no dates of birth, only ages or age ranges, or none in this selection."
    return f"Only {people(n)} with a date of birth: too few to look at single days."


def _day_sentence(named: pl.DataFrame, days: pl.DataFrame) -> str:
    top = named.row(0, named=True)
    others = named["label"][1:6].to_list()
    also = f" Also too frequent: {', '.join(others)}." if others else ""
    sentence = (
        f"{percent(top['share'])} of dates of birth are {top['label']} "
        f"({100 * top['low']:.1f}–{100 * top['high']:.1f}; "
        f"{top['records']:,} of {people(top['n'])}): {top['ratio']:.0f} times what chance gives."
    )
    years = first_january_years(days)
    if top["month_day"] == 101 and years.height:
        year = years.row(0, named=True)
        sentence += f" The commonest year beside it is {year['year']} ({people(year['records'])})."
    return sentence + also


def first_january_years(days: pl.DataFrame) -> pl.DataFrame:
    """The years of birth of those born on 1 January, the commonest first: `year`, `records`."""
    return (
        days.filter(pl.col("year") > 0)
        .group_by("year")
        .agg(pl.col("records").cast(pl.Int64).sum())
        .sort("records", "year", descending=[True, False])
    )


def whipple(ages: pl.DataFrame) -> tuple[float, float, float, int] | None:
    """Whipple's index of ages, with the 95 % Wilson interval of the share that it is made of.

    Five times the people whose age ends in 0 or 5, of all people aged 23 to 62, times 100: 100 if no digit is
    preferred, 500 if all ages end in 0 or 5 (United Nations, Methods of Appraisal of Quality of Basic Data, 1955).

    Args:
        ages: `age` and `records`.

    Returns:
        Index, lower and upper limit, people counted; None if there is nobody.
    """
    counted = ages.filter(pl.col("age").is_between(WHIPPLE_FROM, WHIPPLE_TO))
    n = int(counted["records"].sum() or 0)
    if not n:
        return None
    rounded = int(counted.filter(pl.col("age") % 5 == 0)["records"].sum() or 0)
    share, low, high = pl.select(*(e.alias(f"{i}") for i, e in enumerate(wilson(pl.lit(rounded), pl.lit(n))))).row(0)
    return 500 * share, 500 * low, 500 * high, n


def whipple_words(index: float) -> str:
    """The United Nations' word for an index: highly accurate, fairly accurate, approximate, rough or very rough."""
    return next((word for limit, word in WHIPPLE_WORDS if index < limit), "very rough")


def age_counts(ages: pl.DataFrame) -> pl.DataFrame:
    """How many people are of each age from 10 to 89: `age`, `records`, `rounded` (ends in 0 or 5)."""
    years = pl.DataFrame({"age": range(10, 90)}, schema={"age": pl.Int16})
    counted = ages.group_by("age").agg(pl.col("records").cast(pl.Int64).sum())
    return (
        years.join(counted, on="age", how="left")
        .sort("age")
        .with_columns(pl.col("records").fill_null(0), rounded=pl.col("age") % 5 == 0)
    )


def age_heaping(ages: pl.DataFrame, minimum_n: int) -> Check:
    """Ages that end in 0 or 5 too often."""
    found = whipple(ages)
    enough = found is not None and found[3] >= max(minimum_n, 100)
    sentence = looked = ""
    if found:
        index, low, high, n = found
        words = (
            f"Whipple's index is {index:.0f} ({low:.0f}–{high:.0f}; {people(n)} aged {WHIPPLE_FROM} to {WHIPPLE_TO})"
        )
        sentence = (
            f"Ages ending in 0 or 5 are too frequent: {words}, {whipple_words(index)} by the United Nations' scale."
        )
        looked = f"Rounded ages are not too frequent: {words}, where 100 is no preference."
    return Check(
        id="ages",
        title="Rounded ages",
        findings=[Finding(sentence, {}, "age")] if found and enough and found[1] > WHIPPLE_ACCURATE else [],
        looked=looked,
        not_proof=(
            "This is not proof that an age is wrong by much: an officer's estimate of somebody who cannot be asked is "
            "often rounded. It says how many ages are estimates."
        ),
        counted=(
            "Five times the people whose age ends in 0 or 5, of all aged 23 to 62, times 100. Named if the whole 95% "
            "interval lies above 105, from which on the United Nations no longer calls ages highly accurate."
        ),
        evidence=age_counts(ages),
        heeds=("month", "role"),
        missing="" if enough else "This export has no ages in whole years, or too few in this selection.",
    )
