"""Dates as people and spreadsheets write them, and ages from dates of birth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

UNKNOWN_AGE = "U"
"""The code of an age that a placeholder stands for."""

EXCEL = "excel"
"""In place of a format: days since 30 December 1899, as spreadsheets store dates."""
_LAST_SERIAL = 73_050
"""1 January 2100: a larger number is no date of a record, but perhaps 20200131."""


def parsed(text: pl.Expr, formats: Sequence[str], not_after: pl.Expr | None = None) -> pl.Expr:
    """The date that a text means, or null. A time of day behind the date is passed over.

    Args:
        text: String expression.
        formats: accepted formats, tried in order. A four-digit year never matches two digits. `excel` accepts
            the serial numbers of spreadsheets.
        not_after: a two-digit year that would lie after this date is taken a century earlier.
    """
    day = text.str.strip_chars().str.replace(r"[T ]\d{1,2}:\d{2}.*$", "")
    long = [day.str.to_date(f, strict=False) for f in formats if "%Y" in f]
    short = [day.str.to_date(f, strict=False) for f in formats if "%y" in f]
    # chrono reads "85" as the year 85 where %Y is asked.
    found = [pl.when(d.dt.year() >= 1000).then(d) for d in long]
    if not_after is not None:
        short = [pl.when(d > not_after).then(d.dt.offset_by("-100y")).otherwise(d) for d in short]
    return pl.coalesce([*found, *short, *([_serial(day)] if EXCEL in formats else [])])


def _serial(text: pl.Expr) -> pl.Expr:
    days = text.cast(pl.Float64, strict=False).floor()
    days = pl.when(days.is_between(0, _LAST_SERIAL)).then(days)
    return pl.lit(date(1899, 12, 30)) + pl.duration(days=days.cast(pl.Int64))


def whole_years(born: pl.Expr, on: pl.Expr) -> pl.Expr:
    """Age in completed years on a day; negative where the birth lies later."""
    before_birthday = _day_of_year(on) < _day_of_year(born)
    return on.dt.year() - born.dt.year() - before_birthday.cast(pl.Int32)


def _day_of_year(day: pl.Expr) -> pl.Expr:
    # Month and day are Int8 in Polars: without the cast, 3 * 100 would overflow in silence.
    return day.dt.month().cast(pl.Int32) * 100 + day.dt.day()


def age_code(born: pl.Expr, on: pl.Expr, placeholders: Sequence[date]) -> pl.Expr:
    """The age code of a date of birth: completed years, or `U` for a placeholder; null where there is none."""
    years = whole_years(born, on).cast(pl.String)
    return pl.when(born.is_in(list(placeholders))).then(pl.lit(UNKNOWN_AGE)).otherwise(years)


AGE_BANDS = (
    ("0-11", 0, 11),
    ("12-15", 12, 15),
    ("16-17", 16, 17),
    ("18-24", 18, 24),
    ("25-34", 25, 34),
    ("35-44", 35, 44),
    ("45-55", 45, 55),
    ("56-64", 56, 64),
    ("65 and over", 65, 115),
)
AGE_RANGES = ("under 10", "10-17", "18-24", "25-34", "over 34")
"""Ranges that an export may hold in place of ages."""


def age_band(age: pl.Expr) -> pl.Expr:
    """The band of an age code, never null: a range stays as it is, anything else is "not known"."""
    years = age.cast(pl.Int32, strict=False)
    bands = [pl.when(years.is_between(low, high)).then(pl.lit(name)) for name, low, high in AGE_BANDS]
    return pl.coalesce(pl.when(age.is_in(list(AGE_RANGES))).then(age), *bands, pl.lit("not known"))
