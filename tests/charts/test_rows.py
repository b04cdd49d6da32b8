"""The rows of rates and their panels."""

from __future__ import annotations

import polars as pl
import pytest

from equality.analysis.findings import compared, measured
from equality.charts import row_panels as panels
from equality.charts import rows as row_frames
from equality.charts.palette import DARK, LIGHT
from equality.measures.counts import KINDS

TITLES = {"ethnicity": "Ethnicity (self-defined)", "sex": "Sex", "age": "Age"}


def counts(**valid_of: tuple[int, int]) -> pl.DataFrame:
    rows = []
    for name, (valid, applicable) in valid_of.items():
        missing = applicable - valid
        row = {"characteristic": name, "applicable": applicable} | dict.fromkeys(KINDS, 0)
        rows.append(row | {"valid": valid, "unknown": missing // 3, "blank": missing - missing // 3})
    return pl.DataFrame(rows)


@pytest.fixture
def rows() -> pl.DataFrame:
    now = measured(counts(sex=(900, 1000), ethnicity=(400, 1000), age=(5, 12)), "known", 20)
    before = measured(counts(sex=(900, 1000), ethnicity=(300, 1000), age=(5, 12)), "known", 20)
    frame = compared(now, before, ["characteristic"])
    return row_frames.rate_rows(frame, "characteristic", TITLES, "known", {"ethnicity": 0.8}, {"ethnicity": 0.39})


def test_the_largest_gap_is_on_top_and_too_few_at_the_bottom(rows: pl.DataFrame) -> None:
    assert rows["id"].to_list() == ["ethnicity", "sex", "age"]
    assert rows["row"].to_list() == [0, 1, 2]


def test_a_row_in_words(rows: pl.DataFrame) -> None:
    row = rows.row(0, named=True)
    assert row["value_text"] == "40.0% (37.0–43.1)"
    assert row["missing_text"] == "600 of 1,000 not known"
    assert row["change_text"].startswith("▲ up 10.0 points (+")
    assert row["change_brief"] == "▲ up 10.0 points"
    assert row["sentence"] == "Ethnicity (self-defined): 40.0% (37.0–43.1), 600 of 1,000 not known"
    assert (row["target"], row["national"]) == (0.8, 0.39)
    assert rows["change_brief"][1] == "no change beyond chance"


def test_too_few_shows_no_number_of_any_kind(rows: pl.DataFrame) -> None:
    row = rows.row(2, named=True)
    assert {row[text] for text in row_frames.TEXTS if text != "sentence"} == {"too few to show"}
    assert row["sentence"] == "Age: too few to show"
    assert row["share"] is None
    assert "age" not in row_frames.state_rows(rows)["id"].to_list()


def test_segments_fill_the_bar_in_the_order_of_the_states(rows: pl.DataFrame) -> None:
    segments = row_frames.state_rows(rows).filter(pl.col("id") == "ethnicity")
    assert segments["state"].to_list() == ["valid", "unknown", "blank"]
    assert segments["start"].to_list() == pytest.approx([0, 0.4, 0.6])
    assert segments["end"].to_list() == pytest.approx([0.4, 0.6, 1])
    assert segments["sentence"][2] == "Ethnicity (self-defined): blank 40.0%, 400 people"


def test_a_month_with_too_few_is_a_gap_in_the_line(rows: pl.DataFrame) -> None:
    months = ["2026-01", "2026-02", "2026-03"]
    parts = [
        counts(ethnicity=(n * 4 // 10, n)).with_columns(month=pl.lit(m))
        for m, n in zip(months, (100, 10, 200), strict=True)
    ]
    points = row_frames.month_rows(rows, measured(pl.concat(parts), "known", 20), "characteristic", months)
    assert points["position"].to_list() == [0, 2]
    assert points["end"].to_list() == ["first", "last"]
    # A line that does not move stands in the middle of its row, however small its range.
    assert points["height"].to_list() == pytest.approx([0.5, 0.5])


def test_months_stay_in_order() -> None:
    frame = measured(counts(b=(10, 100), a=(90, 100)).rename({"characteristic": "month"}), "known")
    assert row_frames.rate_rows(frame, "month", {}, "known", in_order=True)["id"].to_list() == ["b", "a"]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_panels_are_valid_charts_of_equal_height(rows: pl.DataFrame, colours: object, checked: None) -> None:
    months = ["2026-01", "2026-02"]
    monthly = pl.concat([counts(ethnicity=(40, 100), sex=(9, 100)).with_columns(month=pl.lit(m)) for m in months])
    points = row_frames.month_rows(rows, measured(monthly, "known"), "characteristic", months)
    specs = [
        panels.dots(rows, colours, reference=0.5).to_dict(),
        panels.states(rows, row_frames.state_rows(rows), colours).to_dict(),
        panels.months(rows, points, months, colours).to_dict(),
    ]
    assert len({spec["height"] for spec in specs}) == 1
    assert all(spec["width"] == "container" for spec in specs)


def test_one_month_and_no_rows_make_charts_too(rows: pl.DataFrame, checked: None) -> None:
    one = counts(ethnicity=(40, 100)).with_columns(month=pl.lit("2026-01"))
    points = row_frames.month_rows(rows, measured(one, "known"), "characteristic", ["2026-01"])
    panels.months(rows, points, ["2026-01"], LIGHT).to_dict()
    none = rows.clear()
    panels.dots(none, LIGHT).to_dict()
    panels.states(none, row_frames.state_rows(none), LIGHT).to_dict()
