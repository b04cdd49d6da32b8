"""Wilson and Newcombe against published vectors and statsmodels."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from equality.analysis.proportions import newcombe, wilson

# Newcombe 1998 and the Wilson vectors of the project's definitions (docs/definitions.md)
VECTORS = [
    (61, 100, 0.5120, 0.6998),
    (0, 20, 0.0, 0.1611),
    (20, 20, 0.8389, 1.0),
    (3, 7, 0.1582, 0.7495),
    (390, 1000, 0.3602, 0.4206),
]


def interval(x: int, n: int) -> tuple[float | None, float | None, float | None]:
    frame = pl.DataFrame({"x": [x], "n": [n]}).select(
        part.alias(name) for part, name in zip(wilson(pl.col("x"), pl.col("n")), "plh", strict=True)
    )
    return frame.row(0)


@pytest.mark.parametrize(("x", "n", "low", "high"), VECTORS)
def test_wilson_reproduces_published_vectors(x: int, n: int, low: float, high: float) -> None:
    share, got_low, got_high = interval(x, n)
    assert share == x / n
    assert got_low == pytest.approx(low, abs=5e-5)
    assert got_high == pytest.approx(high, abs=5e-5)


def test_no_trials_give_no_rate() -> None:
    assert interval(0, 0) == (None, None, None)


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_statsmodels(pair: tuple[int, int]) -> None:
    x, n = pair
    share, low, high = interval(x, n)
    expected_low, expected_high = proportion_confint(x, n, method="wilson")
    assert low == pytest.approx(expected_low, abs=1e-9)
    assert high == pytest.approx(expected_high, abs=1e-9)
    assert 0 <= low <= share <= high <= 1


def difference(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float, float]:
    frame = pl.DataFrame({"x1": [x1], "n1": [n1], "x2": [x2], "n2": [n2]})
    parts = newcombe(wilson(pl.col("x1"), pl.col("n1")), wilson(pl.col("x2"), pl.col("n2")))
    return frame.select(part.alias(name) for part, name in zip(parts, "dlh", strict=True)).row(0)


def test_newcombe_reproduces_the_published_vector() -> None:
    assert difference(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


counts = st.integers(1, 10**5).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_newcombe_agrees_with_statsmodels(first: tuple[int, int], second: tuple[int, int]) -> None:
    _, low, high = difference(*first, *second)
    expected = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    assert (low, high) == pytest.approx(expected, abs=1e-9)
