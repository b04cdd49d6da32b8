"""Each type of column, each kind of nothing: what the README says of them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column
from gxp_harness import compare, raised, run

import gx_polars

UTC = datetime.UTC
DAY = datetime.date(2024, 2, 29)
NOON = datetime.datetime(2024, 2, 29, 12)
LATER = datetime.datetime(2025, 1, 1, 12)

COLUMNS: dict[str, pl.Series] = {
    "text": pl.Series(["a", "", None], dtype=pl.String),
    "cat": pl.Series(["a", "b", None], dtype=pl.Categorical),
    "enum": pl.Series(["a", "b", None], dtype=pl.Enum(["b", "a"])),
    "float": pl.Series([1.5, float("nan"), None]),
    "decimal": pl.Series(["1.50", "2.00", None]).cast(pl.Decimal(6, 2)),
    "day": pl.Series([DAY, datetime.date(2025, 1, 1), None]),
    "at": pl.Series([NOON, LATER, None]),
    "zoned": pl.Series([NOON, LATER, None]).dt.replace_time_zone("Europe/London"),
    "bool": pl.Series([True, False, None]),
    "int": pl.Series([1, 2, None], dtype=pl.Int8),
}
FRAME = pl.DataFrame(COLUMNS)


def counts(expectation: Any) -> tuple[int, int]:
    """Unexpected and missing."""
    (result,) = run("polars", FRAME, [expectation], "BASIC")
    assert not raised(result), raised(result)
    return result.result["unexpected_count"], result.result["missing_count"]


def message(expectation: Any) -> str:
    (result,) = run("polars", FRAME, [expectation], "BASIC")
    found = raised(result)
    assert found
    return found


@pytest.mark.parametrize("column", COLUMNS)
def test_null_and_nan_are_missing_and_empty_text_is_not(column: str) -> None:
    (result,) = run("polars", FRAME, [gxe.ExpectColumnValuesToNotBeNull(column=column)], "BASIC")
    assert result.result["unexpected_count"] == (2 if column == "float" else 1)


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("text", ["a"], (1, 1)),
        ("cat", ["a", "not a category"], (1, 1)),
        ("enum", ["a", "not a category"], (1, 1)),
        ("float", [1.5, "text"], (0, 2)),
        ("decimal", [1.5], (1, 1)),
        ("decimal", ["1.5"], (2, 1)),
        ("day", ["2024-02-29"], (1, 1)),
        ("day", [DAY], (1, 1)),
        ("at", ["2024-02-29T12:00:00"], (1, 1)),
        ("zoned", ["2024-02-29T12:00:00"], (1, 1)),
        ("zoned", ["2024-02-29T13:00:00+01:00"], (1, 1)),
        ("bool", [True], (1, 1)),
        ("int", [1, "1"], (1, 1)),
        ("int", ["1"], (2, 1)),
        ("text", [None, "a"], (1, 1)),
    ],
)
def test_sets(column: str, values: list[Any], expected: tuple[int, int]) -> None:
    assert counts(gxe.ExpectColumnValuesToBeInSet(column=column, value_set=values)) == expected


@pytest.mark.parametrize(
    ("column", "low", "high", "unexpected"),
    [
        ("float", 2, None, 1),
        ("decimal", 1.5, 1.75, 1),
        ("day", "2024-03-01", None, 1),
        ("day", DAY, DAY, 1),
        ("at", "2024-03-01T00:00:00", None, 1),
        ("zoned", "2024-02-29T12:30:00+01:00", "2024-02-29T12:00:00+00:00", 1),
        ("int", 2, 2, 1),
    ],
)
def test_bounds(column: str, low: Any, high: Any, unexpected: int) -> None:
    assert counts(gxe.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high))[0] == unexpected


@pytest.mark.parametrize(
    "expectation",
    [
        gxe.ExpectColumnValuesToMatchRegex(column="float", regex="1"),
        gxe.ExpectColumnValuesToMatchRegex(column="day", regex="1"),
        gxe.ExpectColumnValueLengthsToEqual(column="decimal", value=1),
        gxe.ExpectColumnValuesToMatchStrftimeFormat(column="int", strftime_format="%d"),
        gxe.ExpectColumnValuesToBeBetween(column="bool", min_value=0),
        gxe.ExpectColumnValuesToBeBetween(column="int", min_value=DAY),
        gxe.ExpectColumnValuesToBeIncreasing(column="text"),
        gxe.ExpectColumnMeanToBeBetween(column="text", min_value=0),
        gxe.ExpectMulticolumnSumToEqual(column_list=["int", "text"], sum_total=1),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="int", column_B="text"),
        gxe.ExpectColumnValuesToNotBeNull(column="int", row_condition=Column("int") > "a"),
    ],
    ids=lambda expectation: f"{expectation.expectation_type}",
)
def test_types_without_a_meaning_are_refused_by_name(expectation: Any) -> None:
    column = getattr(expectation, "column", None) or getattr(expectation, "column_A", None) or "text"
    assert f"column '{column}' is " in message(expectation)


@pytest.mark.parametrize(
    ("column", "name", "success"),
    [
        ("text", "String", True),
        ("zoned", "Datetime", True),
        ("zoned", "Datetime(time_unit='us', time_zone='Europe/London')", True),
        ("at", "Datetime(time_unit='us', time_zone='Europe/London')", False),
        ("decimal", "Decimal", True),
        ("int", "Int8", True),
        ("int", "Int64", False),
        ("enum", "Enum", True),
    ],
)
def test_types_by_polars_names(column: str, name: str, success: bool) -> None:
    suite = [
        gxe.ExpectColumnValuesToBeOfType(column=column, type_=name),
        gxe.ExpectColumnValuesToBeInTypeList(column=column, type_list=["List", name]),
        gxe.ExpectColumnTypeToBe(column=column, type_=name),
    ]
    for result in run("polars", FRAME, suite):
        assert not raised(result), raised(result)
        assert result.success is success
        assert result.result["observed_value"] == str(FRAME.schema[column])


@pytest.mark.parametrize("schema", [True, False], ids=["with schema", "without schema"])
def test_small_whole_numbers_are_summed_without_wrapping(schema: bool) -> None:
    # In Int8, 100 + 100 is -56.
    frame = pl.DataFrame({"a": [100, 1], "b": [100, 2]}, schema={"a": pl.Int8, "b": pl.Int8})
    suite = [gxe.ExpectMulticolumnSumToEqual(column_list=["a", "b"], sum_total=total) for total in (200, -56)]
    found = gx_polars.conditions(suite, schema=frame.schema if schema else None)
    assert [frame.select(one.unexpected.sum()).item() for one in found] == [1, 2]


@pytest.mark.parametrize("others", [0, 80], ids=["short list", "long list"])
@pytest.mark.parametrize(
    ("column", "almost"),
    [
        ("ms", datetime.datetime(2024, 2, 29, 12, 0, 0, 500)),
        ("day", datetime.datetime(2024, 2, 29, 12)),
        ("decimal", 1.505),
        ("decimal", 1e9),
        ("decimal", float("inf")),
        ("int", 1.5),
    ],
)
def test_a_literal_finer_than_the_column_matches_nothing(column: str, almost: Any, others: int) -> None:
    frame = FRAME.with_columns(ms=pl.col("at").dt.cast_time_unit("ms"))
    filler = {
        "ms": [NOON - datetime.timedelta(1 + n) for n in range(others)],
        "day": [datetime.date(1900, 1, 1) + datetime.timedelta(n) for n in range(others)],
    }.get(column, list(range(100, 100 + others)))
    suite = [
        gxe.ExpectColumnValuesToNotBeInSet(column=column, value_set=[almost, *filler]),
        gxe.ExpectTableRowCountToEqual(value=0, row_condition=Column(column) == almost),
    ]
    for result in run("polars", frame, suite, "BASIC"):
        assert result.success, raised(result) or result.result


def test_milliseconds_are_ordered_against_microseconds() -> None:
    frame = FRAME.select(ms=pl.col("at").dt.cast_time_unit("ms"))
    after = NOON.replace(microsecond=500)
    suite = [
        gxe.ExpectColumnValuesToBeBetween(column="ms", min_value=after),
        gxe.ExpectTableRowCountToEqual(value=1, row_condition=Column("ms") < after),
    ]
    between, below = run("polars", frame, suite, "BASIC")
    assert between.result["unexpected_count"] == 1
    assert below.success


NOTHING = pl.DataFrame({"a": pl.Series([None, None], dtype=pl.Null), "n": [1, 2], "t": ["x", "y"]})


@pytest.mark.parametrize(
    "expectation",
    [
        gxe.ExpectColumnValuesToMatchRegex(column="a", regex="x"),
        gxe.ExpectColumnValueLengthsToEqual(column="a", value=1),
        gxe.ExpectColumnValuesToMatchStrftimeFormat(column="a", strftime_format="%Y"),
        gxe.ExpectColumnValuesToBeBetween(column="a", min_value=1),
        gxe.ExpectColumnValuesToBeInSet(column="a", value_set=["x", 1]),
        gxe.ExpectColumnValuesToBeIncreasing(column="a"),
        gxe.ExpectColumnValuesToBeUnique(column="a"),
        gxe.ExpectColumnPairValuesToBeEqual(column_A="a", column_B="t", ignore_row_if="neither"),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="a", column_B="n", ignore_row_if="neither"),
        gxe.ExpectMulticolumnSumToEqual(column_list=["a", "n"], sum_total=1, ignore_row_if="never"),
        gxe.ExpectColumnMeanToBeBetween(column="a", min_value=0),
        gxe.ExpectColumnMedianToBeBetween(column="a", min_value=0),
        gxe.ExpectColumnMaxToBeBetween(column="a", min_value=0),
        gxe.ExpectColumnSumToBeBetween(column="a", min_value=0),
        gxe.ExpectTableRowCountToEqual(value=2, row_condition=Column("a").is_null()),
    ],
    ids=lambda expectation: expectation.expectation_type,
)
def test_a_column_of_nothing_is_all_missing(expectation: Any) -> None:
    """As read from an empty column: Polars' type Null."""
    compare(NOTHING, [expectation])


