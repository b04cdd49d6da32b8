"""The tables in the sheets of a workbook (XLSX, XLS, ODS). Runs as a process of its own: see `confined`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from equality.errors import ExportError
from equality.exports.confined import answer
from equality.exports.layout import column_names, heading_index

ALL_SHEETS = "*"
_DEPTH = 40


def take(asked: dict[str, Any]) -> dict[str, Any]:
    """Write the table of a workbook to a Parquet file.

    Args:
        asked: `path`; `out`, the file to be; `shown`, what the user calls the workbook; `wanted`, accepted headings
            of every field that a profile needs; `sheet`; `heading_row`. Or `path`, `shown` and `names_only`.

    Returns:
        `headings`, `rows`, `notes`; or `names` of the sheets.

    Raises:
        ExportError: if there is no such sheet, or none or several that fit.
    """
    shown, sheet, wanted = asked["shown"], asked.get("sheet"), asked.get("wanted", [])
    try:
        book = fastexcel.read_excel(Path(asked["path"]))
        names = book.sheet_names
        if asked.get("names_only"):
            return {"names": names}
        if sheet not in (None, ALL_SHEETS, *names):
            raise ExportError(f"{shown}: has no sheet {sheet!r}; its sheets are {', '.join(names)}.")
        of = [sheet] if sheet and sheet != ALL_SHEETS else names
        tables = {name: _table(book, name, wanted, asked["heading_row"]) for name in of}
    except fastexcel.FastExcelError as error:
        reason = str(error).splitlines()[0]
        raise ExportError(f"{shown}: the workbook cannot be read ({reason}); save it again as XLSX or CSV.") from error
    chosen = _choose({name: table for name, table in tables.items() if table}, shown, sheet, len(wanted))
    frame = pl.concat([table.frame for table in chosen], how="diagonal")
    numbered = frame.drop("source_row").with_row_index("source_row", offset=1)
    numbered.write_parquet(asked["out"])
    headings = [name for name in numbered.columns if name not in ("source_row", "line")]
    notes = [note for table in chosen for note in table.notes]
    return {"headings": headings, "rows": numbered.height, "notes": list(dict.fromkeys(notes))}


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


if __name__ == "__main__":
    sys.exit(answer(take))
