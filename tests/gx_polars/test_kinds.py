"""Each type of column, each kind of nothing: what the README says of them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column
from gxp_harness import raised, run

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