def test_a_type_that_polars_does_not_have_is_named() -> None:
    assert "'varchar' is not a Polars type" in message(gxe.ExpectColumnValuesToBeOfType(column="text", type_="varchar"))


def test_decimals_and_moments_aggregate() -> None:
    suite = [
        gxe.ExpectColumnSumToBeBetween(column="decimal", min_value=3.5, max_value=3.5),
        gxe.ExpectColumnMaxToBeBetween(column="at", min_value=LATER),
        gxe.ExpectColumnMinToBeBetween(column="decimal", max_value=1.5),
        gxe.ExpectColumnMeanToBeBetween(column="bool", min_value=0.5, max_value=0.5),
    ]
    results = run("polars", FRAME, suite)
    assert [result.success for result in results] == [True] * 4, [raised(result) for result in results]
    assert results[2].result["observed_value"] == Decimal("1.50")


def test_a_column_that_is_not_there_is_named() -> None:
    assert 'The column "nope" in BatchData does not exist' in message(gxe.ExpectColumnValuesToBeNull(column="nope"))


@pytest.mark.parametrize("column", ["text", "cat", "enum"])
def test_row_conditions_order_categories_as_text(column: str) -> None:
    # The Enum's own order is b, a.
    (result,) = run("polars", FRAME, [gxe.ExpectTableRowCountToEqual(value=1, row_condition=Column(column) <= "a")])
    assert result.result["observed_value"] == (2 if column == "text" else 1)
