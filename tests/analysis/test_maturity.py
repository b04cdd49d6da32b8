"""Maturity on a made-up history whose answers are known, and on what must hold whatever the figures."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from scipy.stats import t as student

from equality.analysis import maturity
from equality.measures.ages import BANDS

EXTRACTS = [date(2025 + m // 12, m % 12 + 1, 1) for m in range(1, 18)]


def history(early: float = 0.3, late: float = 0.5, n: int = 1000, jitter: float = 0.0, seed: int = 1) -> pl.DataFrame:
    """Each month is delivered by the two extracts after it: `early` known in the first, `late` in the second."""
    rng = np.random.default_rng(seed)
    rows = []
    for first, second in pairwise(EXTRACTS):
        month = first - timedelta(days=1)
        shift = rng.normal(0, jitter)
        for extract, share in ((first, early + shift), (second, late + shift)):
            rows.append(
                {
                    "extract_date": extract,
                    "month": f"{month:%Y-%m}",
                    "week": month.replace(day=1),
                    "days": 1 if extract == first else 25,
                    "characteristic": "ethnicity",
                    "n": n,
                    "hits": round(n * share),
                }
            )
    frame = pl.DataFrame(rows, schema_overrides={"days": pl.UInt8})
    return pl.concat(
        [
            frame,
            frame.filter(extract_date=EXTRACTS[-1], days=25).with_columns(
                month=pl.lit(f"{EXTRACTS[-1] - timedelta(days=1):%Y-%m}"),
                days=pl.lit(1, pl.UInt8),
                hits=pl.lit(round(n * early), pl.Int64),
            ),
        ]
    )


def test_the_curve_pools_extracts_by_age() -> None:
    found = maturity.curve(history())
    assert found["age"].to_list() == [1, 28]
    assert found["share"].to_list() == pytest.approx([0.3, 0.5])


def test_bands_around_the_ages_that_are_reported_lie_evenly_about_them() -> None:
    last = dict(zip(BANDS, [*(b - 1 for b in BANDS[1:]), None], strict=True))
    for first, age in maturity.POINTS.items():
        end = last[first]
        assert end is not None
        assert (first + end) / 2 == age


def test_months_are_shown_as_known_in_the_extract_four_to_six_weeks_after() -> None:
    found = maturity.settled_months(history())
    assert set(found["lag"].to_list()) <= set(range(28, 43))
    assert (found["hits"] == 500).all()
    assert found.height == len(EXTRACTS) - 1


def test_an_extract_that_holds_a_part_of_a_month_says_nothing_of_it() -> None:
    whole = history()
    partial = whole.with_columns(
        n=pl.when((pl.col("month") == "2025-03") & (pl.col("days") == 25)).then(400).otherwise("n")
    )
    assert "2025-03" not in maturity.settled_months(partial)["month"].to_list()


def test_the_newest_month_is_expected_to_gain_as_earlier_ones_did() -> None:
    (row,) = maturity.likely(history()).to_dicts()
    assert (row["share"], row["lag"], row["pairs"]) == (0.3, 1, maturity.PAIRS)
    assert row["likely"] == pytest.approx(0.5)
    # No earlier month missed, so chance alone sets the width: 2/7 of the 70 % not known became known.
    chance = (0.7 * (2 / 7) * (5 / 7)) ** 0.5
    k = maturity.PAIRS
    assert row["likely_high"] - row["likely"] == pytest.approx(
        student.ppf(0.975, k - 1) * chance * ((1 + 1 / k) / 1000) ** 0.5, rel=1e-3
    )


def test_a_few_earlier_months_are_too_few() -> None:
    early = history().filter(pl.col("extract_date") <= EXTRACTS[3])
    (row,) = maturity.likely(early).to_dicts()
    assert (row["likely"], row["pairs"] < maturity.FEWEST_PAIRS) == (None, True)


def test_students_quantiles_are_those_of_scipy() -> None:
    wanted = [student.ppf(0.975, df) for df in range(2, 2 + len(maturity.STUDENT))]
    assert pytest.approx(wanted, abs=5e-4) == maturity.STUDENT
    assert len(maturity.STUDENT) > maturity.PAIRS - 3


def test_hindsight_hides_what_came_later() -> None:
    found = maturity.hindsight(history(jitter=0.02))
    assert found.height == len(EXTRACTS) - 1 - maturity.FEWEST_PAIRS
    assert found["covered"].mean() > 0.8
    changed = history().with_columns(
        hits=pl.when((pl.col("extract_date") == EXTRACTS[-1]) & (pl.col("days") == 25)).then(900).otherwise("hits")
    )
    last = maturity.hindsight(changed).row(-1, named=True)
    assert (last["likely"] == pytest.approx(0.5), last["came"], last["covered"]) == (True, 0.9, False)


def test_a_single_extract_cannot_show_how_records_fill_in() -> None:
    one = history().filter(pl.col("extract_date") == EXTRACTS[5])
    assert not maturity.delivered_again(one)
    assert maturity.delivered_again(history())


def test_weeks_come_from_the_newest_extract_that_holds_them_whole() -> None:
    week = date(2025, 3, 3)
    rows = [(date(2025, 4, 1), 100, 30), (date(2025, 5, 1), 100, 40), (date(2025, 6, 1), 60, 30)]
    frame = pl.DataFrame(
        [
            {
                "extract_date": e,
                "month": "2025-03",
                "week": week,
                "days": 25,
                "characteristic": "sex",
                "n": n,
                "hits": h,
            }
            for e, n, h in rows
        ]
    )
    (row,) = maturity.weeks(frame).to_dicts()
    assert (row["n"], row["hits"], row["lag"]) == (100, 40, (date(2025, 5, 1) - date(2025, 3, 9)).days)
