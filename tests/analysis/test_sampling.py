"""Stratified samples: sizes by hand, allocation, repeatable draws, and estimates that are right over all samples."""

from __future__ import annotations

import itertools
from math import comb, prod, sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from equality.analysis.sampling import allocate, draw, estimate, sample_size


@pytest.mark.parametrize(
    ("population", "precision", "confidence", "expected", "size"),
    [
        # 1.96² × 0.25 / 0.05² = 384.1, without and with the correction: the textbook's figures.
        (10**9, 0.05, 0.95, 0.5, 385),
        (1_000, 0.05, 0.95, 0.5, 278),
        (10_000, 0.05, 0.95, 0.5, 370),
        (100, 0.05, 0.95, 0.5, 80),
        (10**9, 0.03, 0.95, 0.5, 1068),
        (10**9, 0.05, 0.99, 0.5, 664),
        (10**9, 0.03, 0.95, 0.9, 385),
        (1, 0.05, 0.95, 0.5, 1),
        (0, 0.05, 0.95, 0.5, 0),
    ],
)
def test_sizes(population: int, precision: float, confidence: float, expected: float, size: int) -> None:
    assert sample_size(population, precision, confidence, expected) == size


def test_a_size_leaves_the_precision_that_was_asked_for() -> None:
    for population in (50, 500, 5_000, 500_000):
        n = sample_size(population, 0.04, 0.95, 0.3)
        half = 1.959964 * sqrt(0.3 * 0.7 / n * (population - n) / (population - 1))
        fewer = n - 1
        before = 1.959964 * sqrt(0.3 * 0.7 / fewer * (population - fewer) / (population - 1))
        assert half <= 0.04 + 1e-9 < before + 1e-6


@pytest.mark.parametrize("wrong", [(0.0, 0.95, 0.5), (0.05, 1.0, 0.5), (0.05, 0.95, 1.2), (float("nan"), 0.95, 0.5)])
def test_a_design_that_cannot_be(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 100%"):
        sample_size(100, *wrong)


@hypothesis_settings(deadline=None)
@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=30), st.integers(0, 3_000), st.integers(0, 5))
def test_allocation(sizes: list[int], wanted: int, least: int) -> None:
    given_ = allocate(sizes, wanted, least)
    assert all(min(size, least) <= n <= size for size, n in zip(sizes, given_, strict=True))
    proportional = allocate(sizes, wanted, 0)
    assert sum(proportional) == min(wanted, sum(sizes))
    exact = [min(wanted, sum(sizes)) * size / max(sum(sizes), 1) for size in sizes]
    assert all(abs(n - share) < 1 for n, share in zip(proportional, exact, strict=True))
    assert all(n >= p for n, p in zip(given_, proportional, strict=True))


def population(sizes: dict[str, int]) -> pl.DataFrame:
    return pl.DataFrame([{"stratum": s, "key": f"{s}{n:05d}"} for s, size in sizes.items() for n in range(size)])


def test_the_same_seed_draws_the_same_whatever_the_order_of_the_rows() -> None:
    people = population({"A": 400, "B": 60, "C": 3})
    wanted = {"A": 40, "B": 6, "C": 2}
    one, two = (draw(frame, ["key"], wanted, 7) for frame in (people, people.sample(fraction=1, shuffle=True, seed=3)))
    assert one.equals(two)
    assert dict(one.group_by("stratum").len().iter_rows()) == wanted
    assert one["key"].n_unique() == 48
    assert one["item"].to_list() == list(range(1, 49))
    assert not draw(people, ["key"], wanted, 8).equals(one)
    # Fixed for good: whoever draws again in a year, on another machine, finds these.
    assert draw(population({"A": 9}), ["key"], {"A": 3}, 20191008)["key"].to_list() == FIXED


FIXED = ["A00003", "A00007", "A00002"]


