"""Metric values that are still expressions, and how many of them are collected at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from gx_polars.source import Q


def _as_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Deferred:
    """A metric that needs the data.

    Attributes:
        expr: Gives one value for the whole frame (an aggregate, or a list by ``implode``).
        finish: Turns that value into what GX expects.
        rows: If set, ``expr`` is about these rows only and does not say so itself; expressions of
            custom metrics are written that way.
    """

    expr: pl.Expr
    finish: Callable[[Any], Any] = _as_is
    rows: Q | None = None


def collect(frame: pl.LazyFrame, wanted: Sequence[Deferred]) -> list[Any]:
    """The value of each; an exception in place of a value that cannot be computed.

    All are computed by one query. Only if that fails are those that do not fit the frame's schema found
    and left out, and, should that not suffice, the rest computed one by one.
    """
    try:
        return _collect_together(frame, wanted)
    except Exception as error:
        if len(wanted) == 1:
            return [error]
    answers: list[Any] = [_plan_error(frame, one) for one in wanted]
    sound = [index for index, error in enumerate(answers) if error is None]
    if len(sound) == len(wanted):
        return [answer for one in wanted for answer in collect(frame, [one])]
    for index, answer in zip(sound, collect(frame, [wanted[i] for i in sound]) if sound else [], strict=True):
        answers[index] = answer
    return answers


def _query(frame: pl.LazyFrame, wanted: Sequence[Deferred]) -> pl.LazyFrame:
    """One row with a column for each; those about a subset of rows filter the same frame."""
    groups: dict[str, tuple[Q | None, list[pl.Expr]]] = {}
    for index, one in enumerate(wanted):
        key = one.rows.code if one.rows is not None else ""
        groups.setdefault(key, (one.rows, []))[1].append(one.expr.alias(f"m{index}"))
    parts = [(frame if rows is None else frame.filter(rows.expr)).select(exprs) for rows, exprs in groups.values()]
    return parts[0] if len(parts) == 1 else pl.concat(parts, how="horizontal")


def _collect_together(frame: pl.LazyFrame, wanted: Sequence[Deferred]) -> list[Any]:
    row = _query(frame, wanted).collect(engine="streaming")
    return [one.finish(row.get_column(f"m{index}").item()) for index, one in enumerate(wanted)]


def _plan_error(frame: pl.LazyFrame, one: Deferred) -> Exception | None:
    try:
        _query(frame, [one]).collect_schema()
    except Exception as error:  # reported as this metric's own failure
        return error
    return None
