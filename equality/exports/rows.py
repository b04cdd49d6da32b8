"""The rows of a text file: checked in one pass where the file is sound, sifted line by line where it is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from equality.errors import ExportError
from equality.exports.layout import Layout
from equality.exports.sift import Misfit, sift
from equality.exports.text import Text
from equality.exports.workspace import Kept, Workspace

MISFIT_SCHEMA = {"source_row": pl.UInt32, "line": pl.Int64, "reason": pl.String, "raw_text": pl.String}
_CHUNK = 1 << 20
_SAMPLE = 20_000
_TOO_FEW = 1_000
_ALL_DIFFERENT = 0.95


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of one table, whatever kind of file it came from.

    Attributes:
        headings: one name for every column.
        rows: rows below the headings, those set aside included.
        scan: gives the good rows as text: `source_row`, `line`, then the headings.
        misfits: the rows set aside, as `MISFIT_SCHEMA`.
        notes: what a reader should know about how the file was read.
        kept: the rows, where they were read once and kept.
    """

    headings: tuple[str, ...]
    rows: int
    scan: Callable[[], pl.LazyFrame]
    misfits: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MISFIT_SCHEMA))
    notes: tuple[str, ...] = ()
    kept: Kept | None = None


def text_table(
    text: Text,
    layout: Layout,
    headings: Sequence[str],
    shown: str,
    workspace: Workspace,
    broken_at_most: float,
    labels: Collection[str] = (),
) -> Table:
    """The rows below the headings of a text file, read once and kept in the workspace.

    Args:
        text: the file.
        layout: how it is laid out.
        headings: one name for every column.
        shown: what the user calls the file.
        workspace: keeps the rows.
        broken_at_most: the share of rows that may be no rows.
        labels: columns of which few different values are expected: they become Categorical, so that whatever is
            made of a value is made once.

    Raises:
        ExportError: if more rows than that share cannot be rows.
    """
    below = text.lines - layout.last_line
    if text.clean and layout.first_line == layout.last_line:
        plain = _scan_plain(text.path, layout, headings)
        if not below:
            return Table(tuple(headings), 0, lambda: plain)
        kept = _kept_if_sound(plain, workspace, labels, text, layout, headings, below)
        if kept:
            return Table(tuple(headings), below, kept.scan, kept=kept)
    clean = workspace.file(".csv")
    sifted = sift(text.path, layout.last_line, layout.separator, len(headings), clean)
    check_share(shown, sifted.misfits, sifted.rows, broken_at_most)
    misfits = pl.DataFrame([vars(m) for m in sifted.misfits], schema=MISFIT_SCHEMA)
    kept = workspace.keep(_labels_once(_scan_sifted(clean, headings), labels), clean.stat().st_size, sifted.rows)
    clean.unlink()
    return Table(tuple(headings), sifted.rows, kept.scan, misfits=misfits, kept=kept)


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


def _labels_once(rows: pl.LazyFrame, labels: Collection[str]) -> pl.LazyFrame:
    """The rows with their labels as Categorical, but for columns in which nearly every value is another one."""
    sample = rows.select(labels).head(_SAMPLE).collect(engine="streaming")
    few = [
        column.name
        for column in sample.iter_columns()
        if (present := len(column) - column.null_count()) < _TOO_FEW or column.n_unique() < _ALL_DIFFERENT * present
    ]
    return rows.with_columns(pl.col(few).cast(pl.Categorical))


def _kept_if_sound(
    rows: pl.LazyFrame,
    workspace: Workspace,
    labels: Collection[str],
    text: Text,
    layout: Layout,
    headings: Sequence[str],
    below: int,
) -> Kept | None:
    """Read the rows; None unless every line below the headings is one row with a field for each heading.

    Polars refuses a row that is too long, but fills up one that is too short. If the last cell of every row holds
    something, none is; else those show in the number of separators, less those that stand inside quoted fields.
    """
    try:
        # Every column is read: Polars does not notice a row that is too long behind the last column it needs.
        kept = workspace.keep(_labels_once(rows, labels), text.path.stat().st_size, below)
    except pl.exceptions.PolarsError:
        return None
    # Counted in what was read: in the text it would be parsed a second time.
    last = kept.scan().select(pl.len().alias("rows"), pl.col(headings[-1]).null_count().alias("open"))
    count, open_ended = last.collect(engine="streaming").row(0)
    if count == below and (not open_ended or _every_row_whole(kept.scan(), count, text, layout, headings)):
        return kept
    kept.drop()
    return None


def _every_row_whole(rows: pl.LazyFrame, count: int, text: Text, layout: Layout, headings: Sequence[str]) -> bool:
    cells = pl.col(headings).cast(pl.String).str.count_matches(pl.lit(layout.separator), literal=True).sum()
    inside = 0
    if text.quoted:
        whole = rows.select(pl.sum_horizontal(cells.cast(pl.Int64)))
        inside = whole.collect(engine="streaming").item()
    return _separators(text.path, layout) == count * (len(headings) - 1) + inside


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
