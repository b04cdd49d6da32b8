"""The lazy conditions of a suite, for whoever wants to count by groups or see the rows.

The same expressions that the engine sums up for a verdict: an aggregate, a ``group_by`` and a
``filter`` over them cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import polars as pl
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.expectations.expectation import Expectation

from gx_polars.errors import UnsupportedExpectationError
from gx_polars.masks import masks
from gx_polars.rules import RULES, Rule
from gx_polars.suites import substitute

ExprT = TypeVar("ExprT")

_DOMAIN_KEYS = ("column", "column_A", "column_B", "column_list", "row_condition", "ignore_row_if")


@dataclass(frozen=True)
class Condition(Generic[ExprT]):
    """One expectation as two Boolean expressions over a frame's rows.

    The expressions are ``pl.Expr``; Spark columns if they come from `gx_polars.spark`.

    Attributes:
        expectation: The GX expectation; its ``meta`` is yours to use.
        unexpected: True exactly on the rows the expectation counts as unexpected. Never null; implies
            ``domain``; never true on a missing value, except where being missing is the question.
        domain: True on the rows that satisfy the ``row_condition``; all rows without one. Never null.
        rowwise: Whether a row's answer depends on that row alone. If not (uniqueness, order), evaluate
            the expressions on the whole frame before grouping, as `count_by` does.
        source: ``unexpected`` as Python source.
    """

    expectation: Expectation
    unexpected: ExprT
    domain: ExprT
    rowwise: bool = True
    source: str = field(default="", repr=False)


def conditions(
    suite: ExpectationSuite | Iterable[Expectation],
    parameters: Mapping[str, Any] | None = None,
    *,
    schema: pl.Schema | Mapping[str, Any] | None = None,
    skip_others: bool = False,
) -> list[Condition[pl.Expr]]:
    """The conditions of a suite's row-by-row expectations, in the suite's order.

    Needs no Data Context and reads no data.

    Args:
        suite: A suite (see `load_suite`) or expectations.
        parameters: Values for ``{"$PARAMETER": "name"}``, lists included.
        schema: The frame's schema (``frame.collect_schema()``). With it, text in the suite is converted
            for date columns, values of the wrong type match nothing instead of failing in Polars, and
            columns or types that cannot work are named at once. Without it the expressions fit any frame
            whose types match the suite's literals.
        skip_others: Leave out expectations that are not about rows (row counts, column types,
            aggregates) instead of raising.

    Raises:
        UnsupportedExpectationError: An expectation has no row-by-row meaning on Polars.
        MissingParameterError: A parameter has no value.
    """
    known = None if schema is None else pl.Schema(schema)
    found = []
    for expectation in suite.expectations if isinstance(suite, ExpectationSuite) else suite:
        rule = rule_of(expectation)
        if rule is not None:
            found.append(_condition(expectation, rule, parameters or {}, known))
        elif not skip_others:
            raise UnsupportedExpectationError(
                expectation.expectation_type, "it is not about single rows, so it has no condition"
            )
    return found


def rule_of(expectation: Expectation) -> Rule | None:
    """The rule behind a map expectation; None for expectations about columns and tables."""
    return RULES.get(getattr(expectation, "map_metric", None) or "")


def arguments(
    expectation: Expectation, rule: Rule, parameters: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The expectation's domain and value arguments, parameters substituted."""
    value_keys = getattr(rule.metric_class, "condition_value_keys", ())
    domain = {key: substitute(getattr(expectation, key, None), parameters) for key in _DOMAIN_KEYS}
    values = {key: substitute(getattr(expectation, key, None), parameters) for key in value_keys}
    return domain, values


def _condition(
    expectation: Expectation, rule: Rule, parameters: Mapping[str, Any], schema: pl.Schema | None
) -> Condition[pl.Expr]:
    domain, values = arguments(expectation, rule, parameters)
    made = masks(rule, domain, values, schema)
    return Condition(expectation, made.unexpected.expr, made.domain.expr, rule.rowwise, made.unexpected.code)
