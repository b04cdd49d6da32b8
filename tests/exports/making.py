"""Makes export files in every format, for tests that read them."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

Rows = Sequence[Sequence[Any]]


def text_of(rows: Rows, separator: str = ",", line_end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=line_end, quoting=quoting).writerows(rows)
    return out.getvalue()


def write_bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def write_gzip(path: Path, content: bytes) -> Path:
    return write_bytes(path, gzip.compress(content))


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_xlsx(path: Path, sheets: dict[str, Rows]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy", "strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def write_ods(path: Path, sheets: dict[str, Rows]) -> Path:
    book = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        table = Table(name=name)
        for row in rows:
            line = TableRow()
            for value in row:
                if value is None:
                    line.addElement(CoveredTableCell())
                    continue
                cell = (
                    TableCell(valuetype="date", datevalue=value.isoformat())
                    if isinstance(value, datetime.date)
                    else TableCell(valuetype="string")
                )
                cell.addElement(P(text=str(value)))
                line.addElement(cell)
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.save(str(path))
    return path


def write_xls(path: Path, sheets: dict[str, Rows]) -> Path:
    """The binary workbook of Excel 97 to 2003; dates are real dates."""
    dated = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, datetime.date):
                    sheet.write(number, column, value, dated)
                else:
                    sheet.write(number, column, value)
    book.save(str(path))
    return path


def write_parquet(path: Path, rows: Rows) -> Path:
    head, *body = rows
    pl.DataFrame(body, schema=list(head), orient="row", infer_schema_length=None).write_parquet(path)
    return path
