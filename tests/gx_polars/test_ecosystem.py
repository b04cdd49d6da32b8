"""Around the engine: contexts on disk, checkpoints, actions, Data Docs, custom expectations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.checkpoint.actions import UpdateDataDocsAction, ValidationAction
from great_expectations.expectations.expectation import ColumnAggregateExpectation, ColumnMapExpectation
from great_expectations.expectations.metrics import ColumnAggregateMetricProvider, ColumnMapMetricProvider
from great_expectations.expectations.row_conditions import Column
from gxp_harness import raised, run

import gx_polars

README = Path(gx_polars.__file__).with_name("README.md")
FRAME = pl.DataFrame({"sex": ["F", "M", "?", None], "role": ["v", "w", "v", "v"], "n": [2, 3, 4, None]})


def _project(folder: Path) -> Any:
    context = gx.get_context(mode="file", project_root_dir=folder)
    definition = (
        context.data_sources.add_polars("polars")
        .add_dataframe_asset("people")
        .add_batch_definition_whole_dataframe("all")
    )
    suite = context.suites.add(
        gx.ExpectationSuite(
            name="people",
            expectations=[
                gxe.ExpectColumnValuesToBeInSet(
                    column="sex",
                    value_set={"$PARAMETER": "sexes"},
                    row_condition=(Column("role") == "v") | Column("role").is_null(),
                    mostly=0.9,
                    meta={"state": "valid"},
                ),
                gxe.ExpectColumnValuesToNotBeNull(column="sex", mostly=0.75),
                gxe.ExpectColumnMeanToBeBetween(column="n", min_value=3, max_value=3),
                gxe.ExpectColumnQuantileValuesToBeBetween(
                    column="n", quantile_ranges={"quantiles": [0.5], "value_ranges": [[3, None]]}
                ),
            ],
        )
    )
    validation = context.validation_definitions.add(
        gx.ValidationDefinition(name="people", data=definition, suite=suite)
    )
    context.checkpoints.add(
        gx.Checkpoint(
            name="daily",
            validation_definitions=[validation],
            actions=[UpdateDataDocsAction(name="docs")],
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["n"]},
        )
    )
    return context


def test_a_project_is_saved_and_reloaded_and_writes_data_docs(tmp_path: Path) -> None:
    first = _project(tmp_path)
    first.variables.progress_bars = {"globally": False}
    first.variables.save()
    context = gx.get_context(mode="file", project_root_dir=tmp_path)
    source = context.data_sources.get("polars")
    assert isinstance(source, gx_polars.PolarsDatasource)
    assert source.get_asset("people").get_batch_definition("all").name == "all"

    result = context.checkpoints.get("daily").run(
        batch_parameters={"dataframe": FRAME.lazy()}, expectation_parameters={"sexes": ["F", "M"]}
    )
    (run_result,) = result.run_results.values()
    outcomes = [(one.success, one.result.get("unexpected_count")) for one in run_result.results]
    assert sorted(outcomes, key=str) == [(False, 1), (True, 1), (True, None), (True, None)]

    pages = list((tmp_path / "gx" / "uncommitted" / "data_docs").rglob("validations/**/*.html"))
    assert len(pages) == 1
    text = pages[0].read_text(encoding="utf-8")
    assert "expect_column_values_to_be_in_set" in text or "must belong to this set" in text
    assert "df.filter" in text


def test_actions_run_on_the_result() -> None:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    definition = context.data_sources.add_polars("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("w")
    suite = context.suites.add(
        gx.ExpectationSuite(name="s", expectations=[gxe.ExpectColumnValuesToNotBeNull(column="sex")])
    )
    validation = context.validation_definitions.add(gx.ValidationDefinition(name="v", data=definition, suite=suite))
    seen: list[bool] = []

    class Recorder(ValidationAction):
        type: str = "recorder"

        def run(self, checkpoint_result: Any, action_context: Any = None) -> dict[str, Any]:
            seen.append(checkpoint_result.success)
            return {}

    checkpoint = gx.Checkpoint(name="c", validation_definitions=[validation], actions=[Recorder(name="r")])
    checkpoint.run(batch_parameters={"dataframe": FRAME})
    assert seen == [False]
    validation.run(batch_parameters={"dataframe": FRAME})


class ColumnValuesEven(ColumnMapMetricProvider):
    condition_metric_name = "column_values.even"
    condition_value_keys = ("offset",)

    @gx_polars.column_condition_partial
    def _polars(cls, column: pl.Expr, offset: int | None = None, **_: Any) -> pl.Expr:
        return (column + (offset or 0)) % 2 == 0


class ExpectColumnValuesToBeEven(ColumnMapExpectation):
    """Whole numbers that two divides."""

    map_metric = "column_values.even"
    success_keys = ("mostly", "offset")
    offset: int = 0


class ColumnRange(ColumnAggregateMetricProvider):
    metric_name = "column.range"
    value_keys = ("scale",)

    @gx_polars.column_aggregate_value
    def _polars(cls, column: pl.Expr, scale: float | None = None, **_: Any) -> pl.Expr:
        return (column.max() - column.min()) * (scale or 1)


class ExpectColumnRangeToBeBetween(ColumnAggregateExpectation):
    """Largest minus smallest."""

    metric_dependencies = ("column.range",)
    success_keys = ("min_value", "max_value", "strict_min", "strict_max", "scale")
    min_value: float | None = None
    max_value: float | None = None
    strict_min: bool = False
    strict_max: bool = False
    scale: float = 1

    def _validate(self, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None) -> Any:
        return self._validate_metric_value_between("column.range", metrics, runtime_configuration, execution_engine)


def test_custom_expectations_join_the_same_query(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    original = pl.LazyFrame.collect

    def collect(frame: pl.LazyFrame, *args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        return original(frame, *args, **kwargs)

    monkeypatch.setattr(pl.LazyFrame, "collect", collect)
    suite = [
        ExpectColumnValuesToBeEven(column="n", row_condition=Column("role") != "x"),
        ExpectColumnValuesToBeEven(column="n", offset=1),
        ExpectColumnRangeToBeBetween(column="n", max_value=2, row_condition=Column("role") == "v"),
        gxe.ExpectColumnValuesToNotBeNull(column="n"),
    ]
    even, odd, span, _ = run("polars", FRAME, suite)
    assert [raised(one) for one in (even, odd, span)] == [None] * 3
    assert (even.result["unexpected_list"], odd.result["unexpected_list"]) == ([3], [2, 4])
    assert span.result["observed_value"] == 2
    assert count == 1
    query = even.result["unexpected_index_query"]
    assert eval(query, {"df": FRAME, "pl": pl})["n"].to_list() == [3]


def test_custom_conditions_are_among_the_suites_conditions() -> None:
    (condition,) = gx_polars.conditions([ExpectColumnValuesToBeEven(column="n")])
    assert FRAME.filter(condition.unexpected)["n"].to_list() == [3]


@pytest.mark.parametrize("number", range(len(re.findall(r"```python", README.read_text(encoding="utf-8")))))
def test_the_readmes_examples_run(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block in turn, after those before it."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "people.json").write_text(
        '{"name": "people", "expectations": [{"type": "expect_column_values_to_be_in_set", '
        '"kwargs": {"column": "sex", "value_set": {"$PARAMETER": "sexes"}}}]}',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "readme"}
    for block in blocks[: number + 1]:
        if "spark" not in block:
            exec(compile(block, "README.md", "exec"), names)


def test_the_readmes_table_is_current() -> None:
    from gx_polars import compatibility

    assert compatibility.written() == README.read_text(encoding="utf-8"), (
        "run: python -m gx_polars.compatibility --write"
    )


def test_great_expectations_is_pinned_to_the_minor_version_that_these_tests_pass_on() -> None:
    pins = README.parents[1] / "requirements.txt"
    (pinned,) = re.findall(r"^great_expectations==(\d+\.\d+)\.\d+$", pins.read_text(encoding="utf-8"), re.MULTILINE)
    assert gx.__version__.startswith(f"{pinned}.")
    assert f"({pinned})" in README.read_text(encoding="utf-8")
