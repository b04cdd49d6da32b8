"""Rules that look at other rows: uniqueness and order. They are answered on the whole frame."""

from __future__ import annotations

import polars as pl
from great_expectations.expectations.metrics.column_map_metrics import (
    column_values_decreasing,
    column_values_increasing,
    column_values_unique,
)
from great_expectations.expectations.metrics.multicolumn_map_metrics import compound_columns_unique

from gx_polars.errors import UnsupportedTypeError
from gx_polars.rules.registry import Target, rule
from gx_polars.source import PL, Q
from gx_polars.values import is_text


@rule(column_values_unique.ColumnValuesUnique, rowwise=False)
def unique(target: Target) -> Q:
    """``expect_column_values_to_be_unique``: every copy of a repeated value is unexpected."""
    # Rows that are not judged become null: they repeat each other, but nobody asks about them.
    return ~PL.when(target.keep).then(target.column).is_duplicated()


@rule(compound_columns_unique.CompoundColumnsUnique, rowwise=False)
def compound_unique(target: Target) -> Q:
    """``expect_compound_columns_to_be_unique``: nulls are equal to each other here."""
    return ~PL.struct([target.keep.alias("__gx_polars_judged"), *target.columns]).is_duplicated()


@rule(column_values_increasing.ColumnValuesIncreasing, rowwise=False)
def increasing(target: Target) -> Q:
    """``expect_column_values_to_be_increasing`` over the judged rows in the frame's order."""
    previous = _previous(target)
    ordered = target.column > previous if target.values.get("strictly") else target.column >= previous
    return ordered | previous.is_null()


@rule(column_values_decreasing.ColumnValuesDecreasing, rowwise=False)
def decreasing(target: Target) -> Q:
    """``expect_column_values_to_be_decreasing`` over the judged rows in the frame's order."""
    previous = _previous(target)
    ordered = target.column < previous if target.values.get("strictly") else target.column <= previous
    return ordered | previous.is_null()


def _previous(target: Target) -> Q:
    """The nearest judged value above each row."""
    dtype = target.dtype
    if dtype is not None and (is_text(dtype) or isinstance(dtype, pl.Boolean)):
        raise UnsupportedTypeError(target.name, dtype, "only numbers, dates and times increase or decrease")
    return PL.when(target.keep).then(target.column).forward_fill().shift(1)
