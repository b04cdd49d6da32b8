"""Counts by state: how they are stored (wide, one row per combination of dimensions) and how they are sliced.

The stored frame has the export's dimension columns, `flags`, and for each characteristic ten UInt32 columns
`{characteristic}__{kind}`: the eight states, `not_understood` (the part of `not_obtained` who were asked but did
not understand) and `recoverable_cells` (blank or unknown cells whose person is known on another record; null where
the export does not say who a person is). Counts add up: slices of several frames may be concatenated and summed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from equality.analysis.proportions import wilson
from equality.measures.dimensions import Selection
from equality.measures.states import APPLICABLE_STATES, STATES

KINDS: Final = (*STATES, "not_understood", "recoverable_cells")
"""What is counted per characteristic: the states, and two parts of states that rates need."""

SUPPRESSED: Final = "[c]"
"""Stands where a count is not shown, because it could point at a person; in frames such a count is null."""

RATES: Final = ("populated", "known", "validity", "disclosure", "asked", "recoverable")
"""The rates of `with_rates`, in order."""

RATE_TITLES: Final = {
    "known": "Known",
    "populated": "Populated",
    "asked": "Asked",
    "validity": "Valid when filled in",
    "disclosure": "Answered when asked",
    "recoverable": "Recoverable gaps",
}

RATE_MEANINGS: Final = {
    "known": "people with an informative, recognised answer, out of all to whom the question applies",
    "populated": "people with anything in the field, even a default, out of all to whom it applies",
    "asked": "people who answered, declined or did not understand, out of all to whom it applies",
    "validity": "fields with a recognised code or refusal, out of all fields that are filled in",
    "disclosure": "people who gave an answer, out of those who answered or declined",
    "recoverable": "blank or unknown fields whose person is known on another record, out of all such fields",
}


def column(characteristic: str, kind: str) -> str:
    """The name of the stored column that counts one kind of cell of one characteristic."""
    return f"{characteristic}__{kind}"


def characteristics_of(columns: Iterable[str]) -> list[str]:
    """The characteristics that a stored frame with these columns counts, in order."""
    return [name.removesuffix("__valid") for name in columns if name.endswith("__valid")]


def slice_counts(
    counts: pl.LazyFrame | pl.DataFrame,
    *,
    by: Sequence[str] = (),
    characteristics: Sequence[str],
    selection: Selection | None = None,
) -> pl.DataFrame:
    """Count the cells of characteristics by dimensions within a selection.

    Args:
        counts: the stored counts of a snapshot.
        by: dimensions to group by, in order; none gives one row per characteristic.
        characteristics: which to count.
        selection: which records; None means all.

    Returns:
        One row per group and characteristic, sorted by the dimensions and then in the order asked:
        the dimensions, `characteristic`, `applicable` (all states but not_applicable), then `KINDS`.
        Groups without any record are absent.
    """
    selected = counts.lazy().filter((selection or Selection()).predicate())
    sums = [_sum(column(c, kind)) for c in characteristics for kind in KINDS]
    wide = (selected.group_by(list(by)).agg(sums) if by else selected.select(sums)).collect()
    parts = [
        wide.select(
            *by,
            pl.lit(name).alias("characteristic"),
            pl.sum_horizontal(column(name, state) for state in APPLICABLE_STATES).alias("applicable"),
            *(pl.col(column(name, kind)).alias(kind) for kind in KINDS),
            pl.lit(order).alias("_order"),
        )
        for order, name in enumerate(characteristics)
    ]
    return pl.concat(parts).sort([*by, "_order"]).drop("_order")


def _sum(name: str) -> pl.Expr:
    # The sum of nothing but nulls is 0 in Polars; a count that could not be made must stay unknown.
    counted = pl.col(name).cast(pl.Int64)
    return pl.when((counted.count() > 0) | (pl.len() == 0)).then(counted.sum()).alias(name)


def with_rates(counts: pl.DataFrame) -> pl.DataFrame:
    """Add every rate with its 95 % Wilson limits to a frame of `slice_counts`.

    Adds, for each name in `RATES`, the share and its limits as `name`, `name_low` and `name_high`: between
    0 and 1, null where the denominator is 0. The definitions are those of `docs/definitions.md`.
    """
    return counts.with_columns(
        expression.alias(f"{name}{suffix}")
        for name in RATES
        for expression, suffix in zip(wilson(*rate_parts(name)), ("", "_low", "_high"), strict=True)
    )


def rate_parts(name: str) -> tuple[pl.Expr, pl.Expr]:
    """Numerator and denominator of a rate, over the columns of `slice_counts`.

    Raises:
        KeyError: if there is no such rate.
    """
    applicable, valid, blank = pl.col("applicable"), pl.col("valid"), pl.col("blank")
    return {
        "populated": (applicable - blank, applicable),
        "known": (valid, applicable),
        "validity": (applicable - blank - pl.col("invalid"), applicable - blank),
        "disclosure": (valid, valid + pl.col("declined")),
        "asked": (valid + pl.col("declined") + pl.col("not_understood"), applicable),
        "recoverable": (pl.col("recoverable_cells"), blank + pl.col("unknown")),
    }[name]
