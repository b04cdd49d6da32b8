"""Row conditions on Spark with the nulls of `gx_polars.row_conditions`."""

from __future__ import annotations

from functools import reduce
from typing import Any

import polars as pl
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    NullityCondition,
    Operator,
    OrCondition,
    deserialize_row_condition,
)
from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812 - Spark's own convention

from gx_polars.errors import UnsupportedRowConditionError, UnsupportedTypeError
from gx_polars.values import INCOMPARABLE, column_type, comparable, is_nan

_ORDER = {
    Operator.LESS_THAN: "__lt__",
    Operator.LESS_THAN_OR_EQUAL: "__le__",
    Operator.GREATER_THAN: "__gt__",
    Operator.GREATER_THAN_OR_EQUAL: "__ge__",
}


def cell(name: str) -> Column:
    """A column by its name, whatever characters are in it."""
    return F.col("`" + name.replace("`", "``") + "`")


def missing(name: str, schema: pl.Schema) -> Column:
    """True where the cell is null or NaN; never null."""
    dtype = column_type(name, schema)
    null = cell(name).isNull()
    return null | F.coalesce(F.isnan(cell(name)), F.lit(False)) if dtype is not None and dtype.is_float() else null


def present(name: str, schema: pl.Schema) -> Column:
    """The opposite of `missing`."""
    return ~missing(name, schema)


def row_mask(row_condition: Any, schema: pl.Schema) -> Column | None:
    """The mask for an expectation's ``row_condition``, never null; None when it has none."""
    if not row_condition:
        return None
    condition = deserialize_row_condition(row_condition) if isinstance(row_condition, dict) else row_condition
    return _mask(condition, schema)


def _mask(condition: Any, schema: pl.Schema) -> Column:
    if isinstance(condition, ComparisonCondition):
        return _comparison(condition, schema)
    if isinstance(condition, NullityCondition):
        return (missing if condition.is_null else present)(condition.column.name, schema)
    if isinstance(condition, AndCondition):
        return reduce(lambda a, b: a & b, (_mask(part, schema) for part in condition.conditions))
    if isinstance(condition, OrCondition):
        return reduce(lambda a, b: a | b, (_mask(part, schema) for part in condition.conditions))
    raise UnsupportedRowConditionError(f"row_condition {condition!r} is not a condition object")


def _comparison(condition: ComparisonCondition, schema: pl.Schema) -> Column:
    name = condition.column.name
    operator = Operator(condition.operator)
    dtype = column_type(name, schema)
    there = present(name, schema)
    if operator in (Operator.IN, Operator.NOT_IN):
        wanted = [comparable(value, dtype) for value in condition.parameter if not is_nan(value)]
        wanted = [value for value in wanted if value is not None and value is not INCOMPARABLE]
        found = there & cell(name).isin(wanted) if wanted else F.lit(False)
        found = F.coalesce(found, F.lit(False))
        return found if operator is Operator.IN else ~found
    value = comparable(condition.parameter, dtype)
    if operator in (Operator.EQUAL, Operator.NOT_EQUAL):
        equal = F.lit(False) if value is INCOMPARABLE else there & (cell(name) == F.lit(value))
        equal = F.coalesce(equal, F.lit(False))
        return equal if operator is Operator.EQUAL else ~equal
    if value is INCOMPARABLE:
        raise UnsupportedTypeError(name, dtype, f"it cannot be ordered against {condition.parameter!r}")
    return F.coalesce(there & getattr(cell(name), _ORDER[operator])(F.lit(value)), F.lit(False))
