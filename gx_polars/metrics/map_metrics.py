"""GX's map metrics on Polars: counts, values, rows, indices and queries behind every rule.

GX's decorators refuse an engine they do not know, so the metrics are registered directly, reusing the
core provider classes and with them GX's dependency graph.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
from great_expectations.constants import MAX_RESULT_RECORDS
from great_expectations.core.metric_function_types import SummarizationMetricNameSuffixes as Suffix
from great_expectations.expectations.metrics.column_map_metrics.column_value_lengths import (
    ColumnValuesValueLength,
)
from great_expectations.expectations.metrics.column_map_metrics.column_values_non_null import (
    ColumnValuesNonNullCount,
)
from great_expectations.expectations.metrics.column_map_metrics.column_values_null import (
    ColumnValuesNullCount,
)

from gx_polars.deferred import ROW_NUMBER, Deferred, flag
from gx_polars.engine import PolarsExecutionEngine
from gx_polars.masks import Masks, masks, rule_columns
from gx_polars.metrics.registration import register, register_value
from gx_polars.rules.registry import Rule, Shape, Target
from gx_polars.source import always

MetricFunction = Callable[..., Any]


def register_rule(rule: Rule) -> None:
    """Register every metric that GX derives from a map condition, for `PolarsExecutionEngine`."""
    functions: dict[str, MetricFunction] = {
        "condition": _condition(rule),
        Suffix.UNEXPECTED_COUNT.value: unexpected_count,
        Suffix.UNEXPECTED_VALUES.value: unexpected_values(rule),
        Suffix.UNEXPECTED_ROWS.value: unexpected_rows,
        Suffix.UNEXPECTED_INDEX_LIST.value: unexpected_index_list(rule),
        Suffix.UNEXPECTED_INDEX_QUERY.value: unexpected_index_query,
    }
    if rule.shape is Shape.COLUMN:
        functions[Suffix.UNEXPECTED_VALUE_COUNTS.value] = unexpected_value_counts
    else:
        functions[Suffix.FILTERED_ROW_COUNT.value] = filtered_row_count
    value_keys = tuple(getattr(rule.metric_class, "condition_value_keys", ()))
    plain = {"condition", Suffix.UNEXPECTED_COUNT.value}
    for suffix, function in functions.items():
        keys = value_keys if suffix in plain else (*value_keys, "result_format")
        register(
            rule.metric_class,
            f"{rule.metric}.{suffix}",
            function,
            (rule.metric_class.condition_domain_keys, keys),
        )


def _condition(rule: Rule) -> MetricFunction:
    def condition(
        execution_engine: PolarsExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: Any,
    ) -> tuple[Masks, dict[str, Any], dict[str, Any]]:
        schema = execution_engine.schema(metric_domain_kwargs)
        made = masks(rule, metric_domain_kwargs, metric_value_kwargs or {}, schema)
        columns = rule_columns(rule.shape, metric_domain_kwargs)
        return made, dict(metric_domain_kwargs), {"columns": columns}

    return condition


def unexpected_count(*, metrics: dict[str, Any], **_: Any) -> Deferred:
    """How many rows are unexpected."""
    mask = metrics["unexpected_condition"][0].unexpected
    return Deferred(flag(mask).sum(), int, (mask,))


def filtered_row_count(*, metrics: dict[str, Any], **_: Any) -> Deferred:
    """How many rows are judged, after ``ignore_row_if``."""
    mask = metrics["unexpected_condition"][0].judged
    return Deferred(flag(mask).sum(), int, (mask,))


def value_lengths(
    execution_engine: PolarsExecutionEngine, metric_domain_kwargs: dict[str, Any], **_: Any
) -> tuple[pl.Expr, dict[str, Any], dict[str, Any]]:
    """GX's map metric of text lengths, on which its two length expectations depend."""
    column = metric_domain_kwargs["column"]
    target = Target((column,), {}, always(column), execution_engine.schema(metric_domain_kwargs))
    return target.text().str.len_chars().expr, dict(metric_domain_kwargs), {"columns": (column,)}


def register_value_lengths() -> None:
    """Register `value_lengths`."""
    keys = (ColumnValuesValueLength.function_domain_keys, ColumnValuesValueLength.function_value_keys)
    register(ColumnValuesValueLength, "column_values.value_length.map", value_lengths, keys)


def register_null_counts() -> None:
    """Register GX's two aliases for how many cells are (not) null."""
    for provider, counted in [
        (ColumnValuesNonNullCount, "column_values.null.unexpected_count"),
        (ColumnValuesNullCount, "column_values.nonnull.unexpected_count"),
    ]:
        register_value(provider, _value_of(counted))


def _value_of(name: str) -> MetricFunction:
    def value(*, metrics: dict[str, Any], **_: Any) -> Any:
        return metrics[name]

    return value


def _limit(result_format: dict[str, Any], complete: int | None) -> int | None:
    if result_format["result_format"] == "COMPLETE":
        return complete
    partial = int(result_format["partial_unexpected_count"])
    return partial if complete is None else min(partial, complete)


