"""GX's column aggregates on Polars, all deferred into the suite's one query.

Each function is given a column's values within the row condition, missing ones left out, as GX's
``column_aggregate_value`` gives them on pandas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from great_expectations.expectations.metrics.column_aggregate_metrics.column_max import ColumnMax
from great_expectations.expectations.metrics.column_aggregate_metrics.column_mean import ColumnMean
from great_expectations.expectations.metrics.column_aggregate_metrics.column_median import ColumnMedian
from great_expectations.expectations.metrics.column_aggregate_metrics.column_min import ColumnMin
from great_expectations.expectations.metrics.column_aggregate_metrics.column_most_common_value import (
    ColumnMostCommonValue,
)
from great_expectations.expectations.metrics.column_aggregate_metrics.column_non_null_count import (
    ColumnNonNullCount,
)
from great_expectations.expectations.metrics.column_aggregate_metrics.column_proportion_of_non_null_values import (
    ColumnNonNullProportion,
    nonnull_proportion,
)
from great_expectations.expectations.metrics.column_aggregate_metrics.column_proportion_of_unique_values import (
    ColumnUniqueProportion,
    unique_proportion,
)
from great_expectations.expectations.metrics.column_aggregate_metrics.column_quantile_values import (
    ColumnQuantileValues,
)
from great_expectations.expectations.metrics.column_aggregate_metrics.column_standard_deviation import (
    ColumnStandardDeviation,
)
from great_expectations.expectations.metrics.column_aggregate_metrics.column_sum import ColumnSum
from great_expectations.expectations.metrics.column_aggregate_metrics.column_values_length_max import (
    ColumnValuesLengthMax,
)
from great_expectations.expectations.metrics.column_aggregate_metrics.column_values_length_min import (
    ColumnValuesLengthMin,
)
from great_expectations.expectations.metrics.metric_provider import MetricProvider

from gx_polars.deferred import Deferred, flag
from gx_polars.engine import PolarsExecutionEngine
from gx_polars.errors import UnsupportedTypeError
from gx_polars.metrics.registration import register_value
from gx_polars.row_conditions import row_mask
from gx_polars.rules.registry import Target
from gx_polars.source import Q
from gx_polars.values import Schema, column_type, is_text, present


@dataclass(frozen=True)
class Values:
    """A column's values as an aggregate sees them.

    Attributes:
        column: The column's name.
        dtype: Its type.
        keep: True on the rows whose values count.
        kwargs: The metric's arguments.
        schema: The frame's schema.
    """

    column: str
    dtype: pl.DataType
    keep: Q
    kwargs: Mapping[str, Any]
    schema: Schema

    @property
    def expr(self) -> pl.Expr:
        """The values."""
        return pl.col(self.column).filter(flag(self.keep))

    @property
    def ordered(self) -> pl.Expr:
        """The values as something with the order a reader expects: Enums and Categoricals as text."""
        text = is_text(self.dtype) and not isinstance(self.dtype, pl.String)
        return pl.col(self.column).cast(pl.String).filter(flag(self.keep)) if text else self.expr

    @property
    def numbers(self) -> pl.Expr:
        """The values as numbers; refused for anything else."""
        if self.dtype.is_decimal():
            return self.expr.cast(pl.Float64)
        if isinstance(self.dtype, pl.Boolean):
            return self.expr.cast(pl.Int64)
        if isinstance(self.dtype, pl.Null):
            return self.expr.cast(pl.Float64)
        if not self.dtype.is_numeric():
            raise UnsupportedTypeError(self.column, self.dtype, "only numbers can be averaged and summed")
        return self.expr

    def moments_or_numbers(self) -> pl.Expr:
        """As `numbers`, but dates and times have means and medians too."""
        return self.expr if self.dtype.is_temporal() else self.numbers


Aggregate = Callable[[Values], "pl.Expr | Deferred"]


def values_of(engine: PolarsExecutionEngine, domain: Mapping[str, Any], kwargs: Mapping[str, Any]) -> Values:
    """The values that domain kwargs name."""
    schema = engine.schema(domain)
    column = domain["column"]
    dtype = column_type(column, schema)
    assert dtype is not None
    condition = row_mask(domain.get("row_condition"), schema)
    keep = present(column, schema)
    return Values(column, dtype, keep if condition is None else condition & keep, kwargs or {}, schema)


def register_aggregate(metric_class: type[MetricProvider], aggregate: Aggregate) -> None:
    """Register an aggregate as a GX column metric's value on `PolarsExecutionEngine`."""

    def metric(
        execution_engine: PolarsExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: Any,
    ) -> Deferred:
        values = values_of(execution_engine, metric_domain_kwargs, metric_value_kwargs)
        found = aggregate(values)
        made = found if isinstance(found, Deferred) else Deferred(found)
        return replace(made, masks=(*made.masks, values.keep))

    register_value(metric_class, metric)


