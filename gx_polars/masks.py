"""Which rows are judged, and which of them are unexpected: the one place where nulls are decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from gx_polars.row_conditions import row_mask
from gx_polars.rules.registry import Rule, Shape, Target
from gx_polars.source import Q, always
from gx_polars.values import Schema, column_type, missing, present


@dataclass(frozen=True)
class Masks:
    """Three Boolean expressions, never null on any row.

    Attributes:
        domain: The row satisfies the row condition (it is applicable).
        judged: It also has what the expectation looks at (not null; not ignored).
        unexpected: It is judged and fails.
    """

    domain: Q
    judged: Q
    unexpected: Q


def masks(rule: Rule, domain_kwargs: Mapping[str, Any], values: Mapping[str, Any], schema: Schema | None) -> Masks:
    """The masks of one expectation.

    Args:
        rule: What the expectation means.
        domain_kwargs: ``column`` / ``column_A`` and ``column_B`` / ``column_list``, ``row_condition`` and
            ``ignore_row_if``, as in GX.
        values: The expectation's other arguments.
        schema: The frame's schema, if known.
    """
    columns = rule_columns(rule.shape, domain_kwargs)
    for name in columns:
        column_type(name, schema)
    condition = row_mask(domain_kwargs.get("row_condition"), schema)
    domain = always(columns[0]) if condition is None else condition
    asked = _asked(rule, domain_kwargs, schema)
    judged = domain if asked is None else asked if condition is None else domain & asked
    met = rule.met(Target(columns, values, judged, schema))
    return Masks(domain, judged, judged & ~met.fill_null(False))


def rule_columns(shape: Shape, domain_kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns an expectation looks at, in its own order."""
    if shape is Shape.COLUMN:
        return (domain_kwargs["column"],)
    if shape is Shape.PAIR:
        return (domain_kwargs["column_A"], domain_kwargs["column_B"])
    return tuple(domain_kwargs["column_list"])


def ignores(ignore_row_if: str | None) -> str | None:
    """Whether rows with "any" or "all" of their cells missing are left out; None if no row is."""
    if ignore_row_if in (None, "never", "neither"):
        return None
    if ignore_row_if in ("any_value_is_missing", "either_value_is_missing"):
        return "any"
    if ignore_row_if in ("all_values_are_missing", "both_values_are_missing"):
        return "all"
    raise ValueError(f'Unrecognized value of ignore_row_if ("{ignore_row_if}").')


def ignored_mask(domain_kwargs: Mapping[str, Any], schema: Schema | None) -> Q | None:
    """True on rows that ``ignore_row_if`` leaves out; None where nothing is left out."""
    some = None if domain_kwargs.get("column") else ignores(domain_kwargs.get("ignore_row_if"))
    if some is None:
        return None
    shape = Shape.PAIR if domain_kwargs.get("column_A") else Shape.MULTICOLUMN
    absent = [missing(name, schema) for name in rule_columns(shape, domain_kwargs)]
    if some == "any":
        return reduce(lambda left, right: left | right, absent)
    return reduce(lambda left, right: left & right, absent)


def _asked(rule: Rule, domain_kwargs: Mapping[str, Any], schema: Schema | None) -> Q | None:
    if rule.shape is Shape.COLUMN:
        return present(domain_kwargs["column"], schema) if rule.skip_missing else None
    ignored = ignored_mask(domain_kwargs, schema)
    return None if ignored is None else ~ignored
