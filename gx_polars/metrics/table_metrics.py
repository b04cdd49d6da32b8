"""GX's table metrics on Polars: columns and types need no data, row counts join the bundle."""

from __future__ import annotations

from typing import Any

import polars as pl
from great_expectations.expectations.metrics.table_metrics.table_column_count import TableColumnCount
from great_expectations.expectations.metrics.table_metrics.table_column_types import ColumnTypes
from great_expectations.expectations.metrics.table_metrics.table_columns import TableColumns
from great_expectations.expectations.metrics.table_metrics.table_head import TableHead
from great_expectations.expectations.metrics.table_metrics.table_row_count import TableRowCount

from gx_polars.deferred import Deferred, flag
from gx_polars.engine import PolarsExecutionEngine
from gx_polars.metrics.registration import register_value
from gx_polars.row_conditions import row_mask


def column_types(
    execution_engine: PolarsExecutionEngine, metric_domain_kwargs: dict[str, Any], **_: Any
) -> list[dict[str, Any]]:
    """Name and Polars type of each column."""
    schema = execution_engine.schema(metric_domain_kwargs)
    return [{"name": name, "type": dtype} for name, dtype in schema.items()]


def columns(*, metrics: dict[str, Any], **_: Any) -> list[str]:
    """The columns' names, in order."""
    return [column["name"] for column in metrics["table.column_types"]]


def column_count(*, metrics: dict[str, Any], **_: Any) -> int:
    """How many columns there are."""
    return len(metrics["table.columns"])


def row_count(execution_engine: PolarsExecutionEngine, metric_domain_kwargs: dict[str, Any], **_: Any) -> Deferred:
    """How many rows satisfy the row condition."""
    schema = execution_engine.schema(metric_domain_kwargs)
    mask = row_mask(metric_domain_kwargs.get("row_condition"), schema)
    return Deferred(pl.len(), int) if mask is None else Deferred(flag(mask).sum(), int, (mask,))


def head(
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    metric_value_kwargs: dict[str, Any],
    **_: Any,
) -> Any:
    """The first rows, as the pandas frame that GX's ``Batch.head`` shows."""
    frame = execution_engine.get_domain_records(metric_domain_kwargs)
    if not metric_value_kwargs.get("fetch_all"):
        rows = metric_value_kwargs.get("n_rows")
        frame = frame.head(5 if rows is None else rows)
    return frame.collect().to_pandas()


def register() -> None:
    """Register the table metrics for `PolarsExecutionEngine`."""
    register_value(ColumnTypes, column_types)
    register_value(TableColumns, columns)
    register_value(TableColumnCount, column_count)
    register_value(TableRowCount, row_count)
    register_value(TableHead, head)
