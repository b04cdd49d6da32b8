"""How the engine works: one query, failures that stay where they belong, the traps of GX's internals."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column
from gxp_harness import context, definition, raised, run

import gx_polars
from gx_polars.metrics.refused import REFUSED

FRAME = pl.DataFrame({"a": ["x", "", None, "y"], "b": [1, 2, 3, 4], "role": ["v", "v", "w", None]})
ROLES = [Column("role") == "v", Column("role") != "v", Column("role").is_null(), None]


def _suite_over_many_row_conditions() -> list[Any]:
    suite: list[Any] = []
    for condition in ROLES:
        suite += [
            gxe.ExpectColumnValuesToNotBeNull(column="a", row_condition=condition),
            gxe.ExpectColumnValuesToBeInSet(column="a", value_set=["x"], row_condition=condition),
            gxe.ExpectColumnValuesToBeUnique(column="b", row_condition=condition),
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["a", "b"], row_condition=condition),
            gxe.ExpectColumnPairValuesToBeEqual(column_A="a", column_B="role", row_condition=condition),
            gxe.ExpectColumnMeanToBeBetween(column="b", min_value=0, row_condition=condition),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="b", min_value=0, row_condition=condition),
            gxe.ExpectColumnProportionOfUniqueValuesToBeBetween(column="b", min_value=0, row_condition=condition),
            gxe.ExpectColumnDistinctValuesToBeInSet(column="b", value_set=[1, 2, 3, 4], row_condition=condition),
            gxe.ExpectTableRowCountToBeBetween(min_value=0, row_condition=condition),
        ]
    return [*suite, gxe.ExpectColumnToExist(column="a"), gxe.ExpectColumnValuesToBeOfType(column="b", type_="Int64")]


class _Collects:
    """Counts every query that Polars runs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        original = pl.LazyFrame.collect

        def collect(frame: pl.LazyFrame, *args: Any, **kwargs: Any) -> Any:
            self.count += 1
            return original(frame, *args, **kwargs)

        monkeypatch.setattr(pl.LazyFrame, "collect", collect)


@pytest.mark.parametrize("result_format", ["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"])
@pytest.mark.parametrize("lazy", [True, False], ids=["LazyFrame", "DataFrame"])
def test_a_suite_is_one_query_whatever_its_row_conditions(
    result_format: str, lazy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    collects = _Collects(monkeypatch)
    results = run("polars", FRAME.lazy() if lazy else FRAME, _suite_over_many_row_conditions(), result_format)
    assert not [raised(result) for result in results if raised(result)]
    assert collects.count == 1


def test_a_scan_is_read_once_and_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "frame.parquet"
    FRAME.write_parquet(path)
    engines = []
    original = pl.LazyFrame.collect

    def collect(frame: pl.LazyFrame, *args: Any, **kwargs: Any) -> Any:
        engines.append((kwargs.get("engine"), frame.explain(engine="streaming").count("Parquet SCAN")))
        return original(frame, *args, **kwargs)

    monkeypatch.setattr(pl.LazyFrame, "collect", collect)
    run("polars", pl.scan_parquet(path), _suite_over_many_row_conditions(), "SUMMARY")
    assert engines == [("streaming", 1)]


def test_one_failing_expectation_does_not_take_others_with_it() -> None:
    suite = [
        gxe.ExpectColumnValuesToNotBeNull(column="nope"),
        gxe.ExpectColumnValuesToMatchRegex(column="a", regex="(?=x)"),
        gxe.ExpectColumnMeanToBeBetween(column="a", min_value=0),
        gxe.ExpectColumnValuesToNotBeNull(column="a", row_condition=Column("nope") == 1),
        gxe.ExpectColumnValuesToNotBeNull(column="a"),
        gxe.ExpectColumnMaxToBeBetween(column="b", max_value=4),
    ]
    messages = [raised(result) for result in run("polars", FRAME, suite)]
    assert [bool(message) for message in messages] == [True, True, True, True, False, False]
    assert '"nope" in BatchData' in str(messages[0])
    assert "look-around" in str(messages[1])
    assert "only numbers" in str(messages[2])


def test_empty_text_is_present_and_nulls_are_not_judged() -> None:
    suite = [
        gxe.ExpectColumnValuesToNotBeNull(column="a"),
        gxe.ExpectColumnValuesToBeInSet(column="a", value_set=["x", "y"]),
    ]
    present, valid = run("polars", FRAME, suite)
    assert (present.result["element_count"], present.result["unexpected_count"]) == (4, 1)
    assert (valid.result["unexpected_list"], valid.result["missing_count"]) == ([""], 1)


def test_the_frame_is_not_serialised_into_results() -> None:
    checkpoint = gx.Checkpoint(
        name="c",
        validation_definitions=[
            context().validation_definitions.add_or_update(
                gx.ValidationDefinition(
                    name="v",
                    data=definition("polars"),
                    suite=context().suites.add_or_update(
                        gx.ExpectationSuite(name="s", expectations=[gxe.ExpectColumnValuesToBeNull(column="b")])
                    ),
                )
            )
        ],
        result_format="BOOLEAN_ONLY",
    )
    marked = FRAME.with_columns(a=pl.lit("SECRET"))
    result = context().checkpoints.add_or_update(checkpoint).run(batch_parameters={"dataframe": marked})
    text = json.dumps(result.describe_dict()) + str(result)
    assert "SECRET" not in text
    assert not result.success


def test_threads_do_not_see_each_others_frames() -> None:
    suite = [gxe.ExpectColumnValuesToNotBeNull(column="a"), gxe.ExpectTableRowCountToEqual(value=1)]
    definition("polars")
    found: dict[int, set[tuple[int, int]]] = {}

    def work(number: int) -> None:
        frame = pl.DataFrame({"a": [None] * number + ["x"] * number})
        seen = set()
        for _ in range(5):
            nulls, rows = run("polars", frame, suite, "BASIC")
            seen.add((nulls.result["unexpected_count"], rows.result["observed_value"]))
        found[number] = seen

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: {(number, 2 * number)} for number in range(1, 6)}


