"""What is answered where: how often each valid answer is given, the two ethnicities side by side, old code lists.

Of gender reassignment, sexual orientation, pregnancy and nationality no answer is counted: of the first two only
completeness is ever shown, pregnancy would say little, nationality has too many answers for a small table.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import polars as pl

from equality.measures.codes import code_list
from equality.measures.states import state_column

if TYPE_CHECKING:
    from equality.measures.extracted import Extracted

COUNTED: Final = ("ethnicity", "ethnicity_observed", "sex", "religion", "disability", "marriage_civil_partnership")
"""Characteristics whose answers are counted."""
NEVER_BROKEN_DOWN: Final = ("gender_reassignment", "sexual_orientation")
"""Characteristics of which only completeness is ever shown."""
OLD_LIST: Final = "16+1"
NEW_LIST: Final = "18+1"
EITHER_LIST: Final = "either list"


def answer_column(characteristic: str, code: str) -> str:
    """The column that counts one valid answer."""
    return f"{characteristic}__{code}"


def valid_codes(characteristic: str) -> list[str]:
    """The informative codes of a characteristic, in the code list's order."""
    return [code.code for code in code_list(characteristic).values() if code.state == "valid"]


def answers(records: pl.LazyFrame, about: Extracted) -> pl.LazyFrame:
    """How often each valid answer is given.

    Returns:
        `month`, `role`, `lpa`, `area`, `team` (those the export holds), for each of `COUNTED` `{characteristic}__asked`
        (people to whom it applies) and for each valid code `{characteristic}__{code}`, and, where the export holds
        dates of birth, `born__dated` and `born__january_first`:
        people with a date of birth that is no placeholder, and those born on 1 January (all UInt32).
    """
    held = _held(about, "month", "role", "lpa", "area", "team")
    sums = {
        answer_column(c, code): (pl.col(c) == code) & (pl.col(state_column(c)) == "valid")
        for c in COUNTED
        if c in about.characteristics
        for code in valid_codes(c)
    }
    sums |= {
        answer_column(c, "asked"): pl.col(state_column(c)) != "not_applicable"
        for c in COUNTED
        if c in about.characteristics
    }
    if "born_on" in records.collect_schema():
        born = pl.col("born_on").is_not_null() & (pl.col("age_state") == "valid")
        first = (pl.col("born_on").dt.month() == 1) & (pl.col("born_on").dt.day() == 1)
        sums |= {"born__dated": born, "born__january_first": born & first}
    return records.group_by(held).agg(cell.sum().cast(pl.UInt32).alias(name) for name, cell in sums.items())


def both_ethnicities(records: pl.LazyFrame, about: Extracted) -> pl.LazyFrame:
    """Self-defined ethnicity against what an officer observed, in the five groups.

    Returns:
        `month`, `role`, `lpa`, `area` (those the export holds), `self_defined` and `observed` (a group, or the state
        of a cell that is not valid), `records`. Empty where the export holds only one of the two.
    """
    held = _held(about, "month", "role", "lpa", "area")
    names = ("ethnicity", "ethnicity_observed")
    if not set(names) <= set(about.characteristics):
        return _none(held, {"self_defined": pl.String, "observed": pl.String, "records": pl.UInt32})
    # The codes are grouped first, so that their groups are looked up per combination and not per record.
    counted = (
        records.filter(pl.col(state_column("ethnicity")) != "not_applicable")
        .group_by(*held, *(_valid_code(c).alias(c) for c in names), *(pl.col(state_column(c)) for c in names))
        .agg(pl.len().cast(pl.UInt32).alias("records"))
    )
    return (
        counted.with_columns(
            self_defined=_group("ethnicity", state_column("ethnicity")),
            observed=_group("ethnicity_observed", state_column("ethnicity_observed")),
        )
        .group_by(*held, "self_defined", "observed")
        .agg(pl.col("records").sum())
    )


def _valid_code(characteristic: str) -> pl.Expr:
    return pl.when(pl.col(state_column(characteristic)) == "valid").then(pl.col(characteristic))


def _group(characteristic: str, state: str) -> pl.Expr:
    groups = ethnic_groups(characteristic)
    group = (
        pl.col(characteristic)
        .cast(pl.String)
        .replace_strict(list(groups), list(groups.values()), default=None, return_dtype=pl.String)
    )
    return pl.coalesce(group, pl.col(state).cast(pl.String))


@functools.cache
def ethnic_groups(characteristic: str = "ethnicity") -> dict[str, str]:
    """Valid code → its group of the five (White, Mixed, Asian, Black, Other)."""
    return {c.code: c.group for c in code_list(characteristic).values() if c.state == "valid" and c.group}


def old_codes(records: pl.LazyFrame, about: Extracted) -> pl.LazyFrame:
    """Which of the two code lists the answers Chinese, Arab and Gypsy or Irish Traveller come from.

    O1 (Chinese, in the group Other) is 16+1; A4 (Chinese, in the group Asian), O2 and W3 are 18+1 only. A label such
    as `Chinese` may be either.

    Returns:
        `month`, `role`, `lpa`, `area`, `team` (those the export holds), `list`, `records`.
    """
    held = _held(about, "month", "role", "lpa", "area", "team")
    if "ethnicity" not in about.characteristics:
        return _none(held, {"list": pl.String, "records": pl.UInt32})
    telling = records.filter(
        (pl.col("ethnicity") == "A4") | (pl.col("ethnicity") == "O2") | (pl.col("ethnicity") == "W3"),
        pl.col(state_column("ethnicity")) == "valid",
    )
    counted = telling.group_by(*held, "ethnicity", "ethnicity_raw").agg(pl.len().cast(pl.UInt32).alias("records"))
    return (
        counted.with_columns(list=_list(pl.col("ethnicity").cast(pl.String), pl.col("ethnicity_raw").cast(pl.String)))
        .group_by(*held, "list")
        .agg(pl.col("records").sum())
    )


def _list(code: pl.Expr, label: pl.Expr) -> pl.Expr:
    folded = label.str.to_uppercase()
    old = folded.str.contains(r"\bO1\b") | folded.str.contains(r"\bOTHER\b")
    new = folded.str.contains(r"\bA4\b") | folded.str.contains(r"\bASIAN\b")
    return (
        pl.when((code == "A4") & old)
        .then(pl.lit(OLD_LIST))
        .when((code == "A4") & ~new)
        .then(pl.lit(EITHER_LIST))
        .otherwise(pl.lit(NEW_LIST))
    )


def _held(about: Extracted, *names: str) -> list[str]:
    return [name for name in names if name in about.dimensions]


def _none(held: list[str], columns: dict[str, type[pl.DataType]]) -> pl.LazyFrame:
    every: dict[str, type[pl.DataType]] = dict.fromkeys(held, pl.String)
    return pl.LazyFrame(schema=every | columns)
