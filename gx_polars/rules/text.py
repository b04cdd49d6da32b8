"""Rules about a cell's text: patterns and lengths."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import polars as pl
from great_expectations.expectations.metrics.column_map_metrics import (
    column_value_lengths,
    column_values_match_like_pattern,
    column_values_match_like_pattern_list,
    column_values_match_regex,
    column_values_match_regex_list,
    column_values_match_strftime_format,
    column_values_not_match_like_pattern,
    column_values_not_match_like_pattern_list,
    column_values_not_match_regex,
    column_values_not_match_regex_list,
)

from gx_polars.errors import UnsupportedTypeError
from gx_polars.patterns.like import like_to_regex
from gx_polars.patterns.regex import to_rust
from gx_polars.patterns.strftime import matches_format
from gx_polars.rules.column import bounds, within
from gx_polars.rules.registry import Target, rule
from gx_polars.source import Q
from gx_polars.values import is_text


def _matches(target: Target, pattern: str) -> Q:
    return target.text().str.contains(to_rust(pattern))


def _matches_list(target: Target, patterns: Iterable[str], match_on: str) -> Q:
    matches = [_matches(target, pattern) for pattern in patterns]
    if not matches:
        raise ValueError("At least one pattern must be supplied in the list.")
    if match_on == "any":
        return reduce(lambda left, right: left | right, matches)
    if match_on == "all":
        return reduce(lambda left, right: left & right, matches)
    raise ValueError("match_on must be either 'any' or 'all'")


@rule(column_values_match_regex.ColumnValuesMatchRegex)
def match_regex(target: Target) -> Q:
    """``expect_column_values_to_match_regex``: the pattern is found anywhere in the text."""
    return _matches(target, target.values["regex"])


@rule(column_values_not_match_regex.ColumnValuesNotMatchRegex)
def not_match_regex(target: Target) -> Q:
    """``expect_column_values_to_not_match_regex``."""
    return ~_matches(target, target.values["regex"])


@rule(column_values_match_regex_list.ColumnValuesMatchRegexList)
def match_regex_list(target: Target) -> Q:
    """``expect_column_values_to_match_regex_list``."""
    return _matches_list(target, target.values["regex_list"], target.values.get("match_on") or "any")


@rule(column_values_not_match_regex_list.ColumnValuesNotMatchRegexList)
def not_match_regex_list(target: Target) -> Q:
    """``expect_column_values_to_not_match_regex_list``."""
    return ~_matches_list(target, target.values["regex_list"], "any")


def _like(target: Target, pattern: str) -> Q:
    return target.text().str.contains(like_to_regex(pattern, target.values.get("escape")))


def _like_list(target: Target, match_on: str) -> Q:
    likes = [_like(target, pattern) for pattern in target.values["like_pattern_list"]]
    if not likes:
        raise ValueError("At least one like_pattern must be supplied in the like_pattern_list.")
    if match_on == "any":
        return reduce(lambda left, right: left | right, likes)
    if match_on == "all":
        return reduce(lambda left, right: left & right, likes)
    raise ValueError("match_on must be either 'any' or 'all'")


@rule(column_values_match_like_pattern.ColumnValuesMatchLikePattern)
def match_like(target: Target) -> Q:
    """``expect_column_values_to_match_like_pattern``: SQL's LIKE over the whole text."""
    return _like(target, target.values["like_pattern"])


@rule(column_values_not_match_like_pattern.ColumnValuesNotMatchLikePattern)
def not_match_like(target: Target) -> Q:
    """``expect_column_values_to_not_match_like_pattern``."""
    return ~_like(target, target.values["like_pattern"])


@rule(column_values_match_like_pattern_list.ColumnValuesMatchLikePatternList)
def match_like_list(target: Target) -> Q:
    """``expect_column_values_to_match_like_pattern_list``."""
    return _like_list(target, target.values.get("match_on") or "any")


@rule(column_values_not_match_like_pattern_list.ColumnValuesNotMatchLikePatternList)
def not_match_like_list(target: Target) -> Q:
    """``expect_column_values_to_not_match_like_pattern_list``."""
    return ~_like_list(target, "any")


@rule(column_value_lengths.ColumnValuesValueLength)
def length_between(target: Target) -> Q:
    """``expect_column_value_lengths_to_be_between``: in characters, not bytes."""
    low, high = bounds(target)
    for bound in (low, high):
        if bound is not None and float(bound) != int(bound):
            raise ValueError("min_value and max_value must be integers")
    return within(target.text().str.len_chars(), low, high, target)


@rule(column_value_lengths.ColumnValuesValueLengthEquals)
def length_equals(target: Target) -> Q:
    """``expect_column_value_lengths_to_equal``."""
    return target.text().str.len_chars() == target.values["value"]


@rule(column_values_match_strftime_format.ColumnValuesMatchStrftimeFormat)
def match_strftime(target: Target) -> Q:
    """``expect_column_values_to_match_strftime_format``, for columns of text."""
    if target.dtype is not None and not (is_text(target.dtype) or isinstance(target.dtype, pl.Null)):
        raise UnsupportedTypeError(target.name, target.dtype, "a date format is a question about text")
    return matches_format(target.text(), target.values["strftime_format"])
