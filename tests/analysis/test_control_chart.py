"""Control charts against published figures, an independent way of computing, and what must always hold."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equality.analysis import limits as control_limits
from equality.analysis.control_chart import MINIMUM_POINTS, TRIAL_BELOW, assurance, control_chart
from equality.analysis.limits import Limits, fitting, p_chart, p_prime, xmr
from equality.analysis.signals import RULES, Signal, signals

PUBLISHED = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
"""The example of NHSRplotthedots' vignette on deviations from the Excel tool."""
LANEY = ((520, 560, 498, 530, 610, 575), (900, 930, 850, 905, 980, 950))


def frame(shares: list[float | None], n: int = 1000, settled: list[bool] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "n": [n] * len(shares),
            "hits": [None if s is None else round(s * n) for s in shares],
            "share": [None if s is None else round(s * n) / n for s in shares],
            "settled": settled or [True] * len(shares),
        },
        schema_overrides={"share": pl.Float64, "hits": pl.Int64},
    )


def test_xmr_gives_the_published_limits() -> None:
    screened, unscreened = xmr(PUBLISHED), xmr(PUBLISHED, screened=False)
    assert screened.centre == pytest.approx(1.94, abs=0.005)
    limits = [screened.centre + d * screened.sigmas[0] for d in (3, -3)]
    assert limits == pytest.approx([4.60, -0.72], abs=0.005)
    limits = [unscreened.centre + d * unscreened.sigmas[0] for d in (3, -3)]
    assert limits == pytest.approx([6.95, -3.06], abs=0.005)


def test_laney_gives_the_published_limits() -> None:
    limits = p_prime(*LANEY)
    assert limits.centre == pytest.approx(0.59710, abs=5e-6)
    assert limits.spread == pytest.approx(1.053, abs=5e-4)
    assert (limits.at(-3)[0], limits.at(3)[0]) == pytest.approx((0.5455, 0.6487), abs=5e-5)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), min_size=2, max_size=40))
def test_p_and_laney_agree_with_numpy(pairs: list[tuple[int, int]]) -> None:
    n = np.array([size for size, _ in pairs])
    hits = np.array([min(size, x) for size, x in pairs])
    p = hits.sum() / n.sum()
    sigma = np.sqrt(p * (1 - p) / n)
    plain = p_chart(hits.tolist(), n.tolist())
    assert plain.at(3) == pytest.approx(np.clip(p + 3 * sigma, 0, 1))
    if 0 < p < 1:
        spread = np.abs(np.diff((hits / n - p) / sigma)).mean() / 1.128
        assert p_prime(hits.tolist(), n.tolist()).at(-3) == pytest.approx(np.clip(p - 3 * sigma * spread, 0, 1))
    fits = fitting(hits.tolist(), n.tolist())
    alike = np.abs(n - n.mean()).max() <= 0.25 * n.mean()
    assert (fits.kind == "xmr") == alike
    assert alike or fits.sigmas[0] >= plain.sigmas[0]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40))
def test_xmr_agrees_with_polars(values: list[float]) -> None:
    moving = pl.Series(values).diff().abs().drop_nulls()
    kept = moving.filter(moving < 3.267 * moving.mean())
    assert xmr(values).sigmas[0] * 3 == pytest.approx(2.66 * (kept.mean() or 0.0))
    assert all(0 <= line <= 1 for d in (-3, -2, 2, 3) for line in xmr(values).at(d))


LEVEL = Limits("xmr", 10.0, (1.0,) * 30)


def found(*values: float) -> list[tuple[str, int] | None]:
    return [None if s is None else tuple(s) for s in signals(values, Limits("xmr", 10.0, (1.0,) * len(values)))]


def test_a_point_outside_is_a_signal_and_one_on_the_limit_is_not() -> None:
    assert found(10, 13.1, 10, 6.9, 13, 7) == [None, ("outside", 1), None, ("outside", -1), None, None]


def test_seven_rising_points_are_a_trend_and_six_are_not() -> None:
    rising = (9.0, 9.3, 9.6, 9.9, 10.2, 10.5, 10.8)
    assert found(*rising) == [("trend", 1)] * 7
    assert found(*rising[:6], 10.5) == [None] * 7
    assert found(*reversed(rising)) == [("trend", -1)] * 7


def test_seven_points_on_one_side_are_a_shift_and_one_on_the_average_breaks_it() -> None:
    above = (10.5, 10.2, 10.6, 10.1, 10.4, 10.9, 10.3)
    assert found(9, *above, 9.5) == [None, *[("shift", 1)] * 7, None]
    assert found(*above[:3], 10, *above[3:]) == [None] * 8


def test_two_of_three_in_the_outer_third_on_one_side_are_marked_and_the_third_is_not() -> None:
    assert found(12.5, 10.5, 12.4) == [("two_of_three", 1), None, ("two_of_three", 1)]
    assert found(12.5, 9.5, 12.4) == [None, None, None]
    assert found(12.5, 13.5, 10.2) == [None, ("outside", 1), None]  # beyond the limit is not in the outer third


