"""People who stand on several records: what is known of them on any, and nothing of those who stand on one.

Most people stand on one record, on which a cell that is not known is known nowhere else. Leaving them out first keeps
the tables of people, which are the largest that loading needs, a few times smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

_HASH: Final = "_person_hash"
_KNOWN: Final = "_known_of_person"


def on_several_records(records: pl.LazyFrame) -> pl.LazyFrame:
    """The records of people who stand on several of them, and of few people who do not.

    The hash of a reference decides, eight bytes a record instead of a text: two references that share one let records
    in that need not be there, and never leave one out. The hashes are collected, nothing else.

    Args:
        records: with `person_ref`, null where the export does not say who somebody is.
    """
    named = records.filter(pl.col("person_ref").is_not_null())
    hashed = pl.col("person_ref").hash().alias(_HASH)
    hashes = named.select(hashed).collect(engine="streaming")[_HASH].sort()
    again = hashes.filter(hashes == hashes.shift(1)).unique()
    return named.with_columns(hashed).join(again.to_frame().lazy(), on=_HASH, how="semi").drop(_HASH)


def known(records: pl.LazyFrame, states: Sequence[str]) -> pl.LazyFrame:
    """What is known of each person on any record, to be joined on `person_ref` and asked by `is_known`.

    Args:
        records: those of `on_several_records`.
        states: the columns that hold the states, at most 64.
    """
    bits = [
        pl.when(pl.col(state) == "valid")
        .then(pl.lit(1 << place, dtype=pl.UInt64))
        .otherwise(pl.lit(0, dtype=pl.UInt64))
        for place, state in enumerate(states)
    ]
    every = records.select("person_ref", pl.sum_horizontal(bits).alias(_KNOWN))
    return every.group_by("person_ref").agg(pl.col(_KNOWN).bitwise_or())


def is_known(place: int) -> pl.Expr:
    """Whether the state at this place in the list given to `known` is valid on any record of the person; never null.

    False for people who stand on one record only, whatever it says: ask it of cells that are not known.
    """
    return (pl.col(_KNOWN) & (1 << place) != 0).fill_null(False)
