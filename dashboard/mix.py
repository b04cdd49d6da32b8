"""What makes up the mix of work by which units and periods are compared fairly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from dashboard.link import Options, View
from dashboard.shell import Context
from equality.measures.dimensions import FLAG_BITS, FLAGS

UNITS: Final = ("team", "area", "lpa", "lpa_then", "crime_group", "crime_subgroup", "channel")
"""Dimensions whose units can be compared: months and roles are not units that record."""
FLAG: Final = "domestic_abuse"
"""The flag that is part of the mix: it changes how a crime is recorded more than any other."""


def units(options: Options) -> list[str]:
    """The dimensions of this source whose units can be compared."""
    return [d for d in UNITS if d in options.units]


def crime(options: Options) -> str | None:
    """The finest dimension of crimes that this source holds with something to tell apart."""
    return next((d for d in ("crime_subgroup", "crime_group") if d in options.units), None)


def mix(options: Options, *without: str) -> list[str]:
    """The columns of the mix: crime type, channel and the domestic abuse flag, as far as the source holds them.

    Args:
        options: what the source holds.
        without: dimensions that are compared, and so are no part of the mix. One kind of crime leaves out all.
    """
    kinds = {"crime_group", "crime_subgroup"}
    found = [d for d in (crime(options), "channel") if d in options.units]
    found = [d for d in found if d not in without and not (d in kinds and kinds & set(without))]
    return [*found, FLAG] if FLAG in options.flags else found


def words(context: Context, columns: Sequence[str]) -> str:
    """The columns of a mix in words: `crime type, reporting channel and domestic abuse`."""
    names = [FLAGS[FLAG].lower() if c == FLAG else context.snapshot.dimensions.get(c, c).lower() for c in columns]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def cells(context: Context, by: Sequence[str], view: View | None = None) -> pl.DataFrame:
    """The rate of the characteristic in focus by dimensions and the flag of the mix: for reckoning only.

    Returns:
        The dimensions, `hits`, `n` and `missing`; one row per combination with anybody in it.
    """
    held = [d for d in by if d != FLAG]
    flagged = FLAG in by
    rates = context.measured(context.strata(*held, *(["flags"] if flagged else []), view=view))
    if flagged:
        marked = (pl.col("flags") & FLAG_BITS[FLAG]) != 0
        rates = rates.with_columns(marked.alias(FLAG))
    summed = rates.group_by(list(by)) if by else rates.group_by(pl.lit(0).alias("_all"))
    return summed.agg(pl.col("hits", "n", "missing").sum()).filter(pl.col("n") > 0)
