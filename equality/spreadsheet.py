"""Text for spreadsheets: nothing from an export may become a formula when a file is opened.

A value that begins with `=`, `+`, `-`, `@`, a tab or a line break (also behind apostrophes) gets an apostrophe in
front. Nothing else is changed, so taking that apostrophe away gives back exactly what the export held.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from equality.errors import StoreError

_LOOKS_LIKE_A_FORMULA: Final = r"^('*[=+\-@\t\r\n])"
_NEUTRALISED: Final = r"^'('*[=+\-@\t\r\n])"
_SHEET: Final = 1_000_000
"""Rows of one sheet: Excel holds 1,048,576."""
_CELL: Final = 32_767
"""Characters of one cell, by Excel's own limit."""
_CUT: Final = " … (cut: the CSV file holds all of it)"


def neutralised(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame whose text no spreadsheet takes for a formula."""
    return frame.with_columns(pl.col(pl.String).str.replace(_LOOKS_LIKE_A_FORMULA, "'$1"))


def inert(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame for the screen: what a spreadsheet would take for a formula has an invisible word joiner in front."""
    return frame.with_columns(pl.col(pl.String).str.replace(_LOOKS_LIKE_A_FORMULA, "\u2060$1"))


def neutral(text: str) -> str:
    """One text that no spreadsheet takes for a formula."""
    return f"'{text}" if re.match(_LOOKS_LIKE_A_FORMULA, text) else text


def restored(frame: pl.DataFrame) -> pl.DataFrame:
    """What `neutralised` was given."""
    return frame.with_columns(pl.col(pl.String).str.replace(_NEUTRALISED, "$1"))


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """A frame as CSV, neutralised, with the mark by which Excel knows UTF-8."""
    return neutralised(frame).write_csv(include_bom=True).encode()


def xlsx_bytes(frame: pl.DataFrame, sheet: str, cover: Mapping[str, str] | None = None, marking: str = "") -> bytes:
    """A frame as a workbook, neutralised: as many sheets as its rows need.

    Args:
        frame: columns of text, whole numbers and dates.
        sheet: the first sheet's name; further ones are numbered.
        cover: what a sheet before them says, as name → text.
        marking: stands at the top and the bottom of every printed page, and above the cover.
    """
    import io

    from xlsxwriter import Workbook

    content = io.BytesIO()
    safe = neutralised(frame).with_columns(
        pl.when(pl.col(pl.String).str.len_chars() > _CELL)
        .then(pl.col(pl.String).str.head(_CELL - len(_CUT)) + _CUT)
        .otherwise(pl.col(pl.String))
        .name.keep()
    )
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as book:
        if cover is not None:
            _cover(book, cover, marking)
        for number, start in enumerate(range(0, max(frame.height, 1), _SHEET), start=1):
            name = sheet if number == 1 else f"{sheet} {number}"
            safe.slice(start, _SHEET).write_excel(book, name, autofit=frame.height <= 10_000, freeze_panes=(1, 0))
        if marking:
            for each in book.worksheets():
                # An ampersand begins a code of Excel's.
                printed = marking.replace("&", "&&")
                each.set_header(f"&C{printed}")
                each.set_footer(f"&C{printed}&RPage &P of &N")
    return content.getvalue()


def _cover(book: Any, cover: Mapping[str, str], marking: str) -> None:
    sheet = book.add_worksheet("About")
    bold, wrapped = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    if marking:
        sheet.write_string(0, 0, neutral(marking), bold)
    for row, (name, text) in enumerate(cover.items(), start=2 if marking else 0):
        sheet.write_string(row, 0, neutral(name), bold)
        sheet.write_string(row, 1, neutral(text), wrapped)


def write(frame: pl.DataFrame, path: Path, sheet: str) -> None:
    """Write a frame as CSV or as a workbook, by the file's name.

    Raises:
        StoreError: if the name ends in neither `.csv` nor `.xlsx`, or the file exists or cannot be written.
    """
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise StoreError(f"{path}: the name must end in .csv or .xlsx.")
    content = csv_bytes(frame) if path.suffix.lower() == ".csv" else xlsx_bytes(frame, sheet)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise StoreError(f"{path} exists already; choose another name or delete it.") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror}).") from error
