"""Dates as people and spreadsheets write them, and ages from dates of birth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from equality.exports.once import labels, looked_up, mapped, once, spellings

UNKNOWN_AGE = "U"
"""The code of an age that a placeholder stands for."""

EXCEL = "excel"
"""In place of a format: days since 30 December 1899, as spreadsheets store dates."""
_A_CENTURY = "-100y"
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
    return _first(_readings(text, formats), not_after)


def reader(frame: pl.LazyFrame, column: str, formats: Sequence[str], not_after: pl.Expr | None = None) -> pl.Expr:
    """`parsed` for a column of a frame; of a Categorical one each spelling is read once, not once per row.

    Args:
        frame: holds the column; the distinct values of a Categorical one are collected.
        column: its name.
        formats: as for `parsed`.
        not_after: as for `parsed`.
    """
    if not_after is None:
        return once(frame, column, lambda text: parsed(text, formats))
    readings = _readings(pl.col(column), formats)
    spelled = spellings(frame, column)
    if spelled is None:
        return _first(readings, not_after)
    # A year of two digits depends on the row, so what each format makes of a spelling is looked up by itself.
    text = spelled.cast(pl.String).to_frame()
    found = []
    for each in readings:
        day = text.select(each.day.alias(column))[column]
        if day.null_count() == len(day):
            continue
        earlier = None
        if each.earlier is not None:
            earlier = looked_up(pl.col(column), spelled, text.select(each.earlier.alias(column))[column])
        found.append(_Reading(looked_up(pl.col(column), spelled, day), earlier))
    return _first(found, not_after)


@dataclass(frozen=True)
class _Reading:
    """What one format makes of a text.

    Attributes:
        day: the date, or null.
        earlier: where its year has two digits, the date a century before.
    """

    day: pl.Expr
    earlier: pl.Expr | None = None


def _readings(text: pl.Expr, formats: Sequence[str]) -> list[_Reading]:
    """In the order in which they are tried."""
    day = text.str.strip_chars().str.replace(r"[T ]\d{1,2}:\d{2}.*$", "")
    long = [day.str.to_date(f, strict=False) for f in formats if "%Y" in f]
    short = [day.str.to_date(f, strict=False) for f in formats if "%y" in f]
    # chrono reads "85" as the year 85 where %Y is asked.
    found = [_Reading(pl.when(d.dt.year() >= 1000).then(d)) for d in long]
    found += [_Reading(d, d.dt.offset_by(_A_CENTURY)) for d in short]
    return [*found, _Reading(_serial(day))] if EXCEL in formats else found


def _first(readings: Sequence[_Reading], not_after: pl.Expr | None) -> pl.Expr:
    if not readings:
        return pl.lit(None, dtype=pl.Date)
    return pl.coalesce(
        pl.when(each.day > not_after).then(each.earlier).otherwise(each.day)
        if each.earlier is not None and not_after is not None
        else each.day
        for each in readings
    )


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
    """The age code of a date of birth: completed years, or `U` for a placeholder; null where there is none.

    Categorical: a number is looked up, not written out for every row.
    """
    years = pl.Series(_YEARS, dtype=pl.Int32)
    written = looked_up(whole_years(born, on), years, years.cast(pl.String))
    return pl.when(born.is_in(list(placeholders))).then(labels(UNKNOWN_AGE)).otherwise(written)


_YEARS = range(-9_999, 10_000)
"""Every difference of two years of four digits."""

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
    bands = {str(years): name for name, low, high in AGE_BANDS for years in range(low, high + 1)}
    return mapped(age, bands | {given: given for given in AGE_RANGES}, "not known")