def _listed(
    expr: pl.Expr, made: Masks, limit: int | None, finish: Callable[[pl.Series], Any] | None = None
) -> Deferred:
    """The unexpected rows' values of an expression, the first ones if there is a limit."""
    chosen = expr.filter(flag(made.unexpected))
    listed = (chosen if limit is None else chosen.head(limit)).implode()
    return Deferred(listed, finish or _to_list, (made.unexpected,), within=made.unexpected)


def _to_list(value: pl.Series) -> list[Any]:
    return value.to_list()


def unexpected_values(rule: Rule) -> MetricFunction:
    """The first unexpected values: cells, pairs, or records of the columns in question."""

    def values(*, metric_value_kwargs: dict[str, Any], metrics: dict[str, Any], **_: Any) -> Deferred:
        made, _domain, accessor = metrics["unexpected_condition"]
        limit = _limit(metric_value_kwargs["result_format"], MAX_RESULT_RECORDS)
        columns = accessor["columns"]
        if rule.shape is Shape.COLUMN:
            return _listed(pl.col(columns[0]), made, limit)
        a_and_b = pl.struct(a=pl.col(columns[0]), b=pl.col(columns[1]))
        if rule.shape is Shape.PAIR:
            return _listed(a_and_b, made, limit, _pairs)
        return _listed(pl.struct(*dict.fromkeys(columns)), made, limit)

    return values


def _pairs(value: pl.Series) -> list[tuple[Any, Any]]:
    return [(item["a"], item["b"]) for item in value.to_list()]


def unexpected_value_counts(*, metric_value_kwargs: dict[str, Any], metrics: dict[str, Any], **_: Any) -> Deferred:
    """Each unexpected value with its count, commonest first."""
    made, _domain, accessor = metrics["unexpected_condition"]
    counts = pl.col(accessor["columns"][0]).filter(flag(made.unexpected)).value_counts(sort=True)
    limit = _limit(metric_value_kwargs["result_format"], None)
    listed = (counts if limit is None else counts.head(limit)).implode()
    return Deferred(listed, _value_counts, (made.unexpected,), within=made.unexpected)


def _value_counts(value: pl.Series) -> list[dict[str, Any]]:
    return [dict(zip(("value", "count"), item.values(), strict=True)) for item in value.to_list()]


def unexpected_rows(
    *,
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    metric_value_kwargs: dict[str, Any],
    metrics: dict[str, Any],
    **_: Any,
) -> Deferred:
    """The first unexpected rows, whole, as dicts."""
    made: Masks = metrics["unexpected_condition"][0]
    limit = _limit(metric_value_kwargs["result_format"], MAX_RESULT_RECORDS)
    record = pl.struct(*execution_engine.schema(metric_domain_kwargs))
    return _listed(record, made, limit)


def unexpected_index_list(rule: Rule) -> MetricFunction:
    """Where the unexpected rows are: row numbers, or the named key columns beside the values."""

    def index_list(
        *,
        execution_engine: PolarsExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        **_: Any,
    ) -> Deferred:
        made, _domain, accessor = metrics["unexpected_condition"]
        result_format = metric_value_kwargs["result_format"]
        limit = _limit(result_format, None)
        keys = result_format.get("unexpected_index_column_names")
        if not keys:
            return replace(_listed(pl.col(ROW_NUMBER), made, limit), numbered=True)
        _check_keys(keys, execution_engine.schema(metric_domain_kwargs))
        if result_format.get("exclude_unexpected_values"):
            return _listed(pl.struct(*keys), made, limit, _keys_only)
        first, *others = accessor["columns"]
        # GX's order: the first value, the keys, the other values; each once.
        return _listed(pl.struct(*dict.fromkeys([first, *keys, *others])), made, limit)

    return index_list


def _keys_only(value: pl.Series) -> list[dict[str, list[Any]]]:
    # GX's own form without values: one record whose fields are the lists of keys.
    if not len(value):
        return []
    return [{name: column.to_list() for name, column in value.struct.unnest().to_dict().items()}]


def _check_keys(keys: list[str], schema: pl.Schema) -> None:
    for key in keys:
        if key not in schema:
            raise pl.exceptions.ColumnNotFoundError(
                f'Error: The unexpected_index_column "{key}" does not exist in the frame. '
                "Please check your configuration and try again."
            )


def unexpected_index_query(*, metric_value_kwargs: dict[str, Any], metrics: dict[str, Any], **_: Any) -> str | None:
    """Polars code that finds all unexpected rows of ``df`` again."""
    result_format = metric_value_kwargs["result_format"]
    if result_format.get("return_unexpected_index_query") is False:
        return None
    made, _domain, accessor = metrics["unexpected_condition"]
    query = f"df.filter({made.unexpected.code})"
    keys = result_format.get("unexpected_index_column_names")
    if not keys:
        return query
    names = ", ".join(repr(name) for name in dict.fromkeys([*keys, *accessor["columns"]]))
    return f"{query}.select({names})"
