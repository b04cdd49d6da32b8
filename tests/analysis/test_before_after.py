"""Before and after an event, against statsmodels; and trends in words."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from equality.analysis import before_after, trend
from equality.measures.dimensions import months_between

MONTHS = months_between("2025-01", "2026-04")


def months(hits: list[int], n: int = 100, extract: date = date(2027, 1, 1)) -> pl.DataFrame:
    frame = pl.DataFrame({"month": MONTHS[: len(hits)], "n": [n] * len(hits), "hits": hits})
    return trend.months_as_now(frame, extract, matures=True, minimum_n=20)


@settings(deadline=None)
@given(st.integers(0, 600), st.integers(0, 600))
def test_the_difference_is_newcombes(before: int, after: int) -> None:
    points = months([before // 6 if i < 6 else after // 6 for i in range(12)])
    found = before_after.before_after(points, date(2025, 7, 1), "month", 20)
    assert found is not None
    x1, x2 = 6 * (after // 6), 6 * (before // 6)
    low, high = confint_proportions_2indep(x1, 600, x2, 600, method="newcomb", compare="diff")
    assert (found.difference, found.low, found.high) == pytest.approx(((x1 - x2) / 600, low, high), abs=1e-9)


def test_the_month_of_the_event_is_on_neither_side_unless_it_began_that_day() -> None:
    points = months([50] * 16)
    inside = before_after.before_after(points, date(2025, 7, 2), "month", 20)
    on_first = before_after.before_after(points, date(2025, 7, 1), "month", 20)
    assert inside is not None
    assert on_first is not None
    assert (inside.sides["before"]["last"], inside.sides["after"]["first"]) == ("2025-06", "2025-08")
    assert on_first.sides["after"]["first"] == "2025-07"
    assert (inside.sides["before"]["first"], inside.sides["after"]["last"]) == ("2025-01", "2026-01")


def test_what_still_fills_in_is_not_compared() -> None:
    points = months([50] * 16, extract=date(2026, 2, 1))
    found = before_after.before_after(points, date(2025, 9, 1), "month", 20)
    assert found is not None
    assert found.sides["after"]["last"] == "2025-11"
    assert before_after.before_after(points, date(2025, 12, 15), "month", 20) is None


def test_elsewhere_is_the_rest() -> None:
    rest = before_after.elsewhere(months([50] * 8), months([20] * 8, n=30))
    assert (rest["n"].to_list(), rest["hits"].to_list()) == ([70] * 8, [30] * 8)


def test_the_sentence_claims_no_more_than_the_interval_allows() -> None:
    def said(after: int) -> str:
        found = before_after.before_after(months([50] * 6 + [after] * 6), date(2025, 7, 1), "month", 20)
        assert found is not None
        return before_after.sentence(found, "Sex", "Known", "where it applied")

    assert said(65).startswith(
        "Sex, where it applied: known rose 15.0 points (+9.4 to +20.4), from 50.0% of 600 people"
    )
    assert "known did not change beyond chance (−3.6 to +7.6 points)" in said(52)
    assert "known fell 15.0 points" in said(35)


def judged(hits: list[int]) -> tuple[str, str]:
    chart = trend.charted(months(hits), "known")
    found = trend.verdict(chart)
    return found.word, trend.sentence(chart, found, "Sex", "known", "Victims")


def test_trends_in_words() -> None:
    noise = [50, 52, 49, 51, 50, 48, 51, 50, 52, 49, 50, 51]
    word, said = judged(noise)
    assert word == "no change"
    assert said.startswith(
        "No change beyond chance. Sex is known for 51 in 100 victims (95% interval 41.3–60.6), 51 of 100"
    )
    assert "within the limits of" in said
    word, said = judged([*noise, 75])
    assert (word, "above the upper limit of" in said) == ("improving", True)
    assert judged([*noise, 25])[0] == "worsening"
    assert judged([*noise, 75, 50, 51, 50])[0] == "no change"  # three points later it is history
    word, said = judged(noise[:5])
    assert (word, "5 settled months with enough people, and 8 are needed" in said) == ("cannot tell", True)


def test_a_run_that_hardly_differs_is_named_and_not_called_a_change() -> None:
    hits = [51, 49, 52, 48, 51, 49, 50, 48, 50, 51, 50, 51, 50, 51, 50, 51]
    chart = trend.charted(months(hits), "known")
    found = trend.verdict(chart)
    if found.signal is not None:
        assert (found.word, "One rule sees a signal" in trend.sentence(chart, found, "Sex", "known", "Victims")) == (
            "no change",
            True,
        )
    shift = [40, 42, 38, 41, 40, 39, 41, 40, 42, 47, 48, 46, 47, 48, 47, 46]
    assert judged(shift)[0] == "improving"


def test_weeks_and_months_have_their_own_words() -> None:
    assert trend.period_words("2026-05") == "May 2026"
    assert trend.period_words("2026-05-04") == "the week of 4 May 2026"
    assert trend.positions(months([50] * 3), [date(2025, 1, 1), date(2025, 1, 2), date(2026, 1, 1)]) == [0, 1, 3]
