"""Rules about one cell's value: missing, in a set, between bounds."""

from __future__ import annotations

from typing import Any

import polars as pl
from great_expectations.expectations.metrics.column_map_metrics import (
    column_values_between,
    column_values_in_set,
    column_values_non_null,
    column_values_not_in_set,
    column_values_null,
)

from gx_polars.errors import UnsupportedTypeError
from gx_polars.membership import is_member
from gx_polars.rules.registry import Target, rule
from gx_polars.source import Q, always
from gx_polars.values import INCOMPARABLE, comparable, missing, ordered


@rule(column_values_non_null.ColumnValuesNonNull)
def not_null(target: Target) -> Q:
    """``expect_column_values_to_not_be_null``."""
    return target.present(target.name)


@rule(column_values_null.ColumnValuesNull)
def null(target: Target) -> Q:
    """``expect_column_values_to_be_null``."""
    return missing(target.name, target.schema)


@rule(column_values_in_set.ColumnValuesInSet)
def in_set(target: Target) -> Q:
    """``expect_column_values_to_be_in_set``; no set is met by every value."""
    wanted = target.values.get("value_set")
    return always(target.name) if wanted is None else is_member(target.name, wanted, target.schema)


@rule(column_values_not_in_set.ColumnValuesNotInSet)
def not_in_set(target: Target) -> Q:
    """``expect_column_values_to_not_be_in_set``."""
    unwanted = target.values.get("value_set")
    return always(target.name) if unwanted is None else ~is_member(target.name, unwanted, target.schema)


@rule(column_values_between.ColumnValuesBetween)
def between(target: Target) -> Q:
    """``expect_column_values_to_be_between``."""
    low, high = bounds(target)
    if isinstance(target.dtype, pl.Boolean):
        raise UnsupportedTypeError(target.name, target.dtype, "it has no order")
    low, high = (_bound(target, bound) for bound in (low, high))
    return within(ordered(target.name, target.dtype), low, high, target)


def bounds(target: Target) -> tuple[Any, Any]:
    """The ``min_value`` and ``max_value``, checked as GX checks them."""
    low, high = target.values.get("min_value"), target.values.get("max_value")
    if low is None and high is None:
        raise ValueError("min_value and max_value cannot both be None")
    if low is not None and high is not None and low > high:
        raise ValueError("min_value cannot be greater than max_value")
    return low, high


def within(column: Q, low: Any, high: Any, target: Target) -> Q:
    """``low <= column <= high``, strictly where the expectation says so; a None bound is open."""
    above = below = None
    if low is not None:
        above = column > low if target.values.get("strict_min") else column >= low
    if high is not None:
        below = column < high if target.values.get("strict_max") else column <= high
    if above is None or below is None:
        one_sided = below if above is None else above
        assert one_sided is not None
        return one_sided
    return above & below


def _bound(target: Target, bound: Any) -> Any:
    value = comparable(bound, target.dtype)
    if value is INCOMPARABLE:
        raise UnsupportedTypeError(target.name, target.dtype, f"it cannot be compared with {bound!r}")
    return value
