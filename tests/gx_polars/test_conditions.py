"""The contract that counts and worklists build on."""

from __future__ import annotations

from typing import Any

import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column
from gxp_families import FAMILIES
from gxp_harness import raised, run
from gxp_strategies import frames
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import gx_polars

ROWWISE = ["nulls", "sets", "between", "regexes", "lengths", "strftime", "unique", "order", "pairs", "records"]
FRAME = pl.DataFrame(
    {"team": ["x", "x", "y", None], "role": ["v", "w", None, "v"], "sex": ["F", None, "?", "M"]},
)
SUITE = [
    gxe.ExpectColumnValuesToNotBeNull(column="sex", row_condition=Column("role") != "w", meta={"state": "blank"}),
    gxe.ExpectColumnValuesToBeInSet(column="sex", value_set={"$PARAMETER": "sexes"}),
]


@pytest.mark.parametrize("family", ROWWISE)
@pytest.mark.parametrize("typed", [True, False], ids=["with schema", "without schema"])
def test_expressions_are_never_null_and_count_as_the_engine_does(family: str, typed: bool) -> None:
    @settings(max_examples=10, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(frame=frames(), expectations=st.lists(FAMILIES[family], min_size=1, max_size=3))
    def hold(frame: pl.DataFrame, expectations: list[Any]) -> None:
        results = run("polars", frame, expectations, "BASIC")
        sound = [(one, res) for one, res in zip(expectations, results, strict=True) if not raised(res)]
        if not typed:
            # Without a schema, dates and moments are not told apart when columns are compared.
            sound = [pair for pair in sound if family not in ("pairs", "records")]
        found = gx_polars.conditions([one for one, _ in sound], schema=frame.schema if typed else None)
        for condition, (_, result) in zip(found, sound, strict=True):
            both = frame.select(unexpected=condition.unexpected, domain=condition.domain)
            assert both.schema == {"unexpected": pl.Boolean, "domain": pl.Boolean}
            assert both.height == frame.height
            assert both.null_count().row(0) == (0, 0)
            assert both.filter(pl.col("unexpected") & ~pl.col("domain")).is_empty()
            assert both["unexpected"].sum() == result.result["unexpected_count"]
            assert both["domain"].sum() == result.result["element_count"]

    hold()


def test_three_uses_of_one_expression_agree() -> None:
    blank, wrong = gx_polars.conditions(SUITE, {"sexes": ["F", "M"]})
    assert blank.expectation.meta == {"state": "blank"}
    grouped = (
        FRAME.lazy()
        .group_by("team")
        .agg(n=pl.len(), a=blank.domain.sum(), b=blank.unexpected.sum(), c=wrong.domain.sum(), d=wrong.unexpected.sum())
        .collect()
        .sort("team", nulls_last=True)
    )
    expected = pl.DataFrame(
        {"team": ["x", "y", None], "n": [2, 1, 1], "a": [1, 1, 1], "b": [0, 0, 0], "c": [2, 1, 1], "d": [0, 1, 0]}
    )
    assert_frame_equal(grouped, expected, check_dtypes=False)
    assert FRAME.filter(wrong.unexpected)["sex"].to_list() == ["?"]
    assert FRAME.select(blank.unexpected.sum()).item() == 0


def test_domain_without_a_row_condition_counts_rows_in_every_context() -> None:
    (condition,) = gx_polars.conditions([gxe.ExpectColumnValuesToBeUnique(column="team")])
    assert FRAME.select(condition.domain.sum()).item() == 4
    assert FRAME.group_by("role").agg(n=condition.domain.sum())["n"].sum() == 4
    assert FRAME.clear().select(condition.domain.sum()).item() == 0


def test_null_is_not_equal_to_anything_and_in_no_list() -> None:
    kept = {
        "!=": Column("role") != "v",
        "==": Column("role") == "v",
        "not in": Column("role").is_not_in(["v"]),
        "in": Column("role").is_in(["v"]),
        "<": Column("role") < "w",
        "null": Column("role").is_null(),
        "and": (Column("role") != "v") & Column("sex").is_not_null(),
        "or": (Column("role") == "v") | Column("role").is_null(),
    }
    expected = {"!=": 2, "==": 2, "not in": 2, "in": 2, "<": 2, "null": 1, "and": 1, "or": 3}
    for name, condition in kept.items():
        suite = [gxe.ExpectColumnValuesToNotBeNull(column="sex", row_condition=condition)]
        (found,) = gx_polars.conditions(suite)
        assert FRAME.select(found.domain.sum()).item() == expected[name], name


def test_count_by_is_lazy_and_uniqueness_is_about_the_whole_frame() -> None:
    suite = [*SUITE, gxe.ExpectColumnValuesToBeUnique(column="role")]
    found = gx_polars.conditions_for(FRAME, suite, {"sexes": ["F"]})
    counted = gx_polars.count_by(FRAME.lazy(), found, ["team"])
    assert isinstance(counted, pl.LazyFrame)
    by_team = {row["team"]: row for row in counted.collect().to_dicts()}
    # Both "v" are repeated although they are in different teams.
    assert {team: row["unexpected_2"] for team, row in by_team.items()} == {"x": 1, "y": 0, None: 1}
    assert gx_polars.count_by(FRAME, found, []).row(0) == (3, 0, 4, 2, 4, 2)


def test_what_has_no_condition_is_named_or_skipped() -> None:
    suite = [gxe.ExpectTableRowCountToEqual(value=4), *SUITE]
    with pytest.raises(gx_polars.UnsupportedExpectationError, match="expect_table_row_count_to_equal"):
        gx_polars.conditions(suite, {"sexes": []})
    assert len(gx_polars.conditions(suite, {"sexes": []}, skip_others=True)) == 2


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(gx_polars.MissingParameterError, match="no value for parameter 'sexes'; given: other"):
        gx_polars.conditions(SUITE, {"other": 1})


def test_parameters_may_be_arithmetic() -> None:
    suite = [gxe.ExpectColumnValueLengthsToBeBetween(column="sex", max_value={"$PARAMETER": "n - 1"})]
    (condition,) = gx_polars.conditions(suite, {"n": 1})
    assert FRAME.filter(condition.unexpected)["sex"].to_list() == ["F", "?", "M"]


def test_suites_load_without_a_context_and_lose_nothing(tmp_path: Any) -> None:
    path = tmp_path / "suite.json"
    path.write_text(
        '{"name": "s", "meta": {"a": 1}, "expectations": [{"type": "expect_column_values_to_not_be_null", '
        '"kwargs": {"column": "sex", "row_condition": {"type": "comparison", "column": {"name": "role"}, '
        '"operator": "==", "parameter": "v"}}, "meta": {"state": "blank"}}]}'
    )
    suite = gx_polars.load_suite(path)
    (condition,) = gx_polars.conditions(suite)
    assert FRAME.select(condition.domain.sum()).item() == 2
    assert condition.expectation.meta["state"] == "blank"
    broken = {"name": "s", "expectations": [{"type": "expect_column_values_to_be_nul", "kwargs": {"column": "a"}}]}
    with pytest.raises(Exception, match="expect_column_values_to_be_nul"):
        gx_polars.load_suite(broken)


def test_dates_written_as_text_need_the_schema() -> None:
    frame = pl.DataFrame({"day": ["2024-01-01", "2024-03-01", None]}).with_columns(pl.col("day").str.to_date())
    suite = [
        gxe.ExpectColumnValuesToBeInSet(
            column="day", value_set=["2024-01-01"], row_condition=Column("day") > "2023-12-31"
        )
    ]
    (condition,) = gx_polars.conditions(suite, schema=frame.schema)
    assert frame.select(d=condition.domain.sum(), u=condition.unexpected.sum()).row(0) == (2, 1)
    (untyped,) = gx_polars.conditions(suite)
    with pytest.raises(pl.exceptions.PolarsError):
        frame.filter(untyped.unexpected)
