"""Literals from a suite, made comparable with a column.

A suite is JSON: dates come as text, decimals as floats. With the column's type known they are
converted once; without it they are used as written.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from gx_polars.source import PL, Q

Schema = pl.Schema


class Incomparable:
    """Stands for a value that no cell of the column can equal."""


INCOMPARABLE = Incomparable()
#: Wide enough for any literal, so that quantising never fails for want of digits.
_WIDE = Context(prec=400)
_TEXT = (pl.String, pl.Categorical, pl.Enum)


def is_text(dtype: pl.DataType) -> bool:
    """Whether cells are text: String, Categorical or Enum."""
    return isinstance(dtype, _TEXT)


def missing(column: str, schema: Schema | None) -> Q:
    """True where the cell is null, or NaN in a float column. Never null."""
    null = PL.col(column).is_null()
    if schema is None:
        # Expands to no column at all unless the column is a float, and any_horizontal of none is false.
        floats = PL.selectors.by_name(column) & PL.selectors.float()
        return null | PL.any_horizontal(floats.is_nan()).fill_null(False)
    if schema[column].is_float():
        return null | PL.col(column).is_nan().fill_null(False)
    return null


def present(column: str, schema: Schema | None) -> Q:
    """The opposite of `missing`. Never null."""
    if schema is not None and not schema[column].is_float():
        return PL.col(column).is_not_null()
    return ~missing(column, schema)


def column_type(column: str, schema: Schema | None) -> pl.DataType | None:
    """The column's type; a missing column is named at once rather than by the query engine later."""
    if schema is None:
        return None
    if column not in schema:
        raise pl.exceptions.ColumnNotFoundError(
            f'Error: The column "{column}" in BatchData does not exist. Columns: {", ".join(schema)}'
        )
    return schema[column]


def comparable(value: Any, dtype: pl.DataType | None) -> Any:
    """The value as the column's type would hold it, or `INCOMPARABLE`."""
    if dtype is None or value is None:
        return value
    if is_text(dtype):
        return value if isinstance(value, str) else INCOMPARABLE
    if dtype.is_temporal():
        return _temporal(value, dtype)
    if isinstance(dtype, pl.Boolean):
        return bool(value) if not isinstance(value, str) and value in (0, 1) else INCOMPARABLE
    if dtype.is_numeric():
        return _number(value, dtype)
    return value


def matchable(value: Any, dtype: pl.DataType | None) -> Any:
    """As `comparable`, for equality: also `INCOMPARABLE` if no cell can be exactly the value.

    Polars compares moments in the coarser unit of the two, and puts decimals of a list into the column's scale: it
    would find what it has cut off.
    """
    found = comparable(value, dtype)
    if isinstance(found, Decimal) and isinstance(dtype, pl.Decimal):
        exact = found.is_finite() and found == found.quantize(Decimal(1).scaleb(-dtype.scale), context=_WIDE)
        return found if exact and found.adjusted() < (dtype.precision or 38) - dtype.scale else INCOMPARABLE
    if isinstance(found, datetime.datetime) and isinstance(dtype, pl.Date):
        return INCOMPARABLE
    coarse = isinstance(dtype, pl.Datetime | pl.Duration) and dtype.time_unit == "ms"
    if coarse and isinstance(found, datetime.datetime | datetime.timedelta):
        fraction = found.microsecond if isinstance(found, datetime.datetime) else found.microseconds
        return INCOMPARABLE if fraction % 1000 else found
    return found


def ordered(column: str, dtype: pl.DataType | None) -> Q:
    """The cells as literals are ordered against them.

    Enums and Categoricals are text (their own order is not what "<" means in a suite); milliseconds are made
    microseconds, for Polars would cut the literal instead.
    """
    cells = PL.col(column)
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return cells.cast(pl.String)
    if isinstance(dtype, pl.Datetime | pl.Duration) and dtype.time_unit == "ms":
        return cells.dt.cast_time_unit("us")
    return cells


def _number(value: Any, dtype: pl.DataType) -> Any:
    if isinstance(value, bool):
        value = int(value)
    if not isinstance(value, int | float | Decimal) or is_nan(value):
        return INCOMPARABLE
    if dtype.is_decimal():
        return Decimal(str(value))
    return float(value) if isinstance(value, Decimal) else value


def _temporal(value: Any, dtype: pl.DataType) -> Any:
    if isinstance(dtype, pl.Duration):
        return value if isinstance(value, datetime.timedelta) else INCOMPARABLE
    if isinstance(dtype, pl.Time):
        return _parsed(value, datetime.time.fromisoformat, datetime.time)
    value = _parsed(value, datetime.datetime.fromisoformat, datetime.date)
    if isinstance(value, datetime.datetime):
        return _moment(value, dtype)
    if value is INCOMPARABLE or isinstance(dtype, pl.Date):
        return value
    return _moment(datetime.datetime.combine(value, datetime.time()), dtype)


def _parsed(value: Any, parse: Callable[[str], Any], kind: type) -> Any:
    if isinstance(value, str):
        try:
            return parse(value)
        except ValueError:
            return INCOMPARABLE
    return value if isinstance(value, kind) else INCOMPARABLE


def _moment(value: datetime.datetime, dtype: pl.DataType) -> Any:
    if isinstance(dtype, pl.Date):
        at_midnight = value.time() == datetime.time() and value.tzinfo is None
        return value.date() if at_midnight else value
    zone = getattr(dtype, "time_zone", None)
    if zone is None:
        # A moment with an offset cannot be placed on a clock without one.
        return value if value.tzinfo is None else INCOMPARABLE
    return value.replace(tzinfo=ZoneInfo(zone)) if value.tzinfo is None else value.astimezone(ZoneInfo(zone))


def is_nan(value: Any) -> bool:
    """Whether a literal is the float that stands for a missing number."""
    return isinstance(value, float) and math.isnan(value)


def is_number(value: Any) -> bool:
    """Whether a literal is a number that compares with every numeric type."""
    return isinstance(value, int | float) and not isinstance(value, bool) and not is_nan(value)
