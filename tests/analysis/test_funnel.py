"""Funnel limits, distances and over-dispersion against the published vectors and a plain re-computation in numpy."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, truncnorm

from equality.analysis import funnel as fp
from equality.analysis.funnel import Z998, funnel
from equality.analysis.proportions import Z95

# docs/definitions.md (Spiegelhalter 2005); limits at p0 = 0.6 as 99.8 low, 95 low, 95 high, 99.8 high
NORMAL_50 = (0.3859, 0.4642, 0.7358, 0.8141)
ARCSINE = {50: (0.3833, 0.4621, 0.7302, 0.7979), 100: (0.4463, 0.5027, 0.6935, 0.7443)}
KEPT = {
    by: 2 * by * norm.ppf(by) ** 2 + (1 - 2 * by) * truncnorm.var(norm.ppf(by), -norm.ppf(by)) if by else 1.0
    for by in (0.0, 0.1, 0.25)
}
HITS, SIZES = [45, 30, 88, 12, 60, 25], [60, 55, 100, 30, 75, 50]


def evaluated(*limits: pl.Expr, n: int) -> tuple[float, ...]:
    return pl.DataFrame({"n": [n]}).select(limit.alias(str(i)) for i, limit in enumerate(limits)).row(0)


def test_normal_limits_reproduce_the_vector() -> None:
    n = pl.col("n")
    wide, narrow = fp.normal_limits(0.6, n, Z998), fp.normal_limits(0.6, n, Z95)
    assert evaluated(wide[0], *narrow, wide[1], n=50) == pytest.approx(NORMAL_50, abs=5e-5)


@pytest.mark.parametrize("n", ARCSINE)
def test_stabilised_limits_reproduce_the_vectors(n: int) -> None:
    wide, narrow = fp.limits(0.6, pl.col("n"), Z998), fp.limits(0.6, pl.col("n"), Z95)
    assert evaluated(wide[0], *narrow, wide[1], n=n) == pytest.approx(ARCSINE[n], abs=5e-5)


def rates(hits: list[int], sizes: list[int], minimum: int = 0) -> pl.DataFrame:
    return pl.DataFrame({"unit": [f"u{i}" for i in range(len(hits))], "hits": hits, "size": sizes}).with_columns(
        share=pl.col("hits") / pl.col("size"), enough=pl.col("size") >= minimum
    )


def test_over_dispersion_reproduces_the_vector() -> None:
    frame = rates(HITS, SIZES)
    target = sum(HITS) / sum(SIZES)
    assert target == pytest.approx(0.7027, abs=5e-5)
    scores = frame.select(fp.distances(pl.col("share"), pl.col("size"), target)).to_series()
    phi, tau2 = fp.dispersion(scores, frame["size"], winsor=0)
    assert phi == pytest.approx(8.408, abs=5e-4)
    assert tau2 == pytest.approx(0.03779, abs=5e-6)
    _, spread = funnel(frame, target, winsor=0)
    assert (spread.phi, spread.tau2, spread.units) == (phi, tau2, 6)


units = st.lists(
    st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=40
)


@settings(deadline=None)
@given(units, st.sampled_from([0.0, 0.1, 0.25]), st.booleans())
def test_everything_agrees_with_a_plain_recomputation(
    pairs: list[tuple[int, int]], winsor: float, consistent: bool
) -> None:
    x, n = np.array(pairs, dtype=float).T
    p0 = x.sum() / n.sum()
    z = (np.arcsin(np.sqrt(x / n)) - np.arcsin(np.sqrt(p0))) * 2 * np.sqrt(n)
    frame = rates([hits for hits, _ in pairs], [size for _, size in pairs])
    scores = frame.select(fp.distances(pl.col("share"), pl.col("size"), p0)).to_series()
    assert scores.to_list() == pytest.approx(z, abs=1e-6)
    cut = np.clip(z, np.quantile(z, winsor), np.quantile(z, 1 - winsor))
    kept = KEPT[winsor] if consistent else 1.0
    phi = (cut**2).mean() / kept
    w, k = 4 * n, len(n)
    tau2 = 0.0 if k * phi < k - 1 else max(0.0, (k * phi - (k - 1)) / (w.sum() - (w**2).sum() / w.sum()))
    got = fp.dispersion(scores, frame["size"], winsor, consistent=consistent)
    assert got == pytest.approx((phi, tau2), rel=1e-4, abs=1e-6)


def test_what_winsorising_keeps_is_the_moment_of_cut_normal_scores() -> None:
    rng = np.random.default_rng(1)
    z = rng.standard_normal(2_000_000)
    for by in (0.0, 0.1, 0.25):
        cut = np.clip(z, np.quantile(z, by), np.quantile(z, 1 - by))
        assert fp.kept_by_winsorising(by) == pytest.approx((cut**2).mean(), abs=3e-3)


@settings(deadline=None)
@given(units, st.booleans(), st.floats(0, 1))
def test_limits_stay_in_range_and_agree_with_the_places(
    pairs: list[tuple[int, int]], spread: bool, target: float
) -> None:
    frame = rates([hits for hits, _ in pairs], [size for _, size in pairs], minimum=20)
    placed, found = funnel(frame, target, spread=spread)
    assert placed.height == len(pairs)
    assert set(placed["place"]) <= set(fp.PLACES)
    for row in placed.iter_rows(named=True):
        if row["size"] < 20:
            assert (row["place"], row["z"], row["low_95"]) == ("too_few", None, None)
            continue
        bounds = [row[name] for name in ("low_998", "low_95", "high_95", "high_998")]
        assert bounds == sorted(bounds)
        assert bounds[0] >= 0
        assert bounds[3] <= 1
        assert bounds[1] - 1e-9 <= target <= bounds[2] + 1e-9
        outside = row["share"] < bounds[0] - 1e-9 or row["share"] > bounds[3] + 1e-9
        inside = bounds[0] + 1e-9 < row["share"] < bounds[3] - 1e-9
        if outside or inside:
            assert (row["place"] in ("far_below", "far_above")) == outside
    distances = placed["z"].drop_nulls().abs().to_list()
    assert distances == sorted(distances, reverse=True)
    assert found.tau2 >= 0


def test_limits_past_the_end_of_the_scale_stop_there() -> None:
    low, high = fp.limits(0.02, pl.col("n"), Z998)
    assert evaluated(low, n=3)[0] == 0
    assert evaluated(fp.limits(0.98, pl.col("n"), Z998)[1], n=3)[0] == 1
    assert evaluated(high, n=3)[0] > 0.5


def test_of_few_units_the_usual_spread_is_not_taken_for_granted() -> None:
    frame = rates([400, 600], [1000, 1000])
    placed, spread = funnel(frame, 0.5)
    assert spread.tau2 == 0
    assert set(placed["place"]) == {"far_below", "far_above"}


def test_one_far_unit_cannot_hide_itself_by_widening_the_limits() -> None:
    frame = rates([500] * 19 + [900], [1000] * 20)
    assert funnel(frame, 0.5)[0].row(0, named=True)["place"] == "far_above"
    assert funnel(frame, 0.5)[1].tau2 == 0
