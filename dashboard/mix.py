"""What makes up the mix of work by which units and periods are compared fairly, for the view that is shown."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.link import Options, View
from dashboard.shell import Context
from equality.measures.dimensions import FLAGS
from equality.reading import mix as reading
from equality.reading.figures import UNITS
from equality.reading.mix import FLAG


def units(options: Options) -> list[str]:
    """The dimensions of this source whose units can be compared."""
    return [d for d in UNITS if d in options.units]


def crime(options: Options) -> str | None:
    """The finest dimension of crimes that this source holds with something to tell apart."""
    return reading.crime(options.units)


def mix(options: Options, *without: str) -> list[str]:
    """The columns of the mix, as `equality.reading.mix.mix` describes them."""
    return reading.mix(options.units, options.flags, *without)


def words(context: Context, columns: Sequence[str]) -> str:
    """The columns of a mix in words: `crime type, reporting channel and domestic abuse`."""
    names = [FLAGS[FLAG].lower() if c == FLAG else context.snapshot.dimensions.get(c, c).lower() for c in columns]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def cells(context: Context, by: Sequence[str], view: View | None = None) -> pl.DataFrame:
    """The rate of the characteristic in focus by dimensions and the flag of the mix: for reckoning only."""
    return reading.cells(context.figures(view), by)
