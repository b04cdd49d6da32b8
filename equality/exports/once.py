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
    numbers = _numbers(old)
    if not old.is_empty() and (old.dtype == pl.Categorical or old.dtype.is_integer()):
        least, most = (numbers.min(), numbers.max()) if old.dtype.is_integer() else (0, numbers.max())
        if isinstance(least, int) and isinstance(most, int) and most - least < _MOST_NUMBERS:
            look = _ByNumber(old, numbers - least, most - least, new, least, default)
            return source.map_batches(look, return_dtype=new.dtype, is_elementwise=True)
    return source.replace_strict(old, new, default=None if default is None else labels(default), return_dtype=new.dtype)


_MOST_NUMBERS = 1_000_000
"""Labels of all columns together, or numbers between the smallest and the largest, up to which each has its place."""


def _numbers(values: pl.Series) -> pl.Series:
    """The numbers that Polars gives to labels; numbers stay what they are."""
    return values.to_physical().cast(pl.Int64, strict=False)


class _ByNumber:
    """What becomes of each label, in the place of the number that Polars gives it; null has the first place.

    Half the time of `replace_strict`, which joins. The labels are kept: as long as any of them is, numbers stay theirs.
    """

    def __init__(
        self, old: pl.Series, numbers: pl.Series, most: int, new: pl.Series, least: int, default: str | None
    ) -> None:
        self._old, self._least = old, least
        told = pl.DataFrame({"place": (numbers + 1).fill_null(0), "new": new})
        places = pl.DataFrame({"place": pl.int_range(most + 2, eager=True)})
        self._new = places.join(told, on="place", how="left", maintain_order="left")["new"]
        self._default = None if default is None else pl.Series([default]).cast(pl.Categorical)
        if self._default is not None:
            self._new = self._new.fill_null(self._default.first())

    def __call__(self, source: pl.Series) -> pl.Series:
        if source.dtype == pl.Categorical:
            # In the type that Polars takes numbers of rows in: it need not look for such as count from the end.
            places = source.to_physical() + 1
        else:
            places = _numbers(source) - (self._least - 1)
            # A number below the least would otherwise be counted from the end.
            places = places.set(places < 1, None)
        found = self._new.gather(places.fill_null(0), null_on_oob=True).alias(source.name)
        return found if self._default is None else found.fill_null(self._default.first())


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
