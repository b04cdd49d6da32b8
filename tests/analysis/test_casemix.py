"""Indirect standardisation against plain loops, and what it must not do."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equality.analysis.casemix import standardised, unadjusted
from equality.analysis.funnel import funnel

cells = st.lists(
    st.tuples(
        st.sampled_from("ABCD"), st.sampled_from(["theft", "rape", "drugs"]), st.sampled_from(["101", "999"]),
        st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    ),
    min_size=1,
    max_size=24,
    unique_by=lambda cell: cell[:3],
)  # fmt: skip


def made(rows: list[tuple]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "team": [row[0] for row in rows],
            "crime": [row[1] for row in rows],
            "channel": [row[2] for row in rows],
            "hits": [row[3][0] for row in rows],
            "n": [row[3][1] for row in rows],
        },
        schema_overrides={"hits": pl.Int64, "n": pl.Int64},
    )


@settings(deadline=None)
@given(cells)
def test_expected_counts_are_those_of_a_loop_and_sum_to_what_was_observed(rows: list[tuple]) -> None:
    got = standardised(made(rows), "team", ["crime", "channel"], 0)
    assert got["expected"].sum() == pytest.approx(got["hits"].sum(), abs=1e-6)
    overall = sum(row[3][0] for row in rows) / sum(row[3][1] for row in rows)
    for unit in got.iter_rows(named=True):
        expected = variance = others = n = observed = 0.0
        for team, crime, channel, (hits, size) in rows:
            if team != unit["unit"]:
                continue
            stratum = [row[3] for row in rows if (row[1], row[2]) == (crime, channel)]
            all_hits, all_n = (sum(pair[i] for pair in stratum) for i in (0, 1))
            rate = all_hits / all_n
            expected += size * rate
            others += size * (1 - size / all_n)
            if all_n > 1:
                variance += size * (1 - size / all_n) * rate * (1 - rate) * all_n / (all_n - 1)
            n += size
            observed += hits
        assert unit["expected"] == pytest.approx(expected)
        assert unit["compared"] == pytest.approx(others / n)
        if not unit["alone"]:
            assert unit["share"] == pytest.approx(min(1, overall * observed / expected))
            assert unit["size"] == pytest.approx((1 - overall) * expected**2 / (overall * variance))
            assert 0 <= unit["low"] <= unit["share"] <= unit["high"] <= 1


@settings(deadline=None)
@given(cells)
def test_a_mix_of_one_stratum_changes_no_rate(rows: list[tuple]) -> None:
    frame = made(rows).with_columns(crime=pl.lit("theft"))
    adjusted, raw = standardised(frame, "team", ["crime"], 20), unadjusted(frame, "team", 20)
    both = adjusted.join(raw, on="unit", suffix="_raw").filter(~pl.col("alone") & pl.col("enough"))
    for name in ("share", "low", "high", "expected"):
        assert both[name].to_list() == pytest.approx(both[f"{name}_raw"].to_list())


def test_a_unit_whose_work_nobody_else_does_is_not_judged() -> None:
    frame = made([("A", "rape", "101", (5, 100)), ("B", "theft", "999", (90, 100)), ("C", "theft", "999", (80, 100))])
    placed, _ = funnel(standardised(frame, "team", ["crime"], 20), 175 / 300)
    assert dict(placed.select("unit", "place").iter_rows())["A"] == "alone"
    assert placed.filter(unit="A").row(0, named=True)["z"] is None
    raw, _ = funnel(unadjusted(frame, "team", 20), 175 / 300)
    assert dict(raw.select("unit", "place").iter_rows())["A"] == "far_below"


@pytest.mark.parametrize("hits", [0, 1])
def test_where_all_or_none_are_known_there_is_nothing_to_judge(hits: int) -> None:
    frame = made([(team, "theft", "101", (100 * hits, 100)) for team in "ABC"])
    placed, _ = funnel(standardised(frame, "team", ["crime"], 20), float(hits))
    assert set(placed["place"]) == {"alone"}
    raw, _ = funnel(unadjusted(frame, "team", 20), float(hits))
    assert set(raw["place"]) == {"inside"}


def test_units_that_differ_by_mix_only_lie_apart_as_recorded_and_together_once_adjusted() -> None:
    rng = np.random.default_rng(7)
    rows = []
    for unit in "ABCDEFGH":
        violent = 0.8 if unit in "AB" else 0.2
        for crime, n, rate in (("rape", int(2000 * violent), 0.8), ("theft", int(2000 * (1 - violent)), 0.2)):
            rows.append((unit, crime, "101", (int(rng.binomial(n, rate)), n)))
    frame = made(rows)
    overall = frame["hits"].sum() / frame["n"].sum()
    raw, _ = funnel(unadjusted(frame, "team", 20), overall, spread=False)
    adjusted, _ = funnel(standardised(frame, "team", ["crime"], 20), overall, spread=False)
    assert set(raw.filter(pl.col("unit").is_in(["A", "B"]))["place"]) == {"far_above"}
    assert set(adjusted["place"]) == {"inside"}


def test_distances_have_their_nominal_size_even_where_units_are_most_of_their_own_reference() -> None:
    rng = np.random.default_rng(11)
    scores = []
    for _ in range(400):
        rows = []
        for crime, rate in (("rape", 0.7), ("theft", 0.3), ("drugs", 0.5)):
            for team, n in (("A", 400), ("B", 150), ("C", 100)):
                rows.append((team, crime, "101", (int(rng.binomial(n, rate)), n)))
        frame = made(rows)
        overall = frame["hits"].sum() / frame["n"].sum()
        placed, _ = funnel(standardised(frame, "team", ["crime"], 20), overall, spread=False)
        scores.append(placed.filter(unit="A")["z"][0])
    assert np.std(scores) == pytest.approx(1, abs=0.12)
    assert np.mean(scores) == pytest.approx(0, abs=0.15)
