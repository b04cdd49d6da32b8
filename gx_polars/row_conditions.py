"""Great Expectations' row conditions as Polars masks.

Nulls behave as in GX's pandas engine, for a mask is a question about a row that always has an answer:
a null is unequal to every value, in no list, and neither above nor below anything.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    NullityCondition,
    Operator,
    OrCondition,
    PassThroughCondition,
    deserialize_row_condition,
)

from gx_polars.errors import UnsupportedRowConditionError, UnsupportedTypeError
from gx_polars.membership import is_member
from gx_polars.source import PL, Q, never
from gx_polars.values import INCOMPARABLE, Schema, column_type, comparable, matchable, missing, ordered, present

_ORDER = {
    Operator.LESS_THAN: "__lt__",
    Operator.LESS_THAN_OR_EQUAL: "__le__",
    Operator.GREATER_THAN: "__gt__",
    Operator.GREATER_THAN_OR_EQUAL: "__ge__",
}


def row_mask(row_condition: Any, schema: Schema | None = None) -> Q | None:
    """The mask for an expectation's ``row_condition``; None when it has none.

    Args:
        row_condition: A GX condition object, its JSON form, or None.
        schema: The frame's schema, so that literals can be converted to the column's type.

    Raises:
        UnsupportedRowConditionError: The condition is text in pandas', Spark's or SQL's own language.
    """
    if not row_condition:
        return None
    condition = deserialize_row_condition(row_condition) if isinstance(row_condition, dict) else row_condition
    return _mask(condition, schema)


def _mask(condition: Any, schema: Schema | None) -> Q:
    if isinstance(condition, ComparisonCondition):
        return _comparison(condition, schema)
    if isinstance(condition, NullityCondition):
        column = condition.column.name
        column_type(column, schema)
        return missing(column, schema) if condition.is_null else present(column, schema)
    if isinstance(condition, AndCondition):
        return reduce(lambda left, right: left & right, (_mask(c, schema) for c in condition.conditions))
    if isinstance(condition, OrCondition):
        return reduce(lambda left, right: left | right, (_mask(c, schema) for c in condition.conditions))
    text = condition.pass_through_filter if isinstance(condition, PassThroughCondition) else condition
    raise UnsupportedRowConditionError(
        f"row_condition {text!r} is written in the query language of another engine. Use condition "
        'objects: great_expectations.expectations.row_conditions.Column("name") == "value"'
    )


def _comparison(condition: ComparisonCondition, schema: Schema | None) -> Q:
    column = condition.column.name
    operator = Operator(condition.operator)
    dtype = column_type(column, schema)
    if operator in (Operator.IN, Operator.NOT_IN):
        found = is_member(column, condition.parameter, schema).fill_null(False)
        return found if operator is Operator.IN else ~found
    if operator in (Operator.EQUAL, Operator.NOT_EQUAL):
        value = matchable(condition.parameter, dtype)
        equal = never(column) if value is INCOMPARABLE else (PL.col(column) == value).fill_null(False)
        return equal if operator is Operator.EQUAL else ~equal
    value = comparable(condition.parameter, dtype)
    if value is INCOMPARABLE:
        raise UnsupportedTypeError(column, dtype, f"it cannot be ordered against {condition.parameter!r}")
    return present(column, schema) & getattr(ordered(column, dtype), _ORDER[operator])(value)