def test_row_conditions_beyond_gx_are_refused_by_gx() -> None:
    with pytest.raises(ValueError, match="AND groups cannot contain OR"):
        gxe.ExpectColumnValuesToBeNull(
            column="a", row_condition=(Column("b") == 1) & ((Column("b") == 2) | (Column("b") == 3))
        )
    many = Column("b") == 0
    for number in range(1, 101):
        many = many | (Column("b") == number)
    with pytest.raises(ValueError, match=r"nested OR|100 conditions"):
        gxe.ExpectColumnValuesToBeNull(column="a", row_condition=many)


def test_conditions_in_another_engines_language_are_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # GX's own, at every copy of the expectation
        legacy = gxe.ExpectColumnValuesToBeNull(column="a", row_condition="b == 1", condition_parser="pandas")
        (result,) = run("polars", FRAME, [legacy])
    assert "query language of another engine" in str(raised(result))
    with pytest.raises(gx_polars.UnsupportedRowConditionError):
        gx_polars.conditions([legacy])


REFUSED_EXPECTATIONS = [
    gxe.ExpectColumnKLDivergenceToBeLessThan(
        column="b", partition_object={"bins": [0, 2, 5], "weights": [0.5, 0.5]}, threshold=0.1
    ),
    gxe.ExpectColumnKLDivergenceToBeLessThan(
        column="a", partition_object={"values": ["x", "y"], "weights": [0.5, 0.5]}, threshold=0.1
    ),
    gxe.ExpectColumnValueZScoresToBeLessThan(column="b", threshold=1, double_sided=True),
    gxe.ExpectColumnValuesToNotBeOutliers(column="b", method="iqr", multiplier=1.5),
    gxe.ExpectColumnValuesToBeDateutilParseable(column="a"),
    gxe.ExpectColumnValuesToBeJsonParseable(column="a"),
    gxe.ExpectColumnValuesToMatchJsonSchema(column="a", json_schema={}),
    gxe.ExpectTableRowCountToEqualOtherTable(other_table_name="other"),
    gxe.ExpectQueryResultsToMatchComparison(
        base_query="select 1", comparison_data_source_name="polars", comparison_query="select 1"
    ),
    gxe.UnexpectedRowsExpectation(unexpected_rows_query="select * from {batch}"),
]


def test_every_refusal_is_tried() -> None:
    assert {one.expectation_type for one in REFUSED_EXPECTATIONS} == set(REFUSED)


@pytest.mark.parametrize("expectation", REFUSED_EXPECTATIONS, ids=lambda one: one.expectation_type)
def test_what_is_not_done_is_refused_by_name(expectation: Any) -> None:
    (result,) = run("polars", FRAME, [expectation])
    message = str(raised(result))
    assert expectation.expectation_type in message
    assert REFUSED[expectation.expectation_type][1] in message


def test_importing_makes_no_network_request() -> None:
    program = """
import socket, sys, warnings
warnings.simplefilter("ignore")
def refuse(*args, **kwargs):
    raise AssertionError("network")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
import gx_polars
print("imported")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(gx_polars.__file__).parents[1],
        env={"PATH": "/usr/bin:/bin", "GX_ANALYTICS_ENABLED": "true"},
    )
    assert done.stdout.strip() == "imported", done.stderr


def test_head_shows_rows() -> None:
    batch = definition("polars").get_batch(batch_parameters={"dataframe": FRAME.lazy()})
    assert batch.columns() == FRAME.columns
    assert "x" in str(batch.head(n_rows=2, fetch_all=False))


@pytest.mark.parametrize("given", [None, {}, {"dataframe": [1]}, {"dataframe": FRAME, "x": 1}], ids=str)
def test_batch_parameters_must_be_a_polars_frame(given: Any) -> None:
    with pytest.raises(gx.exceptions.exceptions.BuildBatchRequestError):
        definition("polars").get_batch(batch_parameters=given)
