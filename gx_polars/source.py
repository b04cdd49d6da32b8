"""Polars expressions that know the Python source which builds them.

Great Expectations reports an ``unexpected_index_query``: code that finds the failing rows again.
A ``pl.Expr`` cannot print its own source, so rules are written against ``PL``, a recorder around
the ``polars`` module. What runs and what is reported come from the same calls and cannot differ.
"""

from __future__ import annotations

import datetime
import math
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl


def render(value: object) -> str:
    """Python source for a literal, given ``datetime``, ``decimal``, ``zoneinfo`` and ``pl``."""
    if isinstance(value, Q | _Recorded):
        return value.code
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ", ".join(map(render, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{render(key)}: {render(item)}" for key, item in value.items()) + "}"
    return _render_scalar(value)


def _render_scalar(value: object) -> str:
    if isinstance(value, Decimal):
        return f"decimal.{value!r}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        moment = f"datetime.datetime.fromisoformat({value.isoformat()!r})"
        # With the column's own zone: Polars compares moments of one zone only.
        return f"{moment}.astimezone(zoneinfo.ZoneInfo({str(value.tzinfo)!r}))"
    if isinstance(value, pl.DataType) or (isinstance(value, type) and issubclass(value, pl.DataType)):
        return f"pl.{value!r}"
    return repr(value)


def _bare(value: Any) -> Any:
    if isinstance(value, Q):
        return value.expr
    if isinstance(value, list | tuple):
        return [_bare(item) for item in value]
    return value


class _Recorded:
    """A polars function, method or namespace that has been looked up and not yet called."""

    __slots__ = ("code", "target")

    def __init__(self, target: Any, code: str) -> None:
        self.target = target
        self.code = code

    def __getattr__(self, name: str) -> _Recorded:
        return _Recorded(getattr(self.target, name), f"{self.code}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Q:
        parts = [render(arg) for arg in args]
        parts += [f"{name}={render(value)}" for name, value in kwargs.items()]
        result = self.target(*map(_bare, args), **{name: _bare(value) for name, value in kwargs.items()})
        return Q(result, f"{self.code}({', '.join(parts)})")


class Q:
    """A Polars expression and its source. Any ``pl.Expr`` method or operator gives another ``Q``."""

    __slots__ = ("code", "expr")

    def __init__(self, expr: Any, code: str) -> None:
        self.expr = expr
        self.code = code

    def __getattr__(self, name: str) -> Any:
        return _Recorded(getattr(self.expr, name), f"{self.code}.{name}")

    def __invert__(self) -> Q:
        return Q(~self.expr, f"(~{self.code})")

    def _with(self, symbol: str, apply: Callable[[Any, Any], Any], other: Any) -> Q:
        return Q(apply(self.expr, _bare(other)), f"({self.code} {symbol} {render(other)})")

    def __and__(self, other: Any) -> Q:
        return self._with("&", operator.and_, other)

    def __or__(self, other: Any) -> Q:
        return self._with("|", operator.or_, other)

    def __eq__(self, other: object) -> Q:  # type: ignore[override]
        return self._with("==", operator.eq, other)

    def __ne__(self, other: object) -> Q:  # type: ignore[override]
        return self._with("!=", operator.ne, other)

    def __lt__(self, other: Any) -> Q:
        return self._with("<", operator.lt, other)

    def __le__(self, other: Any) -> Q:
        return self._with("<=", operator.le, other)

    def __gt__(self, other: Any) -> Q:
        return self._with(">", operator.gt, other)

    def __ge__(self, other: Any) -> Q:
        return self._with(">=", operator.ge, other)

    def __add__(self, other: Any) -> Q:
        return self._with("+", operator.add, other)

    def __mod__(self, other: Any) -> Q:
        return self._with("%", operator.mod, other)

    def __repr__(self) -> str:
        return f"Q({self.code})"

    __hash__ = None  # type: ignore[assignment]


#: The polars module, recording: ``PL.col("a").is_null()`` has ``.expr`` and ``.code``.
PL: Any = _Recorded(pl, "pl")


def always(column: str) -> Q:
    """True on every row.

    Made from a column, not from a literal: ``pl.lit(True).sum()`` is 1 however many rows there are.
    """
    return PL.col(column).is_null().is_not_null()


def never(column: str) -> Q:
    """False on every row; see `always`."""
    return PL.col(column).is_null().is_null()


def from_expr(expr: pl.Expr) -> Q:
    """A ``Q`` for an expression someone else built; its source is its serialised form."""
    return Q(expr, f"pl.Expr.deserialize(__import__('io').BytesIO({expr.meta.serialize()!r}))")