def _quantiles(values: Values) -> Deferred:
    how = values.kwargs.get("allow_relative_error") or "nearest"
    if how not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise ValueError(f"allow_relative_error must be an interpolation of Polars' quantile, not {how!r}")
    source = values.expr.to_physical() if values.dtype.is_temporal() else values.numbers
    wanted = [float(quantile) for quantile in values.kwargs["quantiles"]]
    # Counted from the mask, not as the length of the sorted values: Polars 2.1's in-memory engine then forgets to sort.
    count = flag(values.keep).sum()
    found = [_quantile(source, count, quantile, how) for quantile in wanted]
    listed = pl.concat_list(found)
    return Deferred(listed, _cast_to(values.dtype) if values.dtype.is_temporal() else _plain_list)


def _quantile(source: pl.Expr, count: pl.Expr, quantile: float, how: str) -> pl.Expr:
    if how != "nearest":
        return source.quantile(quantile, how)  # type: ignore[arg-type]
    # Polars' own "nearest" takes the other neighbour than pandas at a tie.
    place = (pl.lit(quantile) * (count.cast(pl.Float64) - 1)).round(mode="half_to_even")
    return source.sort().get(place.cast(pl.Int64), null_on_oob=True)


def _cast_to(dtype: pl.DataType) -> Callable[[pl.Series], list[Any]]:
    def cast(value: pl.Series) -> list[Any]:
        return value.cast(pl.Int64).cast(dtype).to_list()

    return cast


def _plain_list(value: pl.Series) -> list[Any]:
    return value.to_list()


def _length(values: Values) -> pl.Expr:
    target = Target((values.column,), {}, values.keep, values.schema)
    return target.text().str.len_chars().expr.filter(flag(values.keep))


def _most_common(values: Values) -> Deferred:
    return Deferred(values.ordered.mode().sort().implode(), _plain_list)


_AGGREGATES: dict[type[MetricProvider], Aggregate] = {
    ColumnMin: lambda values: values.ordered.min(),
    ColumnMax: lambda values: values.ordered.max(),
    ColumnMean: lambda values: values.moments_or_numbers().mean(),
    ColumnMedian: lambda values: values.moments_or_numbers().median(),
    ColumnStandardDeviation: lambda values: values.numbers.std(),
    ColumnSum: lambda values: values.numbers.sum(),
    ColumnQuantileValues: _quantiles,
    ColumnMostCommonValue: _most_common,
    ColumnNonNullCount: lambda values: Deferred(flag(values.keep).sum(), int),
    ColumnValuesLengthMin: lambda values: _length(values).min(),
    ColumnValuesLengthMax: lambda values: _length(values).max(),
}


def _non_null_proportion(*, metrics: dict[str, Any], **_: Any) -> float:
    return float(nonnull_proportion(metrics))


def _unique_proportion(*, metrics: dict[str, Any], **_: Any) -> float:
    return float(unique_proportion(metrics))


def register() -> None:
    """Register the aggregates for `PolarsExecutionEngine`."""
    for metric_class, aggregate in _AGGREGATES.items():
        register_aggregate(metric_class, aggregate)
    register_value(ColumnNonNullProportion, _non_null_proportion, needs_row_count=True)
    register_value(ColumnUniqueProportion, _unique_proportion, needs_row_count=True)
