"""The figures of a briefing as a workbook or as CSV files.

One tidy table per sheet, as the Analysis Function's guidance on spreadsheets asks: a cover sheet with the notes, one
heading row, no merged cells, markers explained.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from equality.briefing.document import MARKERS, Briefing, Column, Section, Table
from equality.spreadsheet import neutral

FORMATS: Final[dict[str, dict[str, Any]]] = {
    "text": {"text_wrap": True},
    "count": {"num_format": "#,##0"},
    "percent": {"num_format": '0.0"%"'},
}
LONGEST_NAME: Final = 31
"""Characters of a sheet's name, by Excel's own limit."""


def write(briefing: Briefing) -> bytes:
    """The briefing's texts and tables as XLSX; numbers are numbers, rounded as they are printed."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as book:
        book.set_properties(
            {
                "title": briefing.title,
                "author": briefing.provenance.made_by,
                "comments": briefing.status,
                "created": briefing.provenance.made_at,
            }
        )
        styles = {kind: book.add_format({**layout, "valign": "top"}) for kind, layout in FORMATS.items()}
        styles |= {
            "title": book.add_format({"bold": True, "font_size": 15}),
            "heading": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"}),
        }
        _cover(book.add_worksheet("Cover"), briefing, styles)
        names = sheet_names(briefing)
        for (section, table), name in zip(briefing.tables(), names, strict=True):
            _table(book.add_worksheet(name), section, table, briefing, styles)
    return content.getvalue()


def sheet_names(briefing: Briefing) -> list[str]:
    """A name per table, in order: short, unlike each other, with no character that Excel refuses."""
    names: list[str] = []
    for number, (section, _) in enumerate(briefing.tables(), start=1):
        words = re.sub(r"[\[\]:*?/\\']", "", section.title)
        names.append(f"{number} {words}"[:LONGEST_NAME].strip())
    return names


def _cover(sheet: Worksheet, briefing: Briefing, styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 110)
    marking = f"{briefing.marking.classification} · {briefing.marking.handling}"
    lines = [marking, briefing.subtitle, briefing.status]
    for section in briefing.sections:
        lines += [section.title, section.finding, *section.points, *section.notes]
        lines += [section.figure.title] if section.figure else []
    lines += [f"{term}: {meaning}" for term, meaning in briefing.definitions.items()]
    lines += [*briefing.origin, *(f"{marker}: {meaning}" for marker, meaning in MARKERS.items())]
    sheet.write_string(0, 0, neutral(briefing.title), styles["title"])
    titles = {section.title for section in briefing.sections}
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, neutral(line), styles["heading" if line in titles else "text"])


def _table(sheet: Worksheet, section: Section, table: Table, briefing: Briefing, styles: dict[str, Any]) -> None:
    above = [
        table.title,
        f"{briefing.title}. {briefing.subtitle}. {briefing.status}",
        f"{briefing.marking.classification} · {briefing.marking.handling}",
    ]
    for row, line in enumerate(above):
        sheet.write_string(row, 0, neutral(line), styles["title"] if row == 0 else None)
    top = len(above)
    for place, column in enumerate(table.columns):
        sheet.write_string(top, place, neutral(column.title), styles["heading"])
        sheet.set_column(place, place, _width(table, place))
    for row, values in enumerate(table.rows, start=top + 1):
        for place, (value, column) in enumerate(zip(values, table.columns, strict=True)):
            _cell(sheet, row, place, value, column, styles)
    if table.rows:
        sheet.autofilter(top, 0, top + len(table.rows), len(table.columns) - 1)
    sheet.freeze_panes(top + 1, 1)


def _cell(sheet: Worksheet, row: int, place: int, value: Any, column: Column, styles: dict[str, Any]) -> None:
    if isinstance(value, str):
        sheet.write_string(row, place, neutral(value), styles["text"])
    elif value is not None:
        sheet.write_number(row, place, round(value, 1), styles[column.kind])


def _width(table: Table, place: int) -> float:
    longest = max([len(row[place]) for row in table.texts()], default=0)
    return min(60, max(longest, min(len(table.columns[place].title), 22)) + 3)


def write_csv(briefing: Briefing) -> bytes:
    """The tables as CSV files in a zip, with a list of contents; the same briefing gives the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        contents = [("file", "title", "status", "marking")]
        for (_, table), name in zip(briefing.tables(), sheet_names(briefing), strict=True):
            file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") + ".csv"
            contents.append((file, table.title, briefing.status, briefing.marking.classification))
            rows = [[c.title for c in table.columns], *([_bare(v) for v in row] for row in table.rows)]
            _add(archive, file, rows)
        _add(archive, "contents.csv", contents)
    return content.getvalue()


def _bare(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.1f}"
    return "" if value is None else str(value)


def _add(archive: zipfile.ZipFile, name: str, rows: list[Any]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([neutral(cell) for cell in row] for row in rows)
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), "\ufeff" + text.getvalue())
