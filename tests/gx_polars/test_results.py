"""The four result formats, with GX's own meaning."""

from __future__ import annotations

import datetime
import decimal
import zoneinfo
from typing import Any

import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column
from gxp_harness import raised, run, summary
from polars.testing import assert_frame_equal

FRAME = pl.DataFrame(
    {
        "id": list(range(30)),
        "key": [f"k{n}" for n in range(30)],
        "a": ["x", "y", None, "z", "z"] * 6,
        "b": [1, 2, 3, None, 5] * 6,
        "role": ["v", "w", "v"] * 10,
    }
)
SUITE = [
    gxe.ExpectColumnValuesToBeInSet(column="a", value_set=["x"], row_condition=Column("role") == "v"),
    gxe.ExpectColumnValuesToNotBeNull(column="a"),
    gxe.ExpectColumnValuesToBeUnique(column="id"),
    gxe.ExpectColumnPairValuesToBeEqual(column_A="id", column_B="b", ignore_row_if="either_value_is_missing"),
    gxe.ExpectCompoundColumnsToBeUnique(column_list=["a", "b"]),
    gxe.ExpectColumnMaxToBeBetween(column="b", max_value=4),
]


@pytest.mark.parametrize(
    "result_format",
    [
        "BOOLEAN_ONLY",
        "BASIC",
        "SUMMARY",
        "COMPLETE",
        {"result_format": "SUMMARY", "partial_unexpected_count": 3},
        {"result_format": "BASIC", "partial_unexpected_count": 0},
        {"result_format": "COMPLETE", "unexpected_index_column_names": ["key", "id"]},
        {"result_format": "SUMMARY", "unexpected_index_column_names": ["key"]},
        {"result_format": "COMPLETE", "unexpected_index_column_names": ["key"], "exclude_unexpected_values": True},
    ],
    ids=str,
)
def test_formats_are_those_of_the_pandas_engine(result_format: Any) -> None:
    ours = [summary(result) for result in run("polars", FRAME, SUITE, result_format)]
    theirs = [summary(result) for result in run("pandas", FRAME, SUITE, result_format)]
    for mine, other in zip(ours, theirs, strict=True):
        mine.pop("partial_unexpected_counts", None), other.pop("partial_unexpected_counts", None)
        assert mine == other


def test_the_query_finds_the_rows_again() -> None:
    results = run("polars", FRAME, SUITE[:5], {"result_format": "COMPLETE", "unexpected_index_column_names": ["id"]})
    for result in results:
        query = result.result["unexpected_index_query"]
        names = {"df": FRAME, "pl": pl, "datetime": datetime, "decimal": decimal, "zoneinfo": zoneinfo}
        found = eval(query, names)  # the point: it is code that anyone can run
        assert found["id"].to_list() == [row["id"] for row in result.result["unexpected_index_list"]], query


def test_queries_render_every_kind_of_literal() -> None:
    frame = pl.DataFrame(
        {
            "day": [datetime.date(2024, 1, 1), None],
            "at": pl.Series([datetime.datetime(2024, 1, 1, 12), None]).dt.replace_time_zone("Europe/London"),
            "price": pl.Series(["1.50", "2.00"]).cast(pl.Decimal(6, 2)),
            "quote'": ["it's", '"'],
        }
    )
    suite = [
        gxe.ExpectColumnValuesToBeInSet(column="day", value_set=["2023-01-01"]),
        gxe.ExpectColumnValuesToBeBetween(column="at", max_value="2023-01-01T00:00:00"),
        gxe.ExpectColumnValuesToBeBetween(column="price", max_value=1.75),
        gxe.ExpectColumnValuesToNotBeInSet(column="quote'", value_set=["it's", "\n\\"]),
    ]
    results = run("polars", frame, suite)
    for result in results:
        assert not raised(result), raised(result)
        names = {"df": frame, "pl": pl, "datetime": datetime, "decimal": decimal, "zoneinfo": zoneinfo}
        found = eval(result.result["unexpected_index_query"], names)
        assert found.height == result.result["unexpected_count"] == 1


def test_unexpected_rows_are_whole_records() -> None:
    wanted = {"result_format": "SUMMARY", "include_unexpected_rows": True, "partial_unexpected_count": 2}
    (result,) = run("polars", FRAME, SUITE[:1], wanted)
    rows = pl.DataFrame(result.result["unexpected_rows"], schema=FRAME.schema)
    expected = FRAME.filter((pl.col("role") == "v") & (pl.col("a") != "x")).head(2)
    assert_frame_equal(rows, expected)


def test_complete_lists_of_values_stop_where_gx_stops() -> None:
    frame = pl.DataFrame({"a": ["?"] * 1000})
    (result,) = run("polars", frame, [gxe.ExpectColumnValuesToBeInSet(column="a", value_set=["x"])])
    assert len(result.result["unexpected_list"]) == 200
    assert len(result.result["unexpected_index_list"]) == 1000


def test_a_key_column_that_is_not_there_is_named() -> None:
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["nope"]}
    (result,) = run("polars", FRAME, SUITE[:1], wanted)
    assert '"nope" does not exist' in str(raised(result))


def test_empty_frame() -> None:
    for mine, other in zip(run("polars", FRAME.clear(), SUITE), run("pandas", FRAME.clear(), SUITE), strict=True):
        assert summary(mine) == summary(other)
