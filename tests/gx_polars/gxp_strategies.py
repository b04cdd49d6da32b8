"""Frames and expectations for the differential tests: small alphabets, so that collisions are common."""

from __future__ import annotations

import datetime
from typing import Any

import polars as pl
from great_expectations.expectations.row_conditions import Column
from hypothesis import strategies as st

TEXTS = ["", "a", "b", "A", "ab", "a1", "12", "é", "a b", "a\n", "x%y", "x_y", "2024-02-29", "٣"]
INTS = [-2, -1, 0, 1, 2, 3, 10]
FLOATS = [-1.5, 0.0, 0.5, 1.0, 2.0, 10.25]
DATES = [datetime.date(2023, 12, 31), datetime.date(2024, 2, 29), datetime.date(2024, 3, 1)]
MOMENTS = [datetime.datetime(2024, 2, 29, 12), datetime.datetime(2024, 2, 29), datetime.datetime(2025, 1, 1)]
ROLES = ["victim", "witness", "suspect"]

SCHEMA: dict[str, Any] = {
    "text": pl.String,
    "other": pl.String,
    "int": pl.Int64,
    "int2": pl.Int64,
    "float": pl.Float64,
    "bool": pl.Boolean,
    "date": pl.Date,
    "date2": pl.Date,
    "moment": pl.Datetime("us"),
    "role": pl.String,
    "cat": pl.Categorical,
}


def _cells(values: list[Any], size: int, nulls: bool = True) -> st.SearchStrategy[list[Any]]:
    choices = st.sampled_from([*values, None] if nulls else values)
    return st.lists(choices, min_size=size, max_size=size)


@st.composite
def frames(draw: st.DrawFn, max_rows: int = 8) -> pl.DataFrame:
    """A frame with a column of each kind; nulls, NaN, empty text and no rows at all included."""
    size = draw(st.integers(0, max_rows))
    values = {
        "text": TEXTS,
        "other": TEXTS,
        "int": INTS,
        "int2": INTS,
        "float": [*FLOATS, float("nan")],
        "bool": [True, False],
        "date": DATES,
        "date2": DATES,
        "moment": MOMENTS,
        "role": ROLES,
        "cat": ["a", "b", "ab"],
    }
    return pl.DataFrame({name: draw(_cells(cells, size)) for name, cells in values.items()}, schema=SCHEMA)


def _comparisons() -> st.SearchStrategy[Any]:
    operators = st.sampled_from(["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"])
    numeric = st.tuples(st.sampled_from(["int", "float"]), operators, st.sampled_from([0, 1, 2, 0.5]))
    textual = st.tuples(st.just("role"), st.sampled_from(["__eq__", "__ne__"]), st.sampled_from(ROLES))
    made = st.one_of(numeric, textual).map(lambda t: getattr(Column(t[0]), t[1])(t[2]))
    lists = st.tuples(
        st.sampled_from(["is_in", "is_not_in"]), st.lists(st.sampled_from(ROLES), min_size=1, max_size=2)
    ).map(lambda t: getattr(Column("role"), t[0])(t[1]))
    nullity = st.tuples(
        st.sampled_from(["text", "role", "int", "float", "date"]), st.sampled_from(["is_null", "is_not_null"])
    ).map(lambda t: getattr(Column(t[0]), t[1])())
    return st.one_of(made, lists, nullity)


def row_conditions() -> st.SearchStrategy[Any]:
    """None, one comparison, ANDs of them, and ORs of those: all that GX allows."""
    single = _comparisons()
    both = st.tuples(single, single).map(lambda t: t[0] & t[1])
    either = st.tuples(st.one_of(single, both), st.one_of(single, both)).map(lambda t: t[0] | t[1])
    return st.one_of(st.none(), single, both, either)


def common() -> st.SearchStrategy[dict[str, Any]]:
    """``row_condition`` and ``mostly``."""
    return st.fixed_dictionaries({"row_condition": row_conditions(), "mostly": st.sampled_from([1, 0.9, 0.5, 0.25, 0])})


def rows_only() -> st.SearchStrategy[dict[str, Any]]:
    """``row_condition`` alone, for aggregates."""
    return st.fixed_dictionaries({"row_condition": row_conditions()})