def test_a_point_that_satisfies_several_rules_is_named_after_the_first() -> None:
    assert RULES == ("outside", "trend", "two_of_three", "shift")
    assert found(10.2, 10.3, 10.4, 10.5, 10.6, 10.7, 14.0)[-2:] == [("trend", 1), ("outside", 1)]


@given(st.lists(st.floats(5, 15), max_size=40))
def test_rules_agree_with_how_they_are_worded(values: list[float]) -> None:
    limits = Limits("xmr", 10.0, (1.0,) * len(values))
    marked = signals(values, limits)
    sides = np.sign(np.round(np.array(values) - 10, 12))
    for i, value in enumerate(values):
        windows = [range(max(0, first), first + 7) for first in range(i - 6, i + 1) if first >= 0]
        windows = [w for w in windows if w.stop <= len(values)]
        shift = any(abs(sum(sides[j] for j in w)) == 7 for w in windows)
        assert (marked[i] is not None and marked[i].rule == "outside") == (abs(value - 10) > 3 + 1e-12)
        if shift:
            assert marked[i] is not None
        if marked[i] is not None and marked[i].rule == "shift":
            assert shift


def test_what_does_not_vary_has_no_signal_and_what_then_jumps_has() -> None:
    assert signals([0.5] * 9, xmr([0.5] * 9)) == [None] * 9
    assert signals([*[0.5] * 9, 0.6], xmr([*[0.5] * 9, 0.6]))[-1] == Signal("outside", 1)


def test_limits_need_points_and_few_are_on_trial() -> None:
    few = control_chart(frame([0.5, 0.52] * 3 + [0.51]))
    assert (few.kind, few.settled, few.trial) == (None, MINIMUM_POINTS - 1, False)
    assert few.points["lower"].null_count() == few.points.height
    trial = control_chart(frame([0.5, 0.52] * 4))
    assert (trial.kind, trial.trial) == ("xmr", True)
    assert not control_chart(frame([0.5, 0.52] * (TRIAL_BELOW // 2))).trial
    assert control_chart(frame([0.0] * 20)).kind is None  # nothing to put limits around


def test_points_that_are_not_settled_or_too_few_neither_count_nor_signal() -> None:
    shares = [0.5, 0.52, 0.49, 0.51] * 4
    plain = control_chart(frame(shares)).points
    chart = control_chart(frame([*shares[:8], None, *shares[8:], 0.1], settled=[True] * 17 + [False])).points
    assert chart["centre"].drop_nulls()[0] == pytest.approx(plain["centre"][0])
    assert chart["lower"].drop_nulls().to_list() == pytest.approx(plain["lower"].to_list())
    assert chart.row(8, named=True)["lower"] is None
    assert chart.row(17, named=True)["signal"] is None


def test_limits_are_computed_anew_only_where_asked_and_once_there_are_points() -> None:
    shares = [0.40, 0.42, 0.39, 0.41] * 3 + [0.60, 0.62, 0.59, 0.61] * 2
    carried = control_chart(frame(shares))
    assert carried.points["phase"].unique().to_list() == [0]
    assert "improvement" in carried.points["signal"].to_list()
    rebased = control_chart(frame(shares), rebase=[12])
    assert (rebased.rebased, rebased.waiting) == ((12,), ())
    assert rebased.points["centre"].unique().sort().to_list() == pytest.approx([0.405, 0.605])
    assert rebased.points["signal"].null_count() == len(shares)
    assert rebased.trial  # eight points since
    early = control_chart(frame(shares[:-1]), rebase=[12])
    assert (early.rebased, early.waiting, early.settled) == ((), (12,), 12)
    before = control_chart(frame(shares[:12])).points
    assert early.points["upper"].to_list() == pytest.approx([before["upper"][0]] * 19)  # those of the time before
    assert early.points["signal"].to_list()[12:] == ["improvement"] * 7
    uneven = frame(shares).with_columns(n=pl.Series([500, 1500] * 10)).with_columns(hits=pl.col("n") // 2)
    extended = control_chart(uneven[:-1], rebase=[12], kind="p").points
    assert extended["upper"].to_list() == pytest.approx(control_chart(uneven, kind="p").points["upper"][:-1].to_list())


def test_what_a_signal_means_depends_on_what_is_better() -> None:
    jump = frame([0.5, 0.52] * 6 + [0.9])
    assert [control_chart(jump, better=b).points["signal"][-1] for b in (1, -1, 0)] == [
        "improvement",
        "concern",
        "neutral",
    ]


def test_assurance_compares_the_target_with_the_limits() -> None:
    chart = control_chart(frame([0.5, 0.52] * 6))
    assert [assurance(chart, target) for target in (0.9, 0.1, 0.51)] == ["fail", "pass", "hit_and_miss"]
    assert assurance(control_chart(frame([0.5])), 0.9) is None


def test_the_kind_that_fits_depends_on_the_denominators() -> None:
    assert control_limits.fitting([50] * 10, [100] * 10).kind == "xmr"
    uneven = [100, 300] * 5
    assert fitting([50, 150] * 5, uneven).kind == "p"  # varies less than chance: limits of chance
    assert fitting([20, 240] * 5, uneven).kind == "p_prime"
