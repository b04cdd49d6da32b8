"""Dates and ages against the standard library."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equality.exports.dates import age_band, age_code, parsed, whole_years

FORMATS = ["%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y"]
days = st.dates(date(1850, 1, 1), date(2100, 12, 31))


def evaluate(expression: pl.Expr, **columns: object) -> object:
    return pl.DataFrame({name: [value] for name, value in columns.items()}).select(expression).item()


@given(days, days)
def test_age_in_whole_years_is_what_a_calendar_says(born: date, on: date) -> None:
    expected = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    assert evaluate(whole_years(pl.col("b"), pl.col("o")), b=born, o=on) == expected


@given(days, st.sampled_from(["%d/%m/%Y", "%Y-%m-%d"]))
def test_a_written_date_is_read_back(day: date, form: str) -> None:
    text = f"{day.day:02d}/{day.month:02d}/{day.year:04d}" if form == "%d/%m/%Y" else day.isoformat()
    assert evaluate(parsed(pl.col("t"), FORMATS), t=text) == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-06-30T23:30:00+00:00", date(2019, 6, 30)),
        (" 05/04/1985 ", date(1985, 4, 5)),
        ("05/04/1985 00:00", date(1985, 4, 5)),
        ("05/04/1985 09:30:00", date(1985, 4, 5)),
        ("05/04/85", date(1985, 4, 5)),
        ("05/04/31", date(1931, 4, 5)),
        ("31/02/1985", None),
        ("00/00/0000", None),
        ("12/13/1978", None),
        ("85", None),
        ("#N/A", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_as_people_write_them(text: str | None, expected: date | None) -> None:
    frame = pl.DataFrame({"t": [text]}, schema={"t": pl.String})
    assert frame.select(parsed(pl.col("t"), FORMATS, not_after=pl.lit(date(2026, 1, 1)))).item() == expected


def test_a_placeholder_is_no_age_and_a_future_birth_is_negative() -> None:
    on = pl.lit(date(2026, 7, 1))
    code = age_code(pl.col("b"), on, [date(1900, 1, 1)])
    born = [date(1900, 1, 1), date(1900, 1, 2), date(2026, 12, 24), date(2026, 7, 1), date(1986, 7, 2)]
    got = pl.DataFrame({"b": born}).select(code.alias("code"))["code"]
    assert got.to_list() == ["U", "126", "-1", "0", "39"]


@given(st.integers(0, 115))
def test_every_age_has_the_band_it_lies_in(age: int) -> None:
    band = evaluate(age_band(pl.col("a")), a=str(age))
    low, _, high = str(band).partition("-")
    assert (age >= 65 and band == "65 and over") or int(low) <= age <= int(high)


@pytest.mark.parametrize("code", ["U", "-1", "126", "nonsense", None])
def test_what_is_no_age_has_no_band(code: str | None) -> None:
    frame = pl.DataFrame({"a": [code]}, schema={"a": pl.String})
    assert frame.select(age_band(pl.col("a"))).item() == "not known"


@given(days, st.integers(0, 40_000))
def test_age_never_falls_as_time_passes(born: date, later: int) -> None:
    on = min(born + timedelta(days=later), date(2100, 12, 31))
    after = on + timedelta(days=1)
    both = [evaluate(whole_years(pl.col("b"), pl.col("o")), b=born, o=day) for day in (on, after)]
    assert both[0] <= both[1]
