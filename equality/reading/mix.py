"""What makes up the mix of work by which units and periods are compared fairly, and the units compared by it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final

import polars as pl

from equality.analysis.casemix import standardised, unadjusted
from equality.analysis.findings import measured
from equality.analysis.funnel import Spread, funnel
from equality.measures.dimensions import FLAG_BITS
from equality.reading.figures import Figures

FLAG: Final = "domestic_abuse"
"""The flag that is part of the mix: it changes how a crime is recorded more than any other."""


def crime(units: Container[str]) -> str | None:
    """The finest dimension of crimes that a source holds with something to tell apart.

    Args:
        units: its dimensions with something to tell apart.
    """
    return next((d for d in ("crime_subgroup", "crime_group") if d in units), None)


def mix(units: Container[str], flags: Container[str], *without: str) -> list[str]:
    """The columns of the mix: crime type, channel and the domestic abuse flag, as far as a source holds them.

    Args:
        units: the source's dimensions with something to tell apart.
        flags: its crime flags.
        without: dimensions that are compared, and so are no part of the mix. One kind of crime leaves out all.
    """
    kinds = {"crime_group", "crime_subgroup"}
    found = [d for d in (crime(units), "channel") if d is not None and d in units]
    found = [d for d in found if d not in without and not (d in kinds and kinds & set(without))]
    return [*found, FLAG] if FLAG in flags else found


def cells(figures: Figures, by: Sequence[str]) -> pl.DataFrame:
    """The rate of the characteristic in focus by dimensions and the flag of the mix: for reckoning only.

    Returns:
        The dimensions, `hits`, `n` and `missing`; one row per combination with anybody in it.
    """
    held = [d for d in by if d != FLAG]
    flagged = FLAG in by
    strata = figures.slice(*held, *(["flags"] if flagged else []), characteristics=[figures.focus])
    rates = measured(strata, figures.measure, figures.minimum_n)
    if flagged:
        marked = (pl.col("flags") & FLAG_BITS[FLAG]) != 0
        rates = rates.with_columns(marked.alias(FLAG))
    summed = rates.group_by(list(by)) if by else rates.group_by(pl.lit(0).alias("_all"))
    return summed.agg(pl.col("hits", "n", "missing").sum()).filter(pl.col("n") > 0)


def placed(figures: Figures, by: str, *, adjusted: bool, spread: bool) -> tuple[pl.DataFrame, Spread]:
    """The units of a dimension against each other: a frame of `funnel.funnel`, and what its limits allow for."""
    columns = mix(figures.units, figures.snapshot.flags, by)
    found = cells(figures, [by, *columns])
    n, hits = int(found["n"].sum()), int(found["hits"].sum())
    rates = (
        standardised(found, by, columns, figures.minimum_n)
        if adjusted and 0 < hits < n  # where all or none are known, every mix gives the same
        else unadjusted(found, by, figures.minimum_n)
    )
    return funnel(rates, hits / n if n else 0.0, spread=spread)
