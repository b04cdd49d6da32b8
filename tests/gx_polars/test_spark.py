"""The same suite gives the same counts by group on Polars and on Spark."""

from __future__ import annotations

import datetime
import os
import random
from collections.abc import Iterator
from typing import Any

import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column
from gxp_families import LIKES, REGEXES
from gxp_strategies import DATES, FLOATS, INTS, ROLES, TEXTS

import gx_polars

pyspark = pytest.importorskip("pyspark")
pytestmark = [
    # pyspark 4.3 closes its sockets late and has not caught up with pandas 3.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pyspark"),
    pytest.mark.filterwarnings("ignore:'DataFrame:UserWarning"),
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    yield session
    session.stop()


def _frame(rows: int = 80) -> pl.DataFrame:
    draw = random.Random(7)

    def column(values: list[Any]) -> list[Any]:
        return [draw.choice([*values, None]) for _ in range(rows)]

    return pl.DataFrame(
        {
            "unit": column(["x", "y"]),
            "text": column(TEXTS),
            "other": column(TEXTS),
            "int": column(INTS),
            "int2": column(INTS),
            "float": column([*FLOATS, float("nan")]),
            "bool": column([True, False]),
            "day": column(DATES),
            "role": column(ROLES),
            "a.b": column(["p", "q"]),
        }
    )


def _spark_frame(spark: Any, frame: pl.DataFrame) -> Any:
    kinds = {
        pl.String: "string",
        pl.Int64: "long",
        pl.Float64: "double",
        pl.Boolean: "boolean",
        pl.Date: "date",
    }
    schema = ", ".join(f"`{name}` {kinds[type(dtype)]}" for name, dtype in frame.schema.items())
    return spark.createDataFrame(frame.rows(), schema=schema)


CONDITIONS = [
    None,
    Column("role") != "victim",
    Column("role").is_not_in(["victim", "witness"]),
    (Column("int") > 0) & Column("text").is_not_null(),
    (Column("float") <= 1) | Column("float").is_null(),
    Column("day") >= datetime.date(2024, 1, 1),
    Column("a.b") == "p",
]


def _suite(row_condition: Any) -> list[Any]:
    more = {"row_condition": row_condition}
    pair = {"column_A": "text", "column_B": "other", **more}
    return [
        gxe.ExpectColumnValuesToNotBeNull(column="float", **more),
        gxe.ExpectColumnValuesToBeNull(column="text", **more),
        gxe.ExpectColumnValuesToNotBeNull(column="a.b", **more),
        gxe.ExpectColumnValuesToBeInSet(column="text", value_set={"$PARAMETER": "codes"}, **more),
        gxe.ExpectColumnValuesToNotBeInSet(column="int", value_set=[1, 2, "x"], **more),
        gxe.ExpectColumnValuesToBeInSet(column="day", value_set=["2024-02-29"], **more),
        gxe.ExpectColumnValuesToBeBetween(column="int", min_value=0, max_value=2, strict_max=True, **more),
        gxe.ExpectColumnValuesToBeBetween(column="float", min_value=0.5, **more),
        gxe.ExpectColumnValuesToMatchRegexList(column="text", regex_list=["^a", "b$"], match_on="all", **more),
        gxe.ExpectColumnValuesToNotMatchRegexList(column="text", regex_list=REGEXES[:3], **more),
        gxe.ExpectColumnValueLengthsToBeBetween(column="text", min_value=1, max_value=2, **more),
        gxe.ExpectColumnValueLengthsToEqual(column="other", value=2, **more),
        gxe.ExpectColumnValuesToBeUnique(column="int", **more),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["int", "int2"], **more),
        gxe.ExpectColumnPairValuesToBeEqual(**pair, ignore_row_if="neither"),
        gxe.ExpectColumnPairValuesToBeEqual(**pair),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="int", column_B="int2", or_equal=True, **more),
        gxe.ExpectMulticolumnSumToEqual(column_list=["int", "int2"], sum_total=2, ignore_row_if="never", **more),
        gxe.ExpectMulticolumnValuesToBeEqual(column_list=["int", "int2"], ignore_row_if="never", **more),
        gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=["text", "other"], **more),
    ]


def _patterns() -> list[Any]:
    return [
        *[gxe.ExpectColumnValuesToMatchRegex(column="text", regex=regex) for regex in REGEXES],
        *[gxe.ExpectColumnValuesToNotMatchLikePattern(column="text", like_pattern=like) for like in LIKES],
        gxe.ExpectColumnPairValuesToBeInSet(
            column_A="text", column_B="other", value_pairs_set=[("a", "b"), ("a", None), (None, "ab")]
        ),
    ]


def _rows(counted: Any) -> list[tuple[Any, ...]]:
    rows = counted.rows() if isinstance(counted, pl.DataFrame) else [tuple(row) for row in counted.collect()]
    return sorted(rows, key=str)


def test_counts_by_group_are_the_same(spark: Any) -> None:
    frame = _frame()
    suite = [*_suite(CONDITIONS[1]), *_patterns()]
    for condition in CONDITIONS:
        suite += _suite(condition)[2:4]
    parameters = {"codes": ["a", "b", ""]}
    ours = gx_polars.conditions_for(frame, suite, parameters)
    distributed = _spark_frame(spark, frame)
    theirs = gx_polars.conditions_for(distributed, suite, parameters)
    assert [one.expectation for one in ours] == [one.expectation for one in theirs]
    left = _rows(gx_polars.count_by(frame, ours, ["unit"]))
    right = _rows(gx_polars.count_by(distributed, theirs, ["unit"]))
    assert len(left) == 3
    wrong = {
        repr(suite[(place - 1) // 2]): (a, b)
        for one, other in zip(left, right, strict=True)
        for place, (a, b) in enumerate(zip(one, other, strict=True))
        if a != b
    }
    assert not wrong


def test_the_failing_rows_are_the_same(spark: Any) -> None:
    frame = _frame().with_row_index("id").cast({"id": pl.Int64})
    suite = [gxe.ExpectColumnValuesToBeInSet(column="text", value_set=["a"], row_condition=Column("role") != "victim")]
    (ours,) = gx_polars.conditions_for(frame, suite)
    distributed = _spark_frame(spark, frame)
    (theirs,) = gx_polars.conditions_for(distributed, suite)
    ids = sorted(row["id"] for row in distributed.filter(theirs.unexpected).select("id").collect())
    assert frame.filter(ours.unexpected)["id"].to_list() == ids


@pytest.mark.parametrize(
    "expectation",
    [gxe.ExpectColumnValuesToBeIncreasing(column="int"), gxe.ExpectTableRowCountToEqual(value=1)],
    ids=lambda one: one.expectation_type,
)
def test_what_spark_cannot_say_is_refused_by_name(spark: Any, expectation: Any) -> None:
    distributed = _spark_frame(spark, _frame(3))
    with pytest.raises(gx_polars.UnsupportedExpectationError, match=expectation.expectation_type):
        gx_polars.conditions_for(distributed, [expectation])
