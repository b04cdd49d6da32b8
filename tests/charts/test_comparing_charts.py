"""The funnel plot, the waterfall, the Pareto bars and the lifts: their data, and that they are valid charts."""

from __future__ import annotations

import itertools

import polars as pl
import pytest

from equality.analysis.casemix import standardised, unadjusted
from equality.analysis.funnel import funnel
from equality.analysis.kitagawa import Split, kitagawa
from equality.analysis.whatif import pareto, plan
from equality.charts import funnel_plot, lifts, pareto_bars, waterfall
from equality.charts.bar_rows import scale_of
from equality.charts.palette import DARK, LIGHT, Palette

BOTH = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
COUNTS = pl.DataFrame(
    {
        "team": [f"Team {i}" for i in range(12)],
        "crime": ["theft", "rape"] * 6,
        "hits": [50, 52, 48, 51, 49, 50, 53, 47, 50, 49, 95, 3],
        "n": [100] * 11 + [10],
    }
)


def rows(*, adjusted: bool = False) -> tuple[pl.DataFrame, object]:
    rates = standardised(COUNTS, "team", [], 20) if adjusted else unadjusted(COUNTS, "team", 20)
    placed, spread = funnel(rates, COUNTS["hits"].sum() / COUNTS["n"].sum())
    return funnel_plot.funnel_rows(placed, {"Team 10": "Team X"}, "known", adjusted=adjusted), spread


def test_those_to_look_at_first_stand_on_top_and_too_few_at_the_bottom() -> None:
    frame, _ = rows()
    assert frame["name"][0] == "Team X"
    assert frame["where"][0] == "Look here first: above 99.8% limit"
    assert frame["sentence"][0].startswith("Team X: 95.0% (")
    assert frame["sentence"][-1] == "Team 11: too few to show"
    assert frame.drop_nulls("z")["z"].abs().to_list() == sorted(frame.drop_nulls("z")["z"].abs(), reverse=True)


def test_an_adjusted_rate_is_read_out_with_what_was_recorded_and_expected() -> None:
    frame, _ = rows(adjusted=True)
    sentence = frame.filter(id="Team 10")["sentence"][0]
    assert "95.0% adjusted" in sentence
    assert "95.0% recorded, its mix would give " in sentence


def test_only_units_outside_the_limits_are_named_and_names_keep_apart() -> None:
    frame, _ = rows()
    named = funnel_plot.labels(frame, (0.2, 1.0))
    assert named["name"].to_list() == ["Team X"]
    close = pl.concat([frame.filter(id="Team 10")] * 4).with_columns(id=pl.Series(["a", "b", "c", "d"]))
    at = sorted(funnel_plot.labels(close, (0.2, 1.0))["at"])
    assert all(b - a > 0.03 for a, b in itertools.pairwise(at))


@BOTH
@pytest.mark.parametrize("adjusted", [False, True])
def test_the_funnel_is_a_valid_chart_that_can_be_clicked(colours: Palette, adjusted: bool, checked: None) -> None:
    frame, spread = rows(adjusted=adjusted)
    spec = funnel_plot.funnel_plot(frame, spread, "People", "Known", colours).to_dict()
    assert spec["params"][0]["select"]["fields"] == ["id"]
    low, high = funnel_plot.bounds_of(frame, spread)
    assert 0 <= low < 0.5 < high <= 1
    assert "Team 11" not in str(spec)


def split() -> Split:
    names = [f"crime {i}" for i in range(9)]
    a = pl.DataFrame({"crime": names, "n": range(100, 1000, 100), "hits": range(50, 500, 50)})
    b = pl.DataFrame({"crime": names, "n": range(900, 0, -100), "hits": range(360, 0, -40)})
    found = kitagawa(a, b, ["crime"])
    assert found is not None
    return found


def test_the_bars_of_the_waterfall_lead_from_one_rate_to_the_other() -> None:
    found = split()
    frame = waterfall.waterfall_rows(found, "crime", {"crime 1": "Theft"}, ("Before", "Now"), "crime types")
    assert frame["name"][0] == "Before"
    assert frame["name"][-1] == "Now"
    assert frame.filter(kind="heading")["name"].to_list() == list(waterfall.PART_TITLES.values())
    bars = frame.filter(pl.col("kind").is_in(["practice", "mix"]))
    assert bars["start"][1:].to_list() == pytest.approx(bars["end"][:-1].to_list())
    assert bars["start"][0] == pytest.approx(100 * found.rate_b)
    assert bars["end"][-1] == pytest.approx(100 * found.rate_a)
    assert bars["points"].sum() == pytest.approx(100 * found.difference)
    assert bars.filter(kind="practice").height == waterfall.LARGEST + 1
    assert "4 other crime types" in bars["name"].to_list()
    plain = waterfall.waterfall_rows(found, None, {}, ("Before", "Now"), "")
    assert plain["kind"].to_list() == ["level", "practice", "mix", "level"]


def test_the_bars_of_the_pareto_end_where_the_next_begin_and_hold_all() -> None:
    rates = COUNTS.with_columns(missing=pl.col("n") - pl.col("hits"))
    frame = pareto_bars.pareto_rows(pareto(rates, "team", 20), {}, "not known", "teams", 4)
    assert frame["start"][1:].to_list() == pytest.approx(frame["end"][:-1].to_list())
    assert frame["end"][-1] == pytest.approx(100)
    assert frame["missing"].sum() == rates["missing"].sum()
    assert frame["kind"].to_list() == ["unit"] * 4 + ["rest"]
    assert frame["name"][-1] == "8 other teams"
    assert "Team 11" not in str(frame.rows())


def test_a_lift_says_from_where_to_where_and_what_it_gives() -> None:
    found = plan(COUNTS, ["team"], 0.6, 0.55, 20)
    frame = lifts.lift_rows(found, ["team"], {}, "not known")
    assert frame.height == found.cells.height
    first = frame.row(0, named=True)
    assert (first["start"], first["end"]) == pytest.approx((47, 60))
    assert first["value_text"].startswith("+13 of 53 not known · all ")


@BOTH
def test_bars_are_valid_charts_also_when_there_are_none(colours: Palette, checked: None) -> None:
    found = split()
    frame = waterfall.waterfall_rows(found, "crime", {}, ("Before", "Now"), "crime types")
    assert waterfall.waterfall(frame, colours).to_dict()["width"] == "container"
    rates = COUNTS.with_columns(missing=pl.col("n") - pl.col("hits"))
    bars = pareto_bars.pareto_rows(pareto(rates, "team", 20), {}, "not known", "teams", 4)
    spec = pareto_bars.pareto_bars(bars, colours).to_dict()
    assert any(param.get("select", {}).get("fields") == ["id"] for param in spec["params"])
    lifted = lifts.lift_rows(plan(COUNTS, ["team"], 0.6, 0.55, 20), ["team"], {}, "not known")
    lifts.lifts(lifted, 0.6, colours).to_dict()


@pytest.mark.parametrize("values", [[44.5, 45.9], [0, 100], [50, 50], [10.01, 10.02]])
def test_a_scale_holds_its_values_and_few_round_marks(values: list[float]) -> None:
    scale = scale_of(values)
    assert scale.low < min(values)
    assert scale.high > max(values)
    assert 1 <= len(scale.ticks) <= 7
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)
