"""What each map expectation means in Polars, one function each."""

from __future__ import annotations

from gx_polars.rules import column, records, rows, text
from gx_polars.rules.registry import RULES, Rule, Shape, Target, add_rule, rule

__all__ = ["RULES", "Rule", "Shape", "Target", "add_rule", "column", "records", "rows", "rule", "text"]
