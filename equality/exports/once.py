"""Work on labels once per distinct value instead of once per row.

A column in which few different texts occur is Categorical; what an expression makes of it is then looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl
import polars.selectors as cs


def once(frame: pl.LazyFrame, column: str, make: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """An expression over the text in a column; of a Categorical one worked out once for each distinct value.

    Args:
        frame: holds the column; the distinct values of a Categorical one are collected.
        column: its name.
        make: text → what is made of it, row by row.

    Returns:
        What `make` gives; text as Categorical if the column is.
    """
    found = spellings(frame, column)
    if found is None:
        return make(pl.col(column))
    made = found.cast(pl.String).to_frame().select(make(pl.col(column)).alias(column))[column]
    return looked_up(pl.col(column), found, made)


def spellings(frame: pl.LazyFrame, column: str) -> pl.Series | None:
    """The distinct values of a Categorical column; None if the column is of another type."""
    if frame.collect_schema()[column] != pl.Categorical:
        return None
    return frame.select(pl.col(column).unique()).collect(engine="streaming")[column]


def looked_up(source: pl.Expr, old: pl.Series, new: pl.Series, default: str | None = None) -> pl.Expr:
    """A look-up of values; texts that come out are Categorical.

    Args:
        source: what is looked up, of the type of `old`.
        old: the values that are known.
        new: what becomes of each.
        default: the text in place of a null, and of a value that is not among them.
    """
    if new.dtype == pl.String:
        new = new.cast(pl.Categorical)
    if old.dtype == pl.Categorical or old.dtype.is_integer():
        numbers = old.to_physical().cast(pl.Int64, strict=False)
        least, most = (numbers.min() if old.dtype.is_integer() else 0), numbers.max()
        if isinstance(least, int) and isinstance(most, int) and most - least < _MOST_NUMBERS:
            return _by_number(source, old, numbers - least, most - least, new, least, default)
    return source.replace_strict(old, new, default=None if default is None else labels(default), return_dtype=new.dtype)


_MOST_NUMBERS = 1_000_000
"""Labels of all columns together, or numbers between the smallest and the largest, up to which each has its place."""


def _by_number(
    source: pl.Expr, old: pl.Series, numbers: pl.Series, most: int, new: pl.Series, least: int, default: str | None
) -> pl.Expr:
    """What becomes of each value, taken from the place of its number; null has the first place.

    `replace_strict`, which joins, takes more than twice as long.
    """
    told = pl.DataFrame({"place": (numbers + 1).fill_null(0), "old": old, "new": new})
    table = pl.DataFrame({"place": pl.int_range(most + 2, eager=True)}).join(
        told, on="place", how="left", maintain_order="left"
    )
    otherwise = None if default is None else labels(default)
    if otherwise is not None:
        table = table.with_columns(pl.col("new").fill_null(otherwise))
    if old.dtype.is_integer():
        place = source.cast(pl.Int64) - (least - 1)
        # A number below the least would otherwise be counted from the end.
        place = pl.when(place < 1).then(most + 2).otherwise(place)
        becomes = pl.lit(table["new"])
    else:
        # In the type that Polars takes numbers of rows in: it need not look for such as count from the end.
        place = source.to_physical() + 1
        # As long as a label is somewhere in what Polars is to do, numbers stay theirs.
        kept = new.dtype == pl.Categorical
        becomes = pl.lit(table["new"]) if kept else pl.lit(table.to_struct()).struct.field("new")
    found = becomes.gather(place.fill_null(0), null_on_oob=True).alias(source.meta.output_name())
    return found if otherwise is None else found.fill_null(otherwise)


def mapped(source: pl.Expr, mapping: Mapping[str, str], default: str | None = None) -> pl.Expr:
    """What a mapping says of each label, as Categorical."""
    old = pl.Series(list(mapping), dtype=pl.String).cast(pl.Categorical)
    return looked_up(labels(source), old, pl.Series(list(mapping.values()), dtype=pl.String), default)


def labels(text: str | pl.Expr) -> pl.Expr:
    """A text, or an expression of texts, as Categorical."""
    return (pl.lit(text) if isinstance(text, str) else text).cast(pl.Categorical)


def together(frames: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Frames one below the other; a column that is Categorical in one of them becomes so in all."""
    schemas = [frame.collect_schema() for frame in frames]
    few = {name for schema in schemas for name, dtype in schema.items() if dtype == pl.Categorical}
    return pl.concat(
        frame.with_columns((cs.by_name(few, require_all=False) & cs.string()).cast(pl.Categorical)) for frame in frames
    )
