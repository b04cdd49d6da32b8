"""The charts of Plausibility and Missing together: what they draw is what was counted, in both modes."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from equality.analysis import births, contradictions, mix, together
from equality.analysis.plausibility import far_above
from equality.charts import birthdays, by_month, evidence_rows, grid, patterns
from equality.charts.palette import DARK, LIGHT, Palette
from equality.measures.together import bits

pytestmark = pytest.mark.usefixtures("checked")
NAMES = {"ethnicity": "Ethnicity", "sex": "Sex", "sexual_orientation": "Sexual orientation"}
MODES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def rates() -> pl.DataFrame:
    rows = [(f"Team {i}", "ethnicity", 20 + i % 5, 200) for i in range(20)] + [("Odd", "ethnicity", 150, 200)]
    frame = pl.DataFrame(rows, schema=["unit", "characteristic", "hits", "size"], orient="row")
    return far_above(frame, "characteristic", 20)


def spoken(chart: Any) -> set[str]:
    """The sentences of every mark that a screen reader meets."""
    spec = chart.to_dict()
    return {row["sentence"] for rows in spec["datasets"].values() for row in rows if "sentence" in row}


@MODES
def test_a_named_unit_stands_against_all_others(colours: Palette) -> None:
    rows, others = evidence_rows.unit_rows(rates(), NAMES, "characteristic")
    assert rows["name"].to_list() == ["Odd: Ethnicity"]
    assert rows["share"].to_list() == [0.75]
    assert others.height == 20
    chart = evidence_rows.share_rows(rows, colours, others)
    assert "Team 3: 11.5% of 200 people" in spoken(chart)
    assert any(sentence.startswith("Odd, Ethnicity: 75.0%") for sentence in spoken(chart))


def test_where_one_unit_is_named_in_several_tests_its_name_is_not_repeated() -> None:
    twice = pl.concat([rates(), rates().with_columns(characteristic=pl.lit("sex"))])
    rows, others = evidence_rows.unit_rows(twice, NAMES, "characteristic")
    assert rows["name"].to_list() == ["Ethnicity", "Sex"]
    assert others["row"].value_counts().sort("row")["count"].to_list() == [20, 20]


@MODES
def test_birthdays_name_the_days_that_stand_out(colours: Palette) -> None:
    days = pl.DataFrame(
        {"month_day": [101, 102, 229, 1231], "records": [900, 3, 1, 3], "year": [1970, 0, 0, 0]},
        schema={"month_day": pl.Int16, "records": pl.Int64, "year": pl.Int16},
    )
    points = birthdays.day_points(births.day_shares(days))
    assert points.filter(pl.col("text") != "")["text"].to_list() == ["1 Jan: 900"]
    assert points["records"].sum() == 907
    assert any(s.startswith("1 Jan: 900 people") for s in spoken(birthdays.days(points, colours)))


@MODES
def test_ages_that_are_rounded_are_dark(colours: Palette) -> None:
    counts = births.age_counts(pl.DataFrame({"age": [25, 26], "records": [9, 4]}, schema_overrides={"age": pl.Int16}))
    chart = birthdays.ages(birthdays.age_bars(counts), colours)
    assert {"Age 25: 9 people", "Age 26: 4 people"} <= spoken(chart)
    assert colours.mark in json.dumps(chart.to_dict())


@MODES
def test_cells_of_agreement(colours: Palette) -> None:
    both = pl.DataFrame(
        [("White", "White", 90), ("White", "Asian", 10), ("Asian", "Asian", 30), ("Black", "Black", 2)],
        schema=["self_defined", "observed", "records"],
        orient="row",
    )
    cells = grid.agreement_cells(contradictions.agreement(both), 20)
    assert dict(cells.filter("outlined").select("down", "text").iter_rows()) == {"White": "90%", "Asian": "100%"}
    chart = grid.grid(cells, colours)
    assert any(s.startswith("Of 100 people who say White, 10.0%") for s in spoken(chart))


@MODES
def test_cells_of_the_mix_are_differences_in_points(colours: Palette) -> None:
    answers = pl.DataFrame({"area": ["Worcester"]} | {f"ethnicity__{c}": [0] for c in mix.ethnic_groups()})
    answers = answers.with_columns(ethnicity__W1=pl.lit(600), ethnicity__A2=pl.lit(400))
    found = mix.district_mix(answers, mix.census())
    cells = grid.mix_cells(found)
    assert cells["text"].to_list()[0].startswith("−30")
    assert cells.filter("outlined")["across"].to_list() == ["White", "Asian"]
    assert grid.grid(cells, colours)


@MODES
def test_months_without_a_share_are_left_out(colours: Palette) -> None:
    codes = pl.DataFrame(
        [("2026-01", "16+1", 3), ("2026-01", "18+1", 9), ("2026-02", "either list", 5)],
        schema=["month", "list", "records"],
        orient="row",
    )
    points = by_month.month_points(contradictions.lists_by_month(codes), "recorded as Chinese")
    assert points["name"].to_list() == ["Jan 2026"]
    assert spoken(by_month.months(points, colours)) == {"Jan 2026: 25% (9–53) of 12 people recorded as Chinese"}


@MODES
def test_the_dots_of_a_pattern_are_its_members(colours: Palette) -> None:
    b = bits()
    table = pl.DataFrame(
        {"missing": [b["ethnicity"] | b["sex"], 0, b["sex"]], "asked": [7, 7, 7], "records": [30, 50, 5]}
    )
    names = list(NAMES)
    rows = patterns.pattern_rows(together.common_patterns(table, names, 5, 0), NAMES)
    assert rows["label"].to_list() == ["Nothing missing", "Ethnicity, Sex", "Sex"]
    dots = patterns.pattern_dots(rows, names)
    assert dots.filter("absent").select("row", "column").rows() == [(1, "ethnicity"), (1, "sex"), (2, "sex")]
    assert dots.height == 9
    chart = patterns.upset(rows, names, NAMES, colours)
    assert "Missing together: Ethnicity, Sex: 30 people, 35.3%" in spoken(chart)


def test_patterns_with_nothing_missing_are_drawn_too() -> None:
    table = pl.DataFrame({"missing": [0], "asked": [7], "records": [50]})
    rows = patterns.pattern_rows(together.common_patterns(table, list(NAMES), 5, 0), NAMES)
    assert "Nothing missing: 50 people, 100.0%" in spoken(patterns.upset(rows, list(NAMES), NAMES, LIGHT))
