"""Kitagawa's split: the published vector, sums that are exact, and limits held against a bootstrap and a simulation."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equality.analysis.kitagawa import Split, grouped, kitagawa, verdict

# docs/definitions.md: shares and rates of three strata on both sides
VECTOR = {"w_a": (0.5, 0.3, 0.2), "r_a": (0.8, 0.6, 0.3), "w_b": (0.3, 0.3, 0.4), "r_b": (0.7, 0.65, 0.35)}
PRACTICE, MIX = (0.04, -0.015, -0.015), (0.15, 0.0, -0.065)


def side(n: list[int], hits: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"crime": [f"c{i}" for i in range(len(n))], "n": n, "hits": hits})


def test_the_vector() -> None:
    a = side([5000, 3000, 2000], [4000, 1800, 600])
    b = side([3000, 3000, 4000], [2100, 1950, 1400])
    got = kitagawa(a, b, ["crime"])
    assert got is not None
    assert (got.rate_a, got.rate_b) == pytest.approx((0.640, 0.545))
    for name, values in VECTOR.items():
        assert got.strata[name].to_list() == pytest.approx(values)
    assert got.strata["practice"].to_list() == pytest.approx(PRACTICE)
    assert got.strata["mix"].to_list() == pytest.approx(MIX)
    assert (got.practice.value, got.mix.value) == pytest.approx((0.010, 0.085))
    assert got.pooled == 0


stratum = st.tuples(st.sampled_from("abcdef"), st.sampled_from(["101", "999"]), st.booleans())
counts = st.integers(0, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
sides = st.dictionaries(stratum, counts, min_size=1, max_size=20)
KEYS = ["crime", "channel", "flag"]


def of(cells: dict) -> pl.DataFrame:
    rows = [(*key, hits, n) for key, (hits, n) in cells.items()]
    schema = {"crime": pl.String, "channel": pl.String, "flag": pl.Boolean, "hits": pl.Int64, "n": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


@settings(deadline=None)
@given(sides, sides)
def test_contributions_sum_exactly_to_the_difference_and_agree_with_a_loop(a: dict, b: dict) -> None:
    got = kitagawa(of(a), of(b), KEYS)
    totals = [sum(n for _, n in cells.values()) for cells in (a, b)]
    if not all(totals):
        assert got is None
        return
    assert got is not None
    rates = [sum(hits for hits, _ in cells.values()) / total for cells, total in zip((a, b), totals, strict=True)]
    exact = rates[0] - rates[1]
    assert got.difference == pytest.approx(exact, abs=1e-12)
    assert got.practice.value + got.mix.value == pytest.approx(exact, abs=1e-12)
    assert got.strata.select(pl.sum_horizontal("practice", "mix").sum()).item() == pytest.approx(exact, abs=1e-12)
    for by in KEYS:
        groups = grouped(got, by)
        assert groups["practice"].sum() == pytest.approx(got.practice.value, abs=1e-12)
        assert groups["mix"].sum() == pytest.approx(got.mix.value, abs=1e-12)
    found = {row[:3]: row for row in got.strata.select(*KEYS, "practice", "mix", "pooled").iter_rows()}
    for key in {k for cells in (a, b) for k, (_, n) in cells.items() if n}:
        (hits_a, n_a), (hits_b, n_b) = a.get(key, (0, 0)), b.get(key, (0, 0))
        r_a = hits_a / n_a if n_a else hits_b / n_b
        r_b = hits_b / n_b if n_b else r_a
        w_a, w_b = n_a / totals[0], n_b / totals[1]
        practice, mix = (w_a + w_b) / 2 * (r_a - r_b), (r_a + r_b) / 2 * (w_a - w_b)
        assert found[key][3:5] == pytest.approx((practice, mix), abs=1e-12)
        assert found[key][5] == (not n_a or not n_b)
    for part in (got.practice, got.mix):
        assert part.low <= part.value <= part.high


@settings(deadline=None)
@given(sides)
def test_a_side_differs_in_nothing_from_itself(cells: dict) -> None:
    got = kitagawa(of(cells), of(cells), KEYS)
    if got is not None:
        assert (got.practice.value, got.mix.value, got.pooled) == pytest.approx((0, 0, 0), abs=1e-12)
        assert verdict(got) == "same"


@settings(deadline=None)
@given(sides, sides)
def test_the_other_way_round_is_the_negative(a: dict, b: dict) -> None:
    one, other = kitagawa(of(a), of(b), KEYS), kitagawa(of(b), of(a), KEYS)
    if one is not None and other is not None:
        assert one.practice.value == pytest.approx(-other.practice.value, abs=1e-12)
        assert one.mix.low == pytest.approx(-other.mix.high, abs=1e-9)


RATES = np.array([0.7, 0.5, 0.35, 0.2, 0.6, 0.45])
SHARES_A = np.array([0.30, 0.25, 0.15, 0.15, 0.10, 0.05])
SHARES_B = np.array([0.10, 0.20, 0.25, 0.25, 0.15, 0.05])


def drawn(rng: np.random.Generator, shares: np.ndarray, rates: np.ndarray, people: int) -> pl.DataFrame:
    n = rng.multinomial(people, shares)
    return side(n.tolist(), rng.binomial(n, rates).tolist())


def test_limits_agree_with_a_bootstrap() -> None:
    rng = np.random.default_rng(3)
    a, b = drawn(rng, SHARES_A, RATES, 3000), drawn(rng, SHARES_B, RATES - 0.05, 2000)
    got = split(a, b)
    draws = []
    for _ in range(1500):
        pair = [
            drawn(rng, (f["n"] / f["n"].sum()).to_numpy(), (f["hits"] / f["n"]).to_numpy(), f["n"].sum())
            for f in (a, b)
        ]
        draws.append(plain_parts(*pair))
    spread = np.std(draws, axis=0)
    for part, error in zip((got.practice, got.mix), spread, strict=True):
        assert (part.high - part.low) / 2 / 1.959964 == pytest.approx(error, rel=0.08)


def split(a: pl.DataFrame, b: pl.DataFrame) -> Split:
    got = kitagawa(a, b, ["crime"])
    assert got is not None
    return got


def plain_parts(a: pl.DataFrame, b: pl.DataFrame) -> tuple[float, float]:
    """Practice and mix by numpy, where no stratum is empty."""
    (n_a, x_a), (n_b, x_b) = ((f["n"].to_numpy(), f["hits"].to_numpy()) for f in (a, b))
    w_a, w_b, r_a, r_b = n_a / n_a.sum(), n_b / n_b.sum(), x_a / n_a, x_b / n_b
    return float(((w_a + w_b) / 2 * (r_a - r_b)).sum()), float(((r_a + r_b) / 2 * (w_a - w_b)).sum())


def test_limits_cover_the_truth_as_often_as_they_say() -> None:
    """Two places with one practice and two mixes: the practice part is 0, and is said to differ in one case of 20."""
    rng = np.random.default_rng(5)
    truth = float((RATES * (SHARES_A - SHARES_B)).sum())
    alarms = misses = 0
    for _ in range(600):
        got = split(drawn(rng, SHARES_A, RATES, 800), drawn(rng, SHARES_B, RATES, 600))
        alarms += got.practice.beyond_chance
        misses += not got.mix.low <= truth <= got.mix.high
    assert 0.02 <= alarms / 600 <= 0.08
    assert 0.02 <= misses / 600 <= 0.08


def test_thin_strata_do_not_look_certain() -> None:
    """Many combinations with a few people each: the practice part still raises no more alarms than it may."""
    rng = np.random.default_rng(8)
    strata = 300
    rates = rng.uniform(0.1, 0.9, strata)
    shares_a, shares_b = (rng.dirichlet(np.ones(strata)) for _ in range(2))
    alarms = sum(
        split(drawn(rng, shares_a, rates, 900), drawn(rng, shares_b, rates, 900)).practice.beyond_chance
        for _ in range(200)
    )
    assert alarms / 200 <= 0.08


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (([1000, 1000], [800, 300]), ([1000, 1000], [500, 100]), "practice"),
        (([1800, 200], [1440, 40]), ([200, 1800], [160, 360]), "mix"),
        (([1800, 200], [1640, 80]), ([200, 1800], [140, 180]), "both"),
        (([1800, 200], [1000, 20]), ([200, 1800], [180, 600]), "opposed"),
        (([1000, 1000], [800, 300]), ([1000, 1000], [802, 299]), "same"),
    ],
)
def test_the_verdict(a: tuple, b: tuple, expected: str) -> None:
    assert verdict(split(side(*a), side(*b))) == expected
