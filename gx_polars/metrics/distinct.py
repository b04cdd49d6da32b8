"""GX's metrics about a column's distinct values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
from great_expectations.constants import MAX_DISTINCT_VALUES
from great_expectations.expectations.metrics.column_aggregate_metrics.column_distinct_values import (
    ColumnDistinctValues,
    ColumnDistinctValuesCount,
    ColumnDistinctValuesCountUnderThreshold,
)
from great_expectations.expectations.metrics.column_aggregate_metrics.column_distinct_values_missing_from_column import (  # noqa: E501
    ColumnDistinctValuesMissingFromColumn,
    ColumnDistinctValuesMissingFromColumnCount,
)
from great_expectations.expectations.metrics.column_aggregate_metrics.column_distinct_values_not_in_set import (
    ColumnDistinctValuesNotInSet,
    ColumnDistinctValuesNotInSetCount,
)

from gx_polars.deferred import Deferred, flag
from gx_polars.membership import is_member
from gx_polars.metrics.aggregates import Values, register_aggregate
from gx_polars.metrics.registration import register_value
from gx_polars.values import matchable


def _wanted(values: Values) -> list[Any]:
    return list(values.kwargs.get("value_set") or [])


def _outside(values: Values) -> pl.Expr:
    member = is_member(values.column, _wanted(values), values.schema).fill_null(False)
    return pl.col(values.column).filter(flag(values.keep) & ~member.expr)


def _not_in_set(values: Values) -> Deferred:
    limit = values.kwargs.get("limit") or MAX_DISTINCT_VALUES
    listed = _outside(values).unique().sort().head(limit).implode()
    return Deferred(listed, lambda found: found.to_list())


def _missing(values: Values, limit: int | None) -> Deferred:
    """The expected values that no row has: those that do occur are collected and crossed off."""
    wanted = _wanted(values)
    member = is_member(values.column, wanted, values.schema).fill_null(False)
    seen = pl.col(values.column).filter(flag(values.keep) & member.expr).unique().implode()

    def cross_off(found: pl.Series) -> list[Any]:
        occurring = set(found.to_list())
        absent = [value for value in dict.fromkeys(wanted) if matchable(value, values.dtype) not in occurring]
        return absent if limit is None else absent[:limit]

    return Deferred(seen, cross_off)


def _missing_count(values: Values) -> Deferred:
    listed = _missing(values, None)
    return replace(listed, finish=lambda found: len(listed.finish(found)))


def _under_threshold(*, metrics: dict[str, Any], metric_value_kwargs: dict[str, Any], **_: Any) -> bool:
    return bool(metrics["column.distinct_values.count"] < metric_value_kwargs["threshold"])


def register() -> None:
    """Register the distinct-value metrics for `PolarsExecutionEngine`."""
    register_aggregate(
        ColumnDistinctValues,
        lambda values: Deferred(values.expr.unique().implode(), lambda found: set(found.to_list())),
    )
    register_aggregate(ColumnDistinctValuesCount, lambda values: Deferred(values.expr.n_unique(), int))
    register_value(ColumnDistinctValuesCountUnderThreshold, _under_threshold)
    register_aggregate(ColumnDistinctValuesNotInSet, _not_in_set)
    register_aggregate(ColumnDistinctValuesNotInSetCount, lambda values: Deferred(_outside(values).n_unique(), int))
    register_aggregate(
        ColumnDistinctValuesMissingFromColumn,
        lambda values: _missing(values, values.kwargs.get("limit") or MAX_DISTINCT_VALUES),
    )
    register_aggregate(ColumnDistinctValuesMissingFromColumnCount, _missing_count)
