"""Further tables that are counted in the loading step beside the counts by state, each small and kept for good.

Pages never read records. What a page needs beyond the counts by state (how old records were when they were known,
which cells are blank together, how birth dates are spread) is therefore counted once, when an extract is loaded,
and stored beside `counts.parquet` under its own name. To add one: write a module with a `build` function and list
it in `EVIDENCE`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import polars as pl


@dataclass(frozen=True)
class Extracted:
    """What is known of the extract that is being counted.

    Attributes:
        characteristics: those it holds, in the catalogue's order.
        dimensions: those it holds.
        extract_date: the day on which it was drawn.
    """

    characteristics: Sequence[str]
    dimensions: Sequence[str]
    extract_date: date


@dataclass(frozen=True)
class Evidence:
    """One table that is counted beside the counts by state.

    Attributes:
        name: of its file in the snapshot's folder, without `.parquet`.
        of: `state` for what is known once the extract is in, `extract` for the records that it delivered itself.
        build: records with `{characteristic}_state` beside every characteristic → the counts, lazily. They add up,
            hold no reference to a person or crime, and carry `month`, so that they outlive the records. Unsigned
            columns but `flags` are counts of people or cells (disclosure control rounds them); all others say what a
            row is of.
    """

    name: str
    of: Literal["state", "extract"]
    build: Callable[[pl.LazyFrame, Extracted], pl.LazyFrame]


EVIDENCE: Final[tuple[Evidence, ...]] = ()
"""Every table beside the counts by state."""


def counts_of(table: pl.DataFrame) -> list[str]:
    """The columns of a table that count: the unsigned ones, `flags` excepted."""
    return [name for name, kind in table.schema.items() if kind.is_unsigned_integer() and name != "flags"]
