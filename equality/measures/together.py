"""Which characteristics are not known together, and how what is known differs by outcome, age and sex.

Bit i of a mask stands for the i-th characteristic of the catalogue, whatever an export holds, so that the masks of
several snapshots mean the same.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from equality.measures.catalogue import characteristics
from equality.measures.states import state_column

if TYPE_CHECKING:
    from equality.measures.extracted import Extracted

REFERENCE: Final = Path(__file__).resolve().parents[2] / "data" / "reference"
FACTORS: Final[Mapping[str, str]] = {"outcome": "Outcome", "age_band": "Age", "sex_group": "Sex"}
"""What missingness may depend on, beside the dimensions: column of the records → title."""
NO_OUTCOME: Final = "No outcome yet"


@functools.cache
def bits() -> dict[str, int]:
    """Characteristic → its bit in a mask, in the order of the catalogue."""
    return {name: 1 << position for position, name in enumerate(characteristics())}


def patterns(records: pl.LazyFrame, about: Extracted) -> pl.LazyFrame:
    """How often each set of characteristics is not known.

    Returns:
        `month`, `role`, `lpa`, `area` (those the export holds), `missing` and `asked` (masks of the
        characteristics that apply and are not known, and of those that apply; UInt16), `records`.
        Records to which nothing applies are left out.
    """
    held = _held(about, "month", "role", "lpa", "area")
    asked = {c: pl.col(state_column(c)) != "not_applicable" for c in about.characteristics}
    missing = {c: asked[c] & (pl.col(state_column(c)) != "valid") for c in about.characteristics}
    return (
        records.select(*held, _mask(missing).alias("missing"), _mask(asked).alias("asked"))
        .filter(pl.col("asked") > 0)
        .group_by(*held, "missing", "asked")
        .agg(pl.len().cast(pl.UInt32).alias("records"))
    )


def _mask(cells: Mapping[str, pl.Expr]) -> pl.Expr:
    # The bit is chosen, not multiplied: the product of two small integers would overflow in silence.
    chosen = [
        pl.when(cell).then(pl.lit(bits()[c], pl.UInt16)).otherwise(pl.lit(0, pl.UInt16)) for c, cell in cells.items()
    ]
    return functools.reduce(lambda left, right: left | right, chosen)


def dependence(records: pl.LazyFrame, about: Extracted) -> pl.LazyFrame:
    """What is known of people with one outcome, of one age band, of one sex.

    Returns:
        `month`, `role`, `lpa`, `area` (those the export holds), `factor` (of `FACTORS`), `level`, and for each
        characteristic `{c}__asked` and `{c}__known` (UInt32).
    """
    held = _held(about, "month", "role", "lpa", "area")
    columns = records.collect_schema().names()
    return pl.concat(
        [_by_factor(records, about, held, factor) for factor in FACTORS if factor in columns], how="vertical_relaxed"
    )


def _by_factor(records: pl.LazyFrame, about: Extracted, held: list[str], factor: str) -> pl.LazyFrame:
    sums = [
        expression.sum().cast(pl.UInt32).alias(name)
        for c in about.characteristics
        for name, expression in (
            (f"{c}__asked", pl.col(state_column(c)) != "not_applicable"),
            (f"{c}__known", pl.col(state_column(c)) == "valid"),
        )
    ]
    counted = records.group_by(*held, pl.col(factor).alias("level")).agg(sums)
    text = pl.col("level").cast(pl.String)
    level = outcome_group(text) if factor == "outcome" else text
    return (
        counted.with_columns(level=level, factor=pl.lit(factor))
        # Spellings of one outcome come together.
        .group_by(*held, "factor", "level")
        .agg(pl.col(s for c in about.characteristics for s in (f"{c}__asked", f"{c}__known")).sum())
    )


def outcome_group(label: pl.Expr) -> pl.Expr:
    """The group of an outcome, by the Home Office code that its label begins with; a label without one stays itself."""
    folded = label.str.strip_chars().str.to_uppercase()
    code = pl.coalesce(folded.str.extract(r"^(\d{1,2}[A-Z]?|C\d)(?:\s|-|:|$)"), folded)
    groups = outcomes()
    known = code.replace_strict(list(groups), list(groups.values()), default=None, return_dtype=pl.String)
    return pl.coalesce(known, pl.when(folded != "").then(label.str.strip_chars()), pl.lit(NO_OUTCOME))


@functools.cache
def outcomes() -> dict[str, str]:
    """Outcome code, or label in capitals → its group: `data/reference/home_office_outcomes.csv`."""
    with (REFERENCE / "home_office_outcomes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["group"] for row in csv.DictReader(file)}


def _held(about: Extracted, *names: str) -> list[str]:
    return [name for name in names if name in about.dimensions]
