"""Rules that compare columns within a row."""

from __future__ import annotations

from functools import reduce
from itertools import combinations

import polars as pl
from great_expectations.expectations.metrics.column_pair_map_metrics import (
    column_pair_values_equal,
    column_pair_values_greater,
    column_pair_values_in_set,
)
from great_expectations.expectations.metrics.multicolumn_map_metrics import (
    multicolumn_sum_equal,
    multicolumn_values_equal,
    select_column_values_unique_within_record,
)

from gx_polars.errors import UnsupportedTypeError
from gx_polars.rules.registry import Target, rule
from gx_polars.source import PL, Q, always, never
from gx_polars.values import INCOMPARABLE, column_type, is_text, matchable, missing, present


def _family(dtype: pl.DataType) -> str:
    if is_text(dtype):
        return "text"
    if dtype.is_numeric() or isinstance(dtype, pl.Boolean):
        return "number"
    return "moment" if isinstance(dtype, pl.Date | pl.Datetime) else str(dtype)


def _comparable_columns(left: str, right: str, target: Target) -> bool:
    """Whether two columns' values can be equal at all; unknown types are taken to be."""
    if target.schema is None:
        return True
    a, b = (column_type(name, target.schema) for name in (left, right))
    assert a is not None
    assert b is not None
    if isinstance(a, pl.Null) or isinstance(b, pl.Null):
        return True
    zones = [getattr(dtype, "time_zone", None) is None for dtype in (a, b)]
    return _family(a) == _family(b) and zones[0] == zones[1]


def _operand(name: str, target: Target) -> Q:
    dtype = column_type(name, target.schema)
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return PL.col(name).cast(pl.String)
    return PL.col(name).cast(pl.Int8) if isinstance(dtype, pl.Boolean) else PL.col(name)


def _both_present(left: str, right: str, target: Target) -> Q:
    return present(left, target.schema) & present(right, target.schema)


def _equal(left: str, right: str, target: Target) -> Q:
    """Equal and both there; never null."""
    if not _comparable_columns(left, right, target):
        return never(left)
    return _both_present(left, right, target) & (_operand(left, target) == _operand(right, target))


def _same(left: str, right: str, target: Target) -> Q:
    """Equal, or both missing; never null."""
    both_missing = missing(left, target.schema) & missing(right, target.schema)
    return _equal(left, right, target) | both_missing


@rule(column_pair_values_equal.ColumnPairValuesEqual)
def pair_equal(target: Target) -> Q:
    """``expect_column_pair_values_to_be_equal``; two nulls are not equal (see ``ignore_row_if``)."""
    left, right = target.columns
    return _equal(left, right, target)


@rule(column_pair_values_greater.ColumnPairValuesAGreaterThanB)
def pair_greater(target: Target) -> Q:
    """``expect_column_pair_values_a_to_be_greater_than_b``."""
    left, right = target.columns
    if not _comparable_columns(left, right, target):
        dtype = column_type(left, target.schema)
        raise UnsupportedTypeError(left, dtype, f"it cannot be ordered against column {right!r}")
    a, b = _operand(left, target), _operand(right, target)
    return _both_present(left, right, target) & (a >= b if target.values.get("or_equal") else a > b)


@rule(column_pair_values_in_set.ColumnPairValuesInSet)
def pair_in_set(target: Target) -> Q:
    """``expect_column_pair_values_to_be_in_set``; None in a pair stands for a missing cell."""
    pairs = target.values.get("value_pairs_set")
    if pairs is None:
        return always(target.name)
    found = never(target.name)
    for pair in pairs:
        parts = [_is_value(name, value, target) for name, value in zip(target.columns, pair, strict=True)]
        found = found | (parts[0] & parts[1])
    return found


def _is_value(column: str, value: object, target: Target) -> Q:
    if value is None:
        return missing(column, target.schema)
    wanted = matchable(value, column_type(column, target.schema))
    if wanted is INCOMPARABLE:
        return never(column)
    return (PL.col(column) == wanted).fill_null(False)


@rule(multicolumn_sum_equal.MulticolumnSumEqual)
def sum_equal(target: Target) -> Q:
    """``expect_multicolumn_sum_to_equal``; a row with a missing part has no sum and is unexpected."""
    whole = True
    for name in target.columns:
        dtype = column_type(name, target.schema)
        if dtype is not None and not (dtype.is_numeric() or isinstance(dtype, pl.Boolean | pl.Null)):
            raise UnsupportedTypeError(name, dtype, "only numbers can be summed")
        whole = whole and (dtype is None or not (dtype.is_float() or dtype.is_decimal()))
    # Without the wide zero whole numbers are summed in their own type and wrap around: in Int8, 100 + 100 is -56.
    wide = [PL.lit(0, dtype=pl.Int64)] if whole else []
    total = PL.sum_horizontal(*target.columns, *wide, ignore_nulls=False)
    return (total == target.values["sum_total"]).fill_null(False)


@rule(multicolumn_values_equal.MulticolumnValuesEqual)
def all_equal(target: Target) -> Q:
    """``expect_multicolumn_values_to_be_equal``; missing cells are equal to each other."""
    first, *others = target.columns
    return reduce(lambda left, right: left & right, (_same(first, other, target) for other in others))


@rule(select_column_values_unique_within_record.SelectColumnValuesUniqueWithinRecord)
def unique_within_record(target: Target) -> Q:
    """``expect_select_column_values_to_be_unique_within_record``; two missing cells are a repeat."""
    repeats = (_same(a, b, target) for a, b in combinations(target.columns, 2))
    return ~reduce(lambda left, right: left | right, repeats)
