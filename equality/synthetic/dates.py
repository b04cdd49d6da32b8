"""Dates as positions in a list of strings: formatting a million dates becomes a look-up."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from equality.synthetic.book import Book
from equality.synthetic.draws import Ints
from equality.synthetic.labels_person import DOB_GAPS

_EPOCH = date(1900, 1, 1)
_LAST = date(2099, 12, 31)

GAP_BOOK = Book(DOB_GAPS)
_days = pl.date_range(_EPOCH, _LAST, eager=True)
DAYS = len(_days)
# dd/mm/yyyy, then nothing, then dd/mm/yy, then what stands for a date of birth that is none
LABELS = pl.concat(
    [
        _days.dt.strftime("%d/%m/%Y"),
        pl.Series([None], dtype=pl.String),
        _days.dt.strftime("%d/%m/%y"),
        GAP_BOOK.labels,
    ]
)
NOTHING = DAYS
SHORT = DAYS + 1
GAPS_FROM = 2 * DAYS + 1

# first of January of every year from 1900, as days since 1900
NEW_YEARS = np.asarray([(date(y, 1, 1) - _EPOCH).days for y in range(1900, 2100)], dtype=np.int64)


def year_of(day: Ints) -> Ints:
    """The calendar year of days since 1900."""
    return 1899 + np.searchsorted(NEW_YEARS, day, side="right").astype(np.int64)


def new_year(year: Ints) -> Ints:
    """The first of January of these years."""
    return NEW_YEARS[np.clip(year - 1900, 0, len(NEW_YEARS) - 1)]


def text(day: Ints) -> pl.Series:
    """Days since 1900 as dd/mm/yyyy; NOTHING as null."""
    return LABELS.gather(pl.Series(day))


def number(day: date) -> int:
    """Days since 1900."""
    return (day - _EPOCH) // timedelta(days=1)
