"""The rules: for each GX map metric, the Polars expression that says whether a row meets it.

A rule is a function from a `Target` to a Boolean ``Q`` that is true where the row meets the
expectation. Which rows are judged at all (row condition, nulls, ``ignore_row_if``) is decided once, in
`gx_polars.masks`, for all rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import polars as pl
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    ColumnPairMapMetricProvider,
    MapMetricProvider,
    MulticolumnMapMetricProvider,
)

from gx_polars.errors import UnsupportedTypeError
from gx_polars.source import PL, Q
from gx_polars.values import Schema, column_type, is_text, present


class Shape(Enum):
    """How many columns an expectation looks at."""

    COLUMN = "column"
    PAIR = "column pair"
    MULTICOLUMN = "several columns"


@dataclass(frozen=True)
class Target:
    """What a rule is asked about.

    Attributes:
        columns: The columns, in the expectation's order.
        values: The expectation's arguments, parameters substituted.
        keep: True on the rows that are judged. Only rules that look at other rows need it.
        schema: The frame's schema; None when conditions are built without a frame.
    """

    columns: tuple[str, ...]
    values: Mapping[str, Any]
    keep: Q
    schema: Schema | None = None

    @property
    def name(self) -> str:
        """The (first) column's name."""
        return self.columns[0]

    @property
    def column(self) -> Q:
        """The (first) column."""
        return PL.col(self.name)

    @property
    def dtype(self) -> pl.DataType | None:
        """The (first) column's type, when the schema is known."""
        return column_type(self.name, self.schema)

    def text(self) -> Q:
        """The column as text: text as it is, whole numbers as their digits; other types are refused."""
        dtype = self.dtype
        if isinstance(dtype, pl.String):
            return self.column
        if dtype is None or is_text(dtype) or dtype.is_integer() or isinstance(dtype, pl.Null):
            return self.column.cast(pl.String)
        raise UnsupportedTypeError(self.name, dtype, "its text form is not defined: cast it to String first")

    def present(self, column: str) -> Q:
        """True where the column is neither null nor NaN."""
        return present(column, self.schema)


RuleFunction = Callable[[Target], Q]


@dataclass(frozen=True)
class Rule:
    """A rule and the core GX metric whose names, keys and dependencies it takes over.

    Attributes:
        metric_class: GX's provider class for the metric.
        met: True where the row meets the expectation.
        rowwise: Whether a row's answer depends on that row alone. Rules for which it does not must be
            evaluated on the whole frame before any grouping.
        skip_missing: Whether missing cells are left out, as in all value expectations.
    """

    metric_class: type[MapMetricProvider]
    met: RuleFunction
    rowwise: bool = True
    skip_missing: bool = True

    @property
    def metric(self) -> str:
        """The metric's name, which is also the expectation's ``map_metric``."""
        return str(self.metric_class.condition_metric_name)  # type: ignore[attr-defined]

    @property
    def shape(self) -> Shape:
        """Column, pair or several columns, from the GX class."""
        if issubclass(self.metric_class, ColumnMapMetricProvider):
            return Shape.COLUMN
        if issubclass(self.metric_class, ColumnPairMapMetricProvider):
            return Shape.PAIR
        if issubclass(self.metric_class, MulticolumnMapMetricProvider):
            return Shape.MULTICOLUMN
        raise TypeError(f"{self.metric_class.__name__} is not a GX map metric")


RULES: dict[str, Rule] = {}


def add_rule(rule: Rule) -> None:
    """Make a rule known under its metric's name, replacing an earlier one."""
    RULES[rule.metric] = rule


def rule(metric_class: type[MapMetricProvider], *, rowwise: bool = True) -> Callable[[RuleFunction], RuleFunction]:
    """Register the decorated function as the rule for a GX map metric."""

    def register(met: RuleFunction) -> RuleFunction:
        skip_missing = bool(getattr(metric_class, "filter_column_isnull", True))
        add_rule(Rule(metric_class, met, rowwise=rowwise, skip_missing=skip_missing))
        return met

    return register
