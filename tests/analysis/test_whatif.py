"""The fewest lifts against every subset, and who holds the gap against a loop."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import ceil

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equality.analysis.whatif import fewest_for, median_rate, pareto, plan, whole_percent

pairs = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
percents = st.integers(0, 100)


def cells(counted: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "team": [f"t{i:02}" for i in range(len(counted))],
            "hits": [hits for hits, _ in counted],
            "n": [n for _, n in counted],
        },
        schema_overrides={"hits": pl.Int64, "n": pl.Int64},
    )


def gain(hits: int, n: int, percent: int) -> int:
    return max(0, ceil(Fraction(percent, 100) * n) - hits)


@settings(deadline=None)
@given(st.lists(pairs, min_size=1, max_size=9), percents, percents)
def test_no_subset_of_fewer_cells_reaches_the_goal(counted: list[tuple[int, int]], rate: int, goal: int) -> None:
    got = plan(cells(counted), ["team"], rate / 100, goal / 100, 0)
    total, hits = sum(n for _, n in counted), sum(hits for hits, _ in counted)
    needed = max(0, ceil(Fraction(goal, 100) * total) - hits)
    gains = [gain(*cell, rate) for cell in counted]
    fewest = next(
        (size for size in range(len(gains) + 1) if any(sum(c) >= needed for c in combinations(gains, size))), None
    )
    assert got.needed == needed
    assert got.reached == (fewest is not None)
    if fewest is not None:
        assert got.cells.height == fewest
        assert got.records >= needed
    else:
        assert got.records == sum(gains)
        assert got.after == pytest.approx(got.most)
    assert got.most == pytest.approx((hits + sum(gains)) / total)
    assert got.cells["gain"].sum() == got.records
    if got.cells.height:
        assert got.cells["total_after"][-1] == pytest.approx(got.after)
        lifted = got.cells.select((pl.col("hits_after") / pl.col("n")).min()).item()
        assert lifted >= rate / 100 - 1e-9


def test_cells_too_small_to_be_named_stay_as_they_are() -> None:
    got = plan(cells([(0, 19), (10, 40)]), ["team"], 0.5, 0.9, 20)
    assert got.cells["team"].to_list() == ["t01"]
    assert (got.records, got.left_out, got.reached) == (10, 19, False)


def test_a_goal_that_is_reached_needs_nothing() -> None:
    got = plan(cells([(30, 40)]), ["team"], 0.9, 0.5, 20)
    assert got.reached
    assert got.cells.is_empty()
    assert got.now == got.after == 0.75


def test_whole_people_are_not_lost_to_binary_fractions() -> None:
    assert plan(cells([(0, 100)]), ["team"], 0.55, 0.55, 0).records == 55
    assert plan(cells([(0, 100)]), ["team"], 0.29, 0.29, 0).needed == 29


def test_the_median_is_of_cells_with_enough_people() -> None:
    frame = cells([(2, 20), (5, 20), (18, 20), (19, 19)])
    assert median_rate(frame, 20) == 0.25
    assert median_rate(frame.clear(), 20) is None


rates = st.lists(pairs, min_size=1, max_size=30).map(
    lambda counted: cells(counted).with_columns(missing=pl.col("n") - pl.col("hits"))
)


@settings(deadline=None)
@given(rates, st.integers(0, 30))
def test_the_gap_is_shared_out_without_rest(frame: pl.DataFrame, minimum: int) -> None:
    got = pareto(frame, "team", minimum)
    gap = frame["missing"].sum()
    if not gap:
        assert got.is_empty()
        return
    assert got["missing"].sum() == gap
    assert got["share"].sum() == pytest.approx(1)
    assert got["together"][-1] == pytest.approx(1)
    assert (got["before"][1:] - got["together"][:-1]).abs().max() in (None, pytest.approx(0, abs=1e-12))
    named = got.drop_nulls("unit")
    assert named["missing"].to_list() == sorted(named["missing"], reverse=True)
    assert (named["n"] >= minimum).all()
    few = fewest_for(got, 0.8)
    assert got["together"][few - 1] >= 0.8 - 1e-9
    assert few == 1 or got["together"][few - 2] < 0.8


@pytest.mark.parametrize(("share", "whole"), [(0.005, 1), (0.004, 0), (0.464, 46), (1.0, 100), (0.285, 29)])
def test_whole_percent(share: float, whole: int) -> None:
    assert whole_percent(share) == whole


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=8),
    st.integers(0, 100),
    st.integers(0, 100),
    st.integers(-3, 3),
)
def test_rounded_counts_have_rounded_gains_and_the_rate_of_the_whole(
    parts: list[tuple[int, int]], rate: int, goal: int, off: int
) -> None:
    counted = [(5 * hits, 5 * (hits + missing)) for hits, missing in parts]
    whole = 5 * max(0, sum(h for h, _ in parts) + off), 5 * (sum(h + m for h, m in parts) + 10)
    got = plan(cells(counted), ["team"], rate / 100, goal / 100, 0, whole, 5)
    assert got.now == whole[0] / whole[1]
    assert got.needed % 5 == got.records % 5 == 0
    assert got.needed >= goal / 100 * whole[1] - whole[0] - 1e-6
    for row in got.cells.iter_rows(named=True):
        assert row["gain"] % 5 == 0
        assert rate / 100 * row["n"] - 1e-6 <= row["hits_after"] < rate / 100 * row["n"] + 5
    if got.cells.height:
        assert got.cells["total_after"][-1] == pytest.approx((whole[0] + got.records) / whole[1])
