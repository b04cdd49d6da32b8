"""Workbooks (XLSX, XLS, ODS) and Parquet as tables of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from equality.errors import ExportError
from equality.exports.confined import ConfinedError, confined
from equality.exports.layout import column_names
from equality.exports.unpack import check_parquet, check_size
from equality.exports.workspace import Workspace

SECONDS = 300.0
"""How long reading one workbook may take; the largest that there can be, a million rows, takes about one minute."""
MEMORY = 8 << 30
"""Bytes of memory that reading one workbook may take."""


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
        ExportError: if there is no such sheet, or none or several that fit, or its reader crashes, hangs or needs
            too much memory.
    """
    check_size(path, shown)
    out = workspace.file(".parquet")
    asked = {"path": str(path.resolve()), "out": str(out), "shown": shown, "wanted": [list(names) for names in wanted],
             "sheet": sheet, "heading_row": heading_row}  # fmt: skip
    found = _answer(asked)
    return Sheet(out, tuple(found["headings"]), found["rows"], tuple(found["notes"]))


def sheet_names(path: Path, shown: str) -> list[str]:
    """The names of a workbook's sheets.

    Raises:
        ExportError: as for `read_workbook`.
    """
    check_size(path, shown)
    return list(_answer({"path": str(path.resolve()), "shown": shown, "names_only": True})["names"])


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return confined("equality.exports.sheets", asked, SECONDS, MEMORY)
    except ConfinedError as error:
        raise ExportError(
            f"{asked['shown']}: the workbook cannot be read (its reader {error}); it is damaged or too large: save it "
            "again as XLSX, or better as CSV."
        ) from error


def read_parquet(path: Path, shown: str, wanted: Sequence[Sequence[str]]) -> Sheet:
    """A Parquet file as a table of text; dates become ISO dates.

    Raises:
        ExportError: if it is damaged or has columns of lists or structures.
    """
    try:
        check_parquet(path, shown)
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
