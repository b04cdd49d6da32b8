"""Whether a cell is one of a list of literals."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

import polars as pl

from gx_polars.source import PL, Q, never
from gx_polars.values import INCOMPARABLE, Schema, column_type, is_nan, is_number, is_text, matchable

#: Numbers of different types cannot share one list, so short lists become comparisons.
_CHAIN = 64


def is_member(column: str, values: Iterable[Any], schema: Schema | None) -> Q:
    """True where the cell equals one of the values; null where the cell is null.

    Values that the column cannot hold (text in a numeric column) match nothing, as in pandas.
    Null and NaN in the list match nothing, because missing cells are not judged.
    """
    dtype = column_type(column, schema)
    wanted = [matchable(value, dtype) for value in values if value is not None and not is_nan(value)]
    wanted = _unique([value for value in wanted if value is not INCOMPARABLE])
    if dtype is not None and isinstance(dtype, pl.Enum):
        wanted = [value for value in wanted if value in set(dtype.categories)]
    if not wanted:
        return never(column)
    if dtype is None and not all(isinstance(value, str) for value in wanted):
        return _any_equal(column, wanted)
    if dtype is not None and not is_text(dtype):
        if len(wanted) <= _CHAIN:
            return _any_equal(column, wanted)
        return _in_typed_list(column, wanted, dtype)
    return PL.col(column).is_in(wanted)


def _any_equal(column: str, values: list[Any]) -> Q:
    return reduce(lambda left, right: left | right, (PL.col(column) == value for value in values))


def _in_typed_list(column: str, values: list[Any], dtype: pl.DataType) -> Q:
    if dtype.is_integer():
        exact = [int(value) for value in values if is_number(value) and value == int(value)]
        return PL.col(column).cast(pl.Int128).is_in(PL.lit(exact, dtype=pl.List(pl.Int128)))
    return PL.col(column).is_in(PL.lit(values, dtype=pl.List(dtype)))


def _unique(values: list[Any]) -> list[Any]:
    return list({(type(value), value): value for value in values}.values())
