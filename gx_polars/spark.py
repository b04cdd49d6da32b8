"""The same conditions on Great Expectations' Spark engine.

Whether a row meets an expectation is GX's own Spark metric; which rows are judged is decided as on Polars,
because GX's Spark engine leaves that to SQL's three-valued logic (there, null ``!=`` "M" is not true).
Needs ``pyspark``, which importing this module imports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

import polars as pl
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 - Spark's own convention
from pyspark.sql import types as T  # noqa: N812

from gx_polars.conditions import Condition, arguments, rule_of
from gx_polars.errors import UnsupportedExpectationError
from gx_polars.masks import ignores, rule_columns
from gx_polars.patterns.like import like_to_regex
from gx_polars.patterns.regex import to_rust
from gx_polars.rules import Rule, Shape
from gx_polars.spark_rows import missing, present, row_mask
from gx_polars.values import INCOMPARABLE, comparable

#: A row with a missing part is unexpected on pandas and Polars; Spark's metrics let it pass.
_NEEDS_ALL = {"column_pair_values.equal", "column_pair_values.a_greater_than_b", "multicolumn_sum.equal"}

_TYPES: dict[type, pl.DataType] = {
    T.StringType: pl.String(),
    T.BooleanType: pl.Boolean(),
    T.ByteType: pl.Int8(),
    T.ShortType: pl.Int16(),
    T.IntegerType: pl.Int32(),
    T.LongType: pl.Int64(),
    T.FloatType: pl.Float32(),
    T.DoubleType: pl.Float64(),
    T.DateType: pl.Date(),
    T.TimestampType: pl.Datetime("us", "UTC"),
    T.TimestampNTZType: pl.Datetime("us"),
}


def polars_schema(frame: DataFrame) -> pl.Schema:
    """The Spark frame's schema in Polars' types, as far as literals need it."""
    return pl.Schema({field.name: _polars_type(field.dataType) for field in frame.schema.fields})


def _polars_type(dtype: Any) -> pl.DataType:
    if isinstance(dtype, T.DecimalType):
        return pl.Decimal(dtype.precision, dtype.scale)
    return _TYPES.get(type(dtype), pl.Unknown())


def conditions(
    suite: ExpectationSuite | Iterable[Expectation],
    frame: DataFrame,
    parameters: Mapping[str, Any] | None = None,
    *,
    skip_others: bool = False,
) -> list[Condition[Column]]:
    """As `gx_polars.conditions`, with Spark columns over the given DataFrame.

    Raises:
        UnsupportedExpectationError: Also for increasing and decreasing: rows have no order in Spark.
    """
    builder = _Builder(frame)
    found = []
    for expectation in suite.expectations if isinstance(suite, ExpectationSuite) else suite:
        rule = rule_of(expectation)
        if rule is not None:
            found.append(builder.condition(expectation, rule, parameters or {}))
        elif not skip_others:
            raise UnsupportedExpectationError(
                expectation.expectation_type, "it is not about single rows, so it has no condition"
            )
    return found


class _LazySparkEngine(SparkDFExecutionEngine):
    """GX's Spark engine, less the row count that GX makes every column metric wait for.

    No condition reads it, and it would be a Spark job for every expectation.
    """

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[MetricConfiguration],
        metrics: dict[Any, Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> dict[Any, Any]:
        wanted = list(metrics_to_resolve)
        counts = {metric.id: 0 for metric in wanted if metric.metric_name == "table.row_count"}
        others = [metric for metric in wanted if metric.id not in counts]
        found = super().resolve_metrics(others, metrics, runtime_configuration) if others else {}
        return {**found, **counts}


class _Builder:
    """Conditions over one Spark frame."""

    def __init__(self, frame: DataFrame) -> None:
        self.schema = polars_schema(frame)
        self.engine = _LazySparkEngine(persist=False, spark=frame.sparkSession)
        self.engine.load_batch_data("frame", frame)
        self.calculator = MetricsCalculator(execution_engine=self.engine, show_progress_bars=False)

    def condition(self, expectation: Any, rule: Rule, parameters: Mapping[str, Any]) -> Condition[Column]:
        domain_kwargs, values = arguments(expectation, rule, parameters)
        columns = rule_columns(rule.shape, domain_kwargs)
        domain = row_mask(domain_kwargs["row_condition"], self.schema)
        if domain is None:
            domain = F.lit(True)
        judged = domain & self.asked(rule, columns, domain_kwargs)
        if rule.metric in _NEEDS_ALL:
            whole = reduce(lambda a, b: a & b, (present(name, self.schema) for name in columns))
            unexpected = judged & ~(whole & ~self.fails(expectation, rule, columns, values, judged))
        else:
            unexpected = judged & self.fails(expectation, rule, columns, values, judged)
        return Condition(expectation, unexpected, domain, rule.rowwise, str(unexpected))

    def asked(self, rule: Rule, columns: tuple[str, ...], domain_kwargs: Mapping[str, Any]) -> Column:
        if rule.shape is Shape.COLUMN:
            return present(columns[0], self.schema) if rule.skip_missing else F.lit(True)
        every = ignores(domain_kwargs.get("ignore_row_if"))
        if every is None:
            return F.lit(True)
        absent = [missing(name, self.schema) for name in columns]
        return ~reduce((lambda a, b: a & b) if every == "all" else (lambda a, b: a | b), absent)

    def fails(
        self, expectation: Any, rule: Rule, columns: tuple[str, ...], values: dict[str, Any], judged: Column
    ) -> Column:
        """True where the row does not meet the expectation; never null."""
        if not rule.rowwise:
            return _repeats(expectation, rule, columns, judged)
        if rule.metric in ("column_values.null", "column_values.nonnull"):
            test = present if rule.metric == "column_values.null" else missing
            return test(columns[0], self.schema)
        met = _pattern(rule.metric, F.col(_quoted(columns[0])), values)
        if met is None:
            return F.coalesce(self.by_gx(rule, columns, self.converted(rule, columns, values)), F.lit(True))
        return ~F.coalesce(met, F.lit(False))

    def by_gx(self, rule: Rule, columns: tuple[str, ...], values: dict[str, Any]) -> Column:
        """GX's own Spark metric for the expectation."""
        keys: dict[str, Any] = {"column": columns[0]}
        if rule.shape is Shape.PAIR:
            keys = {"column_A": columns[0], "column_B": columns[1]}
        elif rule.shape is Shape.MULTICOLUMN:
            keys = {"column_list": list(columns)}
        metric = MetricConfiguration(
            metric_name=f"{rule.metric}.condition",
            metric_domain_kwargs={"batch_id": "frame", **keys},
            metric_value_kwargs={key: value for key, value in values.items() if value is not None},
        )
        unexpected, _compute, _accessor = self.calculator.get_metric(metric)
        assert isinstance(unexpected, Column)
        return unexpected

    def converted(self, rule: Rule, columns: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
        """Literals in the column's type: Spark in ANSI mode fails on text compared with numbers."""
        if rule.shape is not Shape.COLUMN:
            return values
        dtype = self.schema[columns[0]]
        made = dict(values)
        for key in ("min_value", "max_value"):
            if "value_length" not in rule.metric and made.get(key) is not None:
                made[key] = comparable(made[key], dtype)
        if made.get("value_set") is not None:
            wanted = [comparable(value, dtype) for value in made["value_set"] if value is not None]
            made["value_set"] = [value for value in wanted if value is not INCOMPARABLE]
        return made


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _repeats(expectation: Any, rule: Rule, columns: tuple[str, ...], judged: Column) -> Column:
    if rule.metric not in ("column_values.unique", "compound_columns.unique"):
        raise UnsupportedExpectationError(expectation.expectation_type, "the rows of a Spark DataFrame have no order")
    # Rows that are not judged are counted apart, so that they repeat nothing that is.
    window = Window.partitionBy(judged, *(F.col(_quoted(name)) for name in columns))
    return F.count(F.lit(1)).over(window) > 1


def _pattern(metric: str, column: Column, values: Mapping[str, Any]) -> Column | None:
    """Patterns as on Polars, so that both engines read them alike; None for other metrics."""
    kind = metric.removeprefix("column_values.").removeprefix("not_")
    readers = {
        "match_regex": lambda: [_java(to_rust(values["regex"]))],
        "match_regex_list": lambda: [_java(to_rust(pattern)) for pattern in values["regex_list"]],
        "match_like_pattern": lambda: [_like(values["like_pattern"], values)],
        "match_like_pattern_list": lambda: [_like(p, values) for p in values["like_pattern_list"]],
    }
    if kind not in readers:
        return None
    found = [column.cast("string").rlike(pattern) for pattern in readers[kind]()]
    every = values.get("match_on") == "all"
    met = reduce((lambda a, b: a & b) if every else (lambda a, b: a | b), found)
    return ~met if metric.startswith("column_values.not_") else met


def _like(pattern: str, values: Mapping[str, Any]) -> str:
    return _java(like_to_regex(pattern, values.get("escape")))


def _java(rust: str) -> str:
    # Java's classes are ASCII unless told; otherwise what `to_rust` writes means the same there.
    return "(?U)" + rust.replace(r"(?-u:\b)", r"(?-U:\b)")
