"""Custom metrics for `PolarsExecutionEngine`, written as GX users write them for other engines.

GX's own decorators (``column_condition_partial``, …) refuse an engine that they do not know. These are their
counterparts; put them on a method of the same provider class, beside GX's. ``metric_value`` and
``metric_partial`` from GX work with `PolarsExecutionEngine` as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from gx_polars.metrics.aggregates import Values, register_aggregate
from gx_polars.metrics.map_metrics import register_rule
from gx_polars.rules.registry import Rule, Target, add_rule
from gx_polars.source import Q, from_expr

Condition = Callable[..., pl.Expr]


class column_condition_partial:  # noqa: N801 - named as GX's decorator is
    """A row-by-row condition over one column, for a ``ColumnMapMetricProvider``.

    The method is called with the column as a ``pl.Expr`` and the metric's ``condition_value_keys`` by
    keyword, and returns a Boolean ``pl.Expr``: true where the row meets the expectation. Missing cells are
    left out before, unless the class says ``filter_column_isnull = False``.

    Args:
        condition: The decorated method, if there are no arguments.
        rowwise: False if a row's answer depends on other rows.
    """

    def __init__(self, condition: Condition | None = None, *, rowwise: bool = True) -> None:
        self.condition = condition
        self.rowwise = rowwise

    def __call__(self, condition: Condition) -> column_condition_partial:
        """Take the method, when the decorator was given arguments."""
        self.condition = condition
        return self

    def __set_name__(self, owner: Any, name: str) -> None:
        condition = self.condition
        if condition is None:
            raise TypeError(f"@column_condition_partial decorates a method; {owner.__name__}.{name} is none")

        def met(target: Target) -> Q:
            columns = [pl.col(column) for column in target.columns]
            return from_expr(condition(owner, *self.given(columns), **target.values))

        skip_missing = bool(getattr(owner, "filter_column_isnull", True))
        rule = Rule(owner, met, rowwise=self.rowwise, skip_missing=skip_missing)
        add_rule(rule)
        register_rule(rule)

    def given(self, columns: list[pl.Expr]) -> list[Any]:
        """What the method is called with, after its class."""
        return columns


class column_pair_condition_partial(column_condition_partial):  # noqa: N801
    """As `column_condition_partial`, for a ``ColumnPairMapMetricProvider``: two columns."""


class multicolumn_condition_partial(column_condition_partial):  # noqa: N801
    """As `column_condition_partial`, for a ``MulticolumnMapMetricProvider``: a list of columns."""

    def given(self, columns: list[pl.Expr]) -> list[Any]:
        """The columns, as one list."""
        return [columns]


class column_aggregate_value:  # noqa: N801 - named as GX's decorator is
    """One value for a column, for a ``ColumnAggregateMetricProvider``.

    The method is called with the column's values (row condition applied, missing ones left out) as a
    ``pl.Expr`` and the metric's ``value_keys`` by keyword, and returns an aggregating ``pl.Expr``. It becomes
    part of the suite's one query.
    """

    def __init__(self, aggregate: Callable[..., pl.Expr]) -> None:
        self.aggregate = aggregate

    def __set_name__(self, owner: Any, name: str) -> None:
        def compute(values: Values) -> pl.Expr:
            keys = {key: values.kwargs.get(key) for key in owner.value_keys}
            return self.aggregate(owner, values.expr, **keys)

        register_aggregate(owner, compute)
