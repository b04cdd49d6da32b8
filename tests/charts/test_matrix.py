"""The matrix of gaps and the map beside it."""

from __future__ import annotations

import itertools
import json

import polars as pl
import pytest

from equality.charts import district_map, matrix
from equality.charts.palette import DARK, LIGHT
from equality.measures.counts import KINDS

SHORT = {"ethnicity": "Ethnicity", "sex": "Sex", "sexual_orientation": "Sexual orientation"}


@pytest.fixture
def counts() -> pl.DataFrame:
    sizes = {"Worcester": 100, "Redditch": 300, "No location": 10}
    rows = []
    for area, n in sizes.items():
        for position, name in enumerate(SHORT):
            valid = n * (position + 1) // 4
            row = {"area": area, "characteristic": name, "applicable": n} | dict.fromkeys(KINDS, 0)
            rows.append(row | {"valid": valid, "blank": n - valid})
    return pl.DataFrame(rows)


@pytest.fixture
def cells(counts: pl.DataFrame) -> pl.DataFrame:
    made = matrix.matrix_cells(counts, "area", "ethnicity", "known", 20)
    return matrix.described(made, dict(SHORT), "known")


def test_rows_stand_by_people_missing_below_the_total(cells: pl.DataFrame) -> None:
    order = cells.unique("unit", keep="first", maintain_order=True)["unit"].to_list()
    assert order == [matrix.ALL, "Redditch", "Worcester", "No location"]


def test_totals_are_the_sums(cells: pl.DataFrame, counts: pl.DataFrame) -> None:
    for column in SHORT:
        total = cells.row(by_predicate=(pl.col("unit") == matrix.ALL) & (pl.col("column") == column), named=True)
        own = counts.filter(pl.col("characteristic") == column)
        assert (total["n"], total["hits"]) == (own["applicable"].sum(), own["valid"].sum())
    corner = cells.row(by_predicate=(pl.col("unit") == matrix.ALL) & (pl.col("column") == matrix.ALL), named=True)
    assert corner["n"] == counts["applicable"].sum()


def test_a_cell_in_words_and_shade(cells: pl.DataFrame) -> None:
    cell = cells.row(by_predicate=(pl.col("unit") == "Redditch") & (pl.col("column") == "sex"), named=True)
    assert (cell["text"], cell["step"], cell["label"]) == ("50", 2, "Redditch (300)")
    assert cell["sentence"] == "Redditch, sex: 50.0% (44.4–55.6), 150 of 300 not known"


def test_one_number_has_one_shade(counts: pl.DataFrame) -> None:
    near = counts.with_columns(valid=pl.lit(1490), applicable=pl.lit(3000), blank=pl.lit(1510))
    exact = counts.with_columns(valid=pl.lit(1500), applicable=pl.lit(3000), blank=pl.lit(1500))
    shades = {
        (cell["text"], cell["step"])
        for frame in (near, exact)
        for cell in matrix.described(matrix.matrix_cells(frame, "area", "sex", "known", 20), SHORT, "known").iter_rows(
            named=True
        )
    }
    assert shades == {("50", 2)}


def test_too_few_has_neither_number_nor_shade(cells: pl.DataFrame) -> None:
    # Ten people have thirty fields: all fields together are too few as well.
    few = cells.filter(pl.col("unit") == "No location")
    assert few["share"].null_count() == few["step"].null_count() == 4
    assert few["text"].unique().to_list() == [""]
    assert few["sentence"][0].endswith("too few to show")


def test_months_stand_newest_first(counts: pl.DataFrame) -> None:
    months = {"Worcester": "2026-01", "Redditch": "2026-03", "No location": "2026-02"}
    frame = counts.with_columns(month=pl.col("area").replace(months)).drop("area")
    made = matrix.matrix_cells(frame, "month", "sex", "known", 20)
    assert made["unit"].unique(maintain_order=True).to_list() == [matrix.ALL, "2026-03", "2026-02", "2026-01"]


def test_three_letters_tell_the_columns_apart() -> None:
    assert matrix.initials(SHORT) == {"ethnicity": "Eth", "sex": "Sex", "sexual_orientation": "Ori"}


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_matrix_and_map_are_valid_charts(cells: pl.DataFrame, colours: object, checked: None) -> None:
    spec = matrix.matrix(cells, list(SHORT), SHORT, "ethnicity", colours).to_dict()
    assert spec["params"][0]["select"]["fields"] == ["unit", "column"]
    districts = district_map.district_rows(cells, "ethnicity")
    assert sorted(districts["unit"]) == ["Redditch", "Worcester"]
    drawn = json.dumps(district_map.district_map(districts, colours).to_dict())
    assert drawn.count('"Feature"') == 9
    assert "Shropshire: no records" in drawn


def test_every_district_has_its_inside_on_the_side_that_vega_fills() -> None:
    for feature in district_map.boundaries():
        assert feature["geometry"]["type"] == "Polygon"
        ring = feature["geometry"]["coordinates"][0]
        doubled = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))
        assert doubled < 0, "clockwise"


def test_a_number_stands_inside_the_bounds_of_its_district() -> None:
    for feature in district_map.boundaries():
        longitude, latitude = district_map.centre(feature)
        xs, ys = zip(*feature["geometry"]["coordinates"][0], strict=True)
        assert min(xs) < longitude < max(xs)
        assert min(ys) < latitude < max(ys)
