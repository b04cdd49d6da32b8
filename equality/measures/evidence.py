"""Further tables that are counted in the loading step beside the counts by state, each small and kept for good.

Pages never read records. What a page needs beyond the counts by state (how old records were when they were known,
which cells are blank together, how birth dates are spread) is therefore counted once, when an extract is loaded,
and stored beside `counts.parquet` under its own name. To add one: write a module with a `build` function and list
it in `EVIDENCE`.

Loading speed is measured (`benchmarks/load.py`), and every table is counted over every record. They are collected
together, so that the records are read, and their states worked out, once for all tables. What keeps one cheap:

- One `group_by` straight from the records that `build` is given, by columns that are there (categories, small
  integers, dates); what needs text or a look-up is worked out afterwards, on the groups.
- Few sums: each costs about as much as reading the column. Sum Booleans, cast the result.
- A `group_by` of people only over `of="people"`: it leaves out those who stand on one record, most of them.
- No window (`over`), sort, `unique`, join or Python function over records, and no `collect` in `build`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from equality.measures import ages, answers, births, together
from equality.measures.extracted import Extracted


@dataclass(frozen=True)
class Evidence:
    """One table that is counted beside the counts by state.

    Attributes:
        name: of its file in the snapshot's folder, without `.parquet`.
        of: `state` for what is known once the extract is in, `extract` for the records that it delivered itself,
            `people` for those of the state whose person stands on several (`equality.measures.people`).
        build: records with `{characteristic}_state` beside every characteristic → the counts, lazily. They add up,
            hold no reference to a person or crime, and carry `month`, so that they outlive the records. Unsigned
            columns but `flags` are counts of people or cells (disclosure control rounds them); all others say what a
            row is of.
    """

    name: str
    of: Literal["state", "extract", "people"]
    build: Callable[[pl.LazyFrame, Extracted], pl.LazyFrame]


EVIDENCE: Final[tuple[Evidence, ...]] = (
    Evidence(ages.NAME, "extract", ages.build),
    Evidence("patterns", "state", together.patterns),
    Evidence("dependence", "state", together.dependence),
    Evidence("answers", "state", answers.answers),
    Evidence("both_ethnicities", "state", answers.both_ethnicities),
    Evidence("old_codes", "state", answers.old_codes),
    Evidence("birth_days", "state", births.birth_days),
    Evidence("years_of_age", "state", births.years_of_age),
    Evidence("persons", "state", births.persons),
)
"""Every table beside the counts by state."""


def counts_of(table: pl.DataFrame) -> list[str]:
    """The columns of a table that count: the unsigned ones, `flags` excepted."""
    return [name for name, kind in table.schema.items() if kind.is_unsigned_integer() and name != "flags"]
