"""Workbooks (XLSX, XLS, ODS) and Parquet as tables of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from equality.errors import ExportError
from equality.exports.layout import column_names, heading_index
from equality.exports.unpack import check_size
from equality.exports.workspace import Workspace

ALL_SHEETS = "*"
_DEPTH = 40


@dataclass(frozen=True)
class Sheet:
    """A table taken out of a workbook.

    Attributes:
        path: Parquet of text: `source_row`, `line`, then the headings.
        headings: its headings.
        rows: rows below the headings that have something in them.
        notes: what a reader should know.
    """

    path: Path
    headings: tuple[str, ...]
    rows: int
    notes: tuple[str, ...]


def read_workbook(
    path: Path,
    shown: str,
    workspace: Workspace,
    wanted: Sequence[Sequence[str]],
    sheet: str | None = None,
    heading_row: int | None = None,
) -> Sheet:
    """Take the table out of a workbook.

    Args:
        path: the workbook.
        shown: what the user calls it.
        workspace: where temporary files go.
        wanted: accepted headings of every field that a profile needs.
        sheet: its name; `*` for all sheets that fit; None for the one that fits.
        heading_row: row of the headings in the sheet, from 1; None to look for them.

    Raises:
        ExportError: if there is no such sheet, or none or several that fit.
    """
    check_size(path, shown)
    try:
        book = fastexcel.read_excel(path)
        names = book.sheet_names
        if sheet not in (None, ALL_SHEETS, *names):
            raise ExportError(f"{shown}: has no sheet {sheet!r}; its sheets are {', '.join(names)}.")
        asked = [sheet] if sheet and sheet != ALL_SHEETS else names
        tables = {name: _table(book, name, wanted, heading_row) for name in asked}
    except fastexcel.FastExcelError as error:
        raise _damaged(shown, error) from error
    chosen = _choose({name: table for name, table in tables.items() if table}, shown, sheet, len(wanted))
    frame = pl.concat([table.frame for table in chosen], how="diagonal")
    numbered = frame.drop("source_row").with_row_index("source_row", offset=1)
    out = workspace.file(".parquet")
    numbered.write_parquet(out)
    headings = tuple(name for name in numbered.columns if name not in ("source_row", "line"))
    notes = [note for table in chosen for note in table.notes]
    return Sheet(out, headings, numbered.height, tuple(dict.fromkeys(notes)))


def sheet_names(path: Path, shown: str) -> list[str]:
    """The names of a workbook's sheets.

    Raises:
        ExportError: if the workbook cannot be read.
    """
    check_size(path, shown)
    try:
        return list(fastexcel.read_excel(path).sheet_names)
    except fastexcel.FastExcelError as error:
        raise _damaged(shown, error) from error


def _damaged(shown: str, error: Exception) -> ExportError:
    reason = str(error).splitlines()[0]
    return ExportError(f"{shown}: the workbook cannot be read ({reason}); save it again as XLSX or CSV.")


@dataclass(frozen=True)
class _Table:
    name: str
    frame: pl.DataFrame
    hits: int
    notes: list[str]


def _table(
    book: fastexcel.ExcelReader, name: str, wanted: Sequence[Sequence[str]], heading_row: int | None
) -> _Table | None:
    """The table in a sheet, or None if the sheet has none."""
    # Without a heading row the reader keeps every row from the first, so that numbers are the sheet's own.
    cells = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    if cells.is_empty():
        return None
    rows = [(heading_row - 1, cells.row(heading_row - 1))] if heading_row and heading_row <= cells.height else []
    if not heading_row:
        rows = list(enumerate(cells.head(_DEPTH).iter_rows()))
    index, _ = heading_index([row for _, row in rows], wanted, fixed=heading_row is not None)
    if index is None:
        return None
    at, heading_cells = rows[index]
    names, notes = column_names(heading_cells, wanted)
    body = cells.rename(dict(zip(cells.columns, names, strict=True))).with_row_index("line", offset=1)
    filled = pl.any_horizontal(pl.col(names).is_not_null())
    body = body.filter(filled, pl.col("line") > at + 1).with_row_index("source_row", offset=1)
    hits = sum(any(heading in names for heading in accepted) for accepted in wanted)
    return _Table(name, body, hits, notes)


def _choose(tables: dict[str, _Table], shown: str, sheet: str | None, needed: int) -> list[_Table]:
    if not tables:
        raise ExportError(f"{shown}: no sheet holds a table with headings; name the sheet in the profile's `reading`.")
    if sheet == ALL_SHEETS:
        return [table for table in tables.values() if table.hits == needed] or list(tables.values())[:1]
    best = max(table.hits for table in tables.values())
    fitting = [table for table in tables.values() if table.hits == best]
    if len(fitting) > 1 and best:
        names = ", ".join(table.name for table in fitting)
        raise ExportError(
            f"{shown}: the sheets {names} all fit; name one as `sheet` under the profile's `reading`, or '*' for all."
        )
    table = fitting[0]
    others = [name for name in tables if name != table.name]
    if others:
        table.notes.append(f"the sheet {table.name!r} is read; other sheets are not: {', '.join(others)}")
    return [table]


def read_parquet(path: Path, shown: str, wanted: Sequence[Sequence[str]]) -> Sheet:
    """A Parquet file as a table of text; dates become ISO dates.

    Raises:
        ExportError: if it is damaged or has columns of lists or structures.
    """
    try:
        schema = pl.scan_parquet(path, glob=False).collect_schema()
        nested = [name for name, dtype in schema.items() if dtype.is_nested() or dtype == pl.Binary]
        if nested:
            raise ExportError(f"{shown}: the columns {', '.join(nested[:5])} hold lists or bytes; export them as text.")
        rows = int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
        # The end of the file is cut off more often than its beginning: reading one row proves little.
        pl.scan_parquet(path, glob=False).select(pl.all().null_count()).collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ExportError(f"{shown}: the Parquet file is damaged or cut short; export it again.") from error
    names, notes = column_names(schema.names(), wanted)
    return Sheet(path, names, rows, tuple(notes))


def scan_parquet(path: Path, headings: Sequence[str]) -> pl.LazyFrame:
    """The rows of a Parquet file as text under these headings."""
    frame = pl.scan_parquet(path, glob=False)
    own = frame.collect_schema().names()
    text = [pl.col(name).cast(pl.String).alias(heading) for name, heading in zip(own, headings, strict=True)]
    numbered = frame.select(text).with_row_index("source_row", offset=1)
    return numbered.with_columns(line=pl.col("source_row").cast(pl.Int64))
