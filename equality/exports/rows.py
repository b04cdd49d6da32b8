"""The rows of a text file: checked in one pass where the file is sound, sifted line by line where it is not."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from equality.errors import ExportError
from equality.exports.layout import Layout
from equality.exports.sift import Misfit, sift
from equality.exports.text import Text
from equality.exports.workspace import Workspace

MISFIT_SCHEMA = {"source_row": pl.UInt32, "line": pl.Int64, "reason": pl.String, "raw_text": pl.String}
_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of one table, whatever kind of file it came from.

    Attributes:
        headings: one name for every column.
        rows: rows below the headings, those set aside included.
        scan: gives the good rows as text: `source_row`, `line`, then the headings.
        misfits: the rows set aside, as `MISFIT_SCHEMA`.
        notes: what a reader should know about how the file was read.
    """

    headings: tuple[str, ...]
    rows: int
    scan: Callable[[], pl.LazyFrame]
    misfits: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MISFIT_SCHEMA))
    notes: tuple[str, ...] = ()


def text_table(
    text: Text, layout: Layout, headings: Sequence[str], shown: str, workspace: Workspace, broken_at_most: float
) -> Table:
    """The rows below the headings of a text file.

    Raises:
        ExportError: if more rows than that share cannot be rows.
    """
    plain = functools.partial(_scan_plain, text.path, layout, tuple(headings))
    below = text.lines - layout.last_line
    if text.clean and layout.first_line == layout.last_line and _is_sound(plain, text, layout, headings, below):
        return Table(tuple(headings), below, plain)
    clean = workspace.file(".csv")
    sifted = sift(text.path, layout.last_line, layout.separator, len(headings), clean)
    check_share(shown, sifted.misfits, sifted.rows, broken_at_most)
    misfits = pl.DataFrame([vars(m) for m in sifted.misfits], schema=MISFIT_SCHEMA)
    return Table(tuple(headings), sifted.rows, functools.partial(_scan_sifted, clean, tuple(headings)), misfits=misfits)


def check_share(shown: str, misfits: Sequence[Misfit], rows: int, at_most: float) -> None:
    """Refuse a file of which more than a share is broken.

    Raises:
        ExportError: naming the first broken line.
    """
    if rows and len(misfits) > at_most * rows:
        first = misfits[0]
        raise ExportError(
            f"{shown}: line {first.line} {first.reason}. {len(misfits):,} of {rows:,} rows are broken, more than the "
            f"{at_most:.0%} that may be set aside; export the file again."
        )


def _scan_plain(path: Path, layout: Layout, headings: Sequence[str]) -> pl.LazyFrame:
    return pl.scan_csv(
        path,
        separator=layout.separator,
        skip_lines=layout.first_line - 1,
        new_columns=list(headings),
        infer_schema=False,
        row_index_name="source_row",
        row_index_offset=1,
        truncate_ragged_lines=False,
        glob=False,
    ).with_columns(line=pl.col("source_row").cast(pl.Int64) + layout.last_line)


def _scan_sifted(path: Path, headings: Sequence[str]) -> pl.LazyFrame:
    frame = pl.scan_csv(
        path,
        has_header=False,
        new_columns=["source_row", "line", *headings],
        infer_schema=False,
        raise_if_empty=False,
        glob=False,
    )
    return frame.with_columns(pl.col("source_row").cast(pl.UInt32), pl.col("line").cast(pl.Int64))


def _is_sound(
    scan: Callable[[], pl.LazyFrame], text: Text, layout: Layout, headings: Sequence[str], below: int
) -> bool:
    """Whether every line below the headings is one row with a field for each heading.

    Polars refuses a row that is too long, but fills up one that is too short: those show in the number of
    separators, less those that stand inside quoted fields.
    """
    if below == 0:
        return True
    columns = pl.col(headings)
    separator = pl.lit(layout.separator)
    # Every column is asked for: Polars does not notice a row that is too long behind the last column it needs.
    each = columns.str.count_matches(separator, literal=True).sum() if text.quoted else columns.null_count() * 0
    try:
        whole = scan().select(pl.len().alias("rows"), pl.sum_horizontal(each.cast(pl.Int64)).alias("inside"))
        rows, inside = whole.collect(engine="streaming").row(0)
    except pl.exceptions.PolarsError:
        return False
    return rows == below and _separators(text.path, layout) == rows * (len(headings) - 1) + inside


def _separators(path: Path, layout: Layout) -> int:
    """How often the separator stands below the headings."""
    wanted = layout.separator.encode()
    with path.open("rb") as file:
        for _ in range(layout.last_line):
            file.readline()
        found = 0
        while chunk := file.read(_CHUNK):
            found += chunk.count(wanted)
    return found


def refuse_empty(shown: str, table: Table) -> None:
    """Refuse a table without rows.

    Raises:
        ExportError: if it has none.
    """
    if table.rows == 0:
        raise ExportError(f"{shown}: the file has headings but no rows; export it again from the recording system.")
