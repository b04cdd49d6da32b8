"""Metric values that are still expressions, and how many of them are collected at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from gx_polars.source import Q

#: The row's number in the batch, for metrics that list where rows are.
ROW_NUMBER = "__gx_polars_row"


def _as_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Deferred:
    """A metric that needs the data.

    Attributes:
        expr: Gives one value for the whole frame (an aggregate, or a list by ``implode``).
        finish: Turns that value into what GX expects.
        masks: The masks that ``expr`` refers to as `flag` columns.
        numbered: Whether ``expr`` uses `ROW_NUMBER`.
        rows: If set, ``expr`` is about these rows only and does not say so itself; the expressions of
            custom metrics written with GX's own decorators are like that.
        within: If set, ``expr`` says itself that only these rows matter to it: those that it lists.
    """

    expr: pl.Expr
    finish: Callable[[Any], Any] = _as_is
    masks: tuple[Q, ...] = ()
    numbered: bool = False
    rows: Q | None = None
    within: Q | None = None


def flag(mask: Q) -> pl.Expr:
    """The column in which a mask is found when a `Deferred` that names it is collected.

    Masks become columns once, and every count, list and aggregate over them reads the column: faster
    than leaving it to the optimiser to find the same mask inside dozens of aggregates.
    """
    return pl.col(_flag_name(mask))


def _flag_name(mask: Q) -> str:
    return "__gx_polars_" + hashlib.blake2b(mask.code.encode(), digest_size=12).hexdigest()


def collect(frame: pl.LazyFrame, wanted: Sequence[Deferred], *, streaming: bool) -> list[Any]:
    """The value of each; an exception in place of a value that cannot be computed.

    All are computed by one query. Only if that fails are those that do not fit the frame's schema found
    and left out, and, should that not suffice, the rest computed one by one.

    Args:
        frame: The batch.
        wanted: What to compute.
        streaming: Whether the data may be larger than memory.
    """
    try:
        return _collect_together(frame, wanted, streaming)
    except Exception as error:
        if len(wanted) == 1:
            return [error]
    answers: list[Any] = [_plan_error(frame, one) for one in wanted]
    sound = [index for index, error in enumerate(answers) if error is None]
    if len(sound) == len(wanted):
        return [answer for one in wanted for answer in collect(frame, [one], streaming=streaming)]
    if sound:
        found = collect(frame, [wanted[index] for index in sound], streaming=streaming)
        for index, answer in zip(sound, found, strict=True):
            answers[index] = answer
    return answers


def _query(frame: pl.LazyFrame, wanted: Sequence[Deferred], *, streaming: bool) -> pl.LazyFrame:
    """One row with a column for each metric."""
    groups: dict[str, list[int]] = {}
    for index, one in enumerate(wanted):
        groups.setdefault(one.rows.code if one.rows is not None else "", []).append(index)
    parts = [part for indices in groups.values() for part in _parts(frame, wanted, indices, streaming)]
    return parts[0] if len(parts) == 1 else pl.concat(parts, how="horizontal")


def _parts(frame: pl.LazyFrame, wanted: Sequence[Deferred], indices: list[int], streaming: bool) -> list[pl.LazyFrame]:
    """The metrics about the same rows."""
    rows = wanted[indices[0]].rows
    chosen = frame if rows is None else frame.filter(rows.expr)
    if any(wanted[index].numbered for index in indices):
        chosen = chosen.with_row_index(ROW_NUMBER)
    masks = {_flag_name(mask): mask.expr for index in indices for mask in wanted[index].masks}
    if masks:
        chosen = chosen.with_columns(**masks)
    # Polars' streaming engine makes one list after the other and keeps, meanwhile, every row that the others will
    # want: without this filter all of them. Of a frame that is in memory already it would be a copy.
    lists = {index: mask for index in indices if streaming and (mask := wanted[index].within) is not None}
    others = [index for index in indices if index not in lists]
    parts = [(chosen, others)] if others else []
    if lists:
        parts.append((chosen.filter(pl.any_horizontal(flag(mask) for mask in lists.values())), list(lists)))
    return [rows.select(wanted[index].expr.alias(f"m{index}") for index in those) for rows, those in parts]


def _collect_together(frame: pl.LazyFrame, wanted: Sequence[Deferred], streaming: bool) -> list[Any]:
    row = _query(frame, wanted, streaming=streaming).collect(engine="streaming" if streaming else "in-memory")
    return [one.finish(row.get_column(f"m{index}").item()) for index, one in enumerate(wanted)]


def _plan_error(frame: pl.LazyFrame, one: Deferred) -> Exception | None:
    try:
        _query(frame, [one], streaming=False).collect_schema()
    except Exception as error:  # reported as this metric's own failure
        return error
    return None