def test_every_record_is_equally_likely() -> None:
    people = population({"A": 10, "B": 4})
    drawn = pl.concat(draw(people, ["key"], {"A": 3, "B": 1}, seed) for seed in range(4_000))
    counted = dict(drawn.group_by("key").len().iter_rows())
    for key, expected in ((f"A{n:05d}", 0.3) for n in range(10)):
        assert abs(counted[key] / 4_000 - expected) < 4 * sqrt(expected * (1 - expected) / 4_000)
    pairs = drawn.filter(pl.col("stratum") == "A").with_columns(run=pl.int_range(pl.len()) // 3)
    together = pairs.group_by("run").agg(pl.col("key").sort())["key"].value_counts()
    assert together.height == comb(10, 3), "every set of three is drawn"


# Strata of a population that is small enough to go through every sample of it: size, how many agree, how many drawn.
SMALL = [(6, 4, 3), (4, 1, 2), (5, 5, 2)]


def test_over_all_samples_estimate_and_variance_are_right() -> None:
    whole = sum(size for size, _, _ in SMALL)
    truth = sum(agree for _, agree, _ in SMALL) / whole
    outcomes = []
    for hits in itertools.product(*(range(n + 1) for _, _, n in SMALL)):
        ways = prod(
            comb(agree, hit) * comb(size - agree, n - hit) for hit, (size, agree, n) in zip(hits, SMALL, strict=True)
        )
        if ways:
            found = estimate(strata([(size, hit, n - hit) for hit, (size, _, n) in zip(hits, SMALL, strict=True)]))
            assert found
            outcomes.append((ways, found.share, found.standard_error**2))
    total = sum(ways for ways, _, _ in outcomes)
    assert total == prod(comb(size, n) for size, _, n in SMALL)
    mean = sum(ways * share for ways, share, _ in outcomes) / total
    variance = sum(ways * (share - mean) ** 2 for ways, share, _ in outcomes) / total
    assert mean == pytest.approx(truth)
    assert sum(ways * v for ways, _, v in outcomes) / total == pytest.approx(variance)


def strata(rows: list[tuple[int, int, int]], untold: int = 0) -> pl.DataFrame:
    return pl.DataFrame(
        [(size, yes, no, untold) for size, yes, no in rows],
        schema=dict.fromkeys(("population", "agrees", "differs", "untold"), pl.Int64),
        orient="row",
    )


def test_one_stratum_of_very_many_has_wilsons_interval() -> None:
    found = estimate(strata([(10**9, 90, 10)]))
    assert found
    low, high = proportion_confint(90, 100, method="wilson")
    # n − 1 in the variance, n in Wilson's interval.
    assert (found.low, found.high) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))
    every = estimate(strata([(10**9, 50, 0)]))
    assert every
    low, high = proportion_confint(50, 50, method="wilson")
    assert (every.share, every.low, every.high) == (1.0, pytest.approx(low), pytest.approx(1.0))


def test_a_whole_population_has_no_interval_and_a_silent_stratum_no_estimate() -> None:
    whole = estimate(strata([(10, 7, 3), (5, 5, 0)]))
    assert whole
    assert (whole.low, whole.high, whole.effective) == (whole.share, whole.share, None)
    assert whole.share == pytest.approx(0.8)
    assert estimate(strata([(10, 7, 3), (5, 0, 0)])) is None
    assert estimate(strata([])) is None


def test_what_cannot_be_told_bounds_the_share() -> None:
    found = estimate(strata([(1000, 30, 10), (1000, 30, 10)], untold=10))
    assert found
    assert (found.share, found.least, found.most) == (0.75, 0.6, 0.8)
    assert (found.told, found.untold) == (80, 20)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(20191008)
    sizes = [2_000, 1_500, 800, 300, 120, 60, 25, 9]
    people = [rng.random(size) < rate for size, rate in zip(sizes, rng.uniform(0.85, 1, len(sizes)), strict=True)]
    truth = float(np.concatenate(people).mean())
    drawn = allocate(sizes, sample_size(sum(sizes), 0.04))
    held = 0
    for _ in range(400):
        hits = [int(rng.choice(p, n, replace=False).sum()) for p, n in zip(people, drawn, strict=True)]
        found = estimate(strata([(size, hit, n - hit) for size, hit, n in zip(sizes, hits, drawn, strict=True)]))
        assert found
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 400 <= 0.985
