"""How dates of birth and ages are spread, and whether one person is always recorded alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from equality.measures.states import state_column

if TYPE_CHECKING:
    from equality.measures.extracted import Extracted

LASTING: Final = ("ethnicity", "ethnicity_observed", "sex", "religion", "nationality", "born_on")
"""What should be the same on every record of one person: answers that rarely change, and the date of birth.
Partnership, pregnancy and disability change in a life; of gender and orientation only completeness is looked at."""


def birth_days(records: pl.LazyFrame, about: Extracted) -> pl.LazyFrame:
    """On which days of the year people are born; of 1 January also in which years.

    Returns:
        `month`, `role`, `month_day` (100 × month + day), `year` (of those born on 1 January, else 0), `records`; of
        people whose age is valid. Empty where the export holds no dates of birth.
    """
    held = _held(about, "month", "role")
    if "born_on" not in records.collect_schema():
        schema: dict[str, type[pl.DataType]] = dict.fromkeys(held, pl.String) | {
            "month_day": pl.Int16,
            "year": pl.Int16,
            "records": pl.UInt32,
        }
        return pl.LazyFrame(schema=schema)
    born = pl.col("born_on").dt
    day = born.month().cast(pl.Int16) * 100 + born.day()
    return (
        records.filter(pl.col("born_on").is_not_null(), pl.col(state_column("age")) == "valid")
        .select(*held, month_day=day, year=pl.when(day == 101).then(born.year().cast(pl.Int16)).otherwise(0))
        .group_by(*held, "month_day", "year")
        .agg(pl.len().cast(pl.UInt32).alias("records"))
    )


def years_of_age(records: pl.LazyFrame, about: Extracted) -> pl.LazyFrame:
    """How many people are of each age in whole years.

    Returns:
        `month`, `role`, `age` (0 to 115), `records`. Ages given as a range are not in it.
    """
    held = _held(about, "month", "role")
    if "age" not in about.characteristics:
        schema: dict[str, type[pl.DataType]] = dict.fromkeys(held, pl.String) | {
            "age": pl.Int16,
            "records": pl.UInt32,
        }
        return pl.LazyFrame(schema=schema)
    return (
        records.filter(pl.col(state_column("age")) == "valid")
        .group_by(*held, "age")
        .agg(pl.len().cast(pl.UInt32).alias("records"))
        .with_columns(age=pl.col("age").cast(pl.String).cast(pl.Int16, strict=False))
        .drop_nulls("age")
    )


def persons(records: pl.LazyFrame, about: Extracted) -> pl.LazyFrame:
    """How many people are recorded twice or more, and differently.

    Returns:
        `month` (in which a person was last recorded) and, for each of `LASTING`, `{name}__twice` (people with a valid
        value on at least two records, in any role) and `{name}__different` (those of them with two different values).
        Empty where the export does not say who a person is.
    """
    columns = records.collect_schema().names()
    held = [name for name in LASTING if name in columns and (name == "born_on" or name in about.characteristics)]
    valid = {c: pl.col(state_column("age" if c == "born_on" else c)) == "valid" for c in held}
    cells = {c: pl.when(valid[c]).then(pl.col(c).to_physical()) for c in held}
    people = (
        records.filter(pl.col("person_ref").is_not_null())
        .select("person_ref", "recorded_on", *(cell.alias(c) for c, cell in cells.items()))
        .group_by("person_ref")
        .agg(
            pl.col("recorded_on").max(),
            *(
                expression.alias(f"{c}__{name}")
                for c in held
                for name, expression in (
                    ("twice", pl.col(c).count() > 1),
                    ("different", pl.col(c).min() != pl.col(c).max()),
                )
            ),
        )
    )
    sums = [pl.col(f"{c}__{name}").sum().cast(pl.UInt32) for c in held for name in ("twice", "different")]
    return people.group_by(month=pl.col("recorded_on").dt.strftime("%Y-%m")).agg(sums)


def _held(about: Extracted, *names: str) -> list[str]:
    return [name for name in names if name in about.dimensions]
