"""The figures of a briefing as a workbook or as CSV files.

One tidy table per sheet, as the Analysis Function's guidance on spreadsheets asks: a cover sheet with the notes, one
heading row, no merged cells, markers explained.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from equality.briefing.document import MARKERS, Briefing, Column, Table
from equality.briefing.fitting import lines as fitted
from equality.briefing.fitting import unbroken
from equality.spreadsheet import neutral

FORMATS: Final[dict[str, dict[str, Any]]] = {
    "text": {"text_wrap": True},
    # Apart from the numbers before it.
    "words": {"text_wrap": True, "align": "left", "indent": 2},
    "count": {"num_format": "#,##0"},
    "percent": {"num_format": '0.0"%"'},
    # A marker stands where a number would: its edge is that of the numbers.
    "marker": {"align": "right"},
}
TYPEFACE: Final = "Arial"
SIZE, TITLE_SIZE, SECTION_SIZE = 11, 16, 13
"""Of letters in points: of what is said, of the title, and of headings."""
NAVY: Final = "#12436D"
LONGEST_NAME: Final = 31
"""Characters of a sheet's name, by Excel's own limit."""
COVER: Final = 82.0
"""Width of the cover's text, in characters: that of an A4 page."""
CHARACTER: Final = 0.083
"""Width of one of a column's characters, in inches: that of a digit at `SIZE`."""
LONGEST_MARK: Final = 250
"""Characters of a sheet's header or footer, by Excel's own limit of 255."""
A4: Final = 9
PAGE: Final = 690.0
"""Height of what is printed on a page of the cover, in points."""
HEADING_MOST: Final = 16
"""Characters of a heading in one line; a longer one has two."""
BUTTON: Final = 2
"""Characters that the button of a filter takes in a heading."""


def write(briefing: Briefing) -> bytes:
    """The briefing's texts and tables as XLSX; numbers are numbers, rounded as they are printed."""
    content = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": TYPEFACE, "font_size": SIZE},
    }
    with Workbook(content, options) as book:
        book.set_properties(
            {
                "title": briefing.title,
                "author": briefing.provenance.made_by,
                "comments": briefing.status,
                "created": briefing.provenance.made_at,
            }
        )
        styles = {kind: book.add_format({"valign": "vcenter", **layout}) for kind, layout in FORMATS.items()}
        heading = {"bold": True, "text_wrap": True, "bottom": 2, "bottom_color": NAVY, "valign": "bottom"}
        strong = {"bold": True, "font_color": NAVY, "text_wrap": True, "valign": "bottom"}
        styles |= {
            "plain": book.add_format({"valign": "top"}),
            "title": book.add_format({**strong, "font_size": TITLE_SIZE}),
            "caption": book.add_format({"bold": True, "font_color": NAVY, "font_size": SECTION_SIZE}),
            "section": book.add_format({**strong, "font_size": SECTION_SIZE}),
            "finding": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "heading": book.add_format(heading),
            "words heading": book.add_format({**heading, "align": "left", "indent": 2}),
            "number": book.add_format({**heading, "align": "right", "indent": BUTTON}),
            "link": book.add_format({"font_color": "#1A65A6", "underline": 1, "valign": "top", "text_wrap": True}),
        }
        names = sheet_names(briefing)
        _cover(book.add_worksheet("Cover"), briefing, names, styles)
        for (_, table), name in zip(briefing.tables(), names, strict=True):
            _table(book.add_worksheet(name), table, briefing, styles)
    return content.getvalue()


def sheet_names(briefing: Briefing) -> list[str]:
    """A name per table, in order: short, unlike each other, with no character that Excel refuses."""
    names: list[str] = []
    for number, (section, _) in enumerate(briefing.tables(), start=1):
        words = re.sub(r"[\[\]:*?/\\']", "", section.title)
        name = f"{number} {words}".strip()
        if len(name) > LONGEST_NAME:
            # Whole words only: half a word reads like a mistake.
            name = name[: LONGEST_NAME + 1].rsplit(" ", 1)[0] if " " in name[2:LONGEST_NAME] else name[:LONGEST_NAME]
        names.append(name.rstrip(" ,;"))
    return names


def _cover(sheet: Worksheet, briefing: Briefing, names: list[str], styles: dict[str, Any]) -> None:
    """Everything that is said, with links to the sheets of figures."""
    _paper(sheet, briefing)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, COVER)
    marking = f"{briefing.marking.classification} · {briefing.marking.handling}"
    lines: list[tuple[str, str]] = [(briefing.title, "title"), (marking, "finding")]
    lines += [(line, "text") for line in (briefing.subtitle, briefing.source, briefing.status)]
    lines.append(("The figures, a sheet for each table", "section"))
    links = {}
    for (section, _), name in zip(briefing.tables(), names, strict=True):
        links[len(lines)] = f"internal:'{name}'!A1"
        lines.append((section.title, "link"))
    for section in briefing.sections:
        lines += [(section.title, "section"), (section.finding, "finding")]
        lines += [(line, "text") for line in (*section.points, *section.notes)]
        lines += [(section.figure.title, "text")] if section.figure else []
    lines.append(("How this is counted", "section"))
    lines += [(f"{term}: {meaning}", "text") for term, meaning in briefing.definitions.items()]
    lines += [(f"{marker}: {meaning}", "text") for marker, meaning in MARKERS.items()]
    lines.append(("Where these figures come from", "section"))
    lines += [(line, "text") for line in briefing.origin]
    heights = [_tall(line, style) for line, style in lines]
    sheet.set_h_pagebreaks(page_breaks(heights, [style == "section" for _, style in lines], PAGE))
    for row, (line, style) in enumerate(lines):
        sheet.set_row(row, heights[row])
        if row in links:
            sheet.write_url(row, 0, links[row], styles[style], neutral(line))
        else:
            sheet.write_string(row, 0, neutral(line), styles[style])


def page_breaks(heights: Sequence[float], headings: Sequence[bool], page: float) -> list[int]:
    """The rows that begin a page: a heading stays with all that is below it, or with the first line if that is long.

    Args:
        heights: of the rows.
        headings: whether a row is one.
        page: height of a page.
    """
    breaks, used = [], 0.0
    starts = [row for row, heading in enumerate(headings) if heading]
    for row, height in enumerate(heights):
        end = next((start for start in starts if start > row), len(heights)) if headings[row] else row + 1
        needed = sum(heights[row:end])
        if used and used + (needed if needed <= page else sum(heights[row : row + 2])) > page:
            breaks.append(row)
            used = 0.0
        used += height
    return breaks


def _tall(line: str, style: str) -> float:
    """Height of a row of the cover in points: no reader's program is relied on to find it."""
    size = {"title": TITLE_SIZE, "section": SECTION_SIZE}.get(style, SIZE)
    above = {"title": 0, "section": 12}.get(style, 0)
    count = fitted(line, COVER * CHARACTER, size, bold=style not in {"text", "link"})
    return round(count * size * 1.3 + 4 + above, 1)


def _paper(sheet: Worksheet, briefing: Briefing, *, wide: bool = False) -> None:
    """How a sheet prints: A4, the marking at its top and bottom; a wide one across, shrunk to the page."""
    sheet.set_paper(A4)
    if wide:
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.6, top=0.9, bottom=1.0)
    marking = briefing.marking
    below = f"{marking.classification} · {marking.handling}"
    sheet.set_header(f'&C&"{TYPEFACE},Bold"{_mark(marking.classification)}')
    page = f'\n&"{TYPEFACE},Regular"Page &P of &N'
    # The longest that Excel takes: the classification must be on every page, all the rest stands on the sheet too.
    said = (f"{below}\n{briefing.status}", below, marking.classification)
    feet = [f'&C&9&"{TYPEFACE},Bold"{_mark(words)}{page}' for words in said]
    sheet.set_footer(next(foot for foot in feet if len(foot) <= LONGEST_MARK))


def _mark(words: str) -> str:
    """Words inside a header or footer: an ampersand would be read as a command, a digit after a size as its end."""
    return f" {words.replace('&', '&&')}"


def _table(sheet: Worksheet, table: Table, briefing: Briefing, styles: dict[str, Any]) -> None:
    _paper(sheet, briefing, wide=True)
    marking = f"{briefing.marking.classification} · {briefing.marking.handling}"
    # A line each: a longer one would make the printed page as wide as itself, and its letters small.
    above = [table.title, briefing.title, briefing.subtitle, briefing.source, briefing.status, marking]
    for row, line in enumerate(above):
        sheet.write_string(row, 0, neutral(line), styles["plain" if row else "caption"])
    sheet.set_row(0, 24)
    top = len(above)
    widths = [_width(table, place) for place in range(len(table.columns))]
    room = [(width - 1 - BUTTON) * CHARACTER for width in widths]
    breaks = [fitted(unbroken(c.title), inches, SIZE) for c, inches in zip(table.columns, room, strict=True)]
    sheet.set_row(top, 1.3 * SIZE * max(breaks) + 8)
    for place, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
        style = styles["number" if column.kind != "text" else "words heading" if place else "heading"]
        sheet.write_string(top, place, neutral(column.title), style)
        sheet.set_column(place, place, width)
    for row, values in enumerate(table.rows, start=top + 1):
        for place, (value, column) in enumerate(zip(values, table.columns, strict=True)):
            _cell(sheet, row, place, value, column, styles)
    if table.rows:
        sheet.autofilter(top, 0, top + len(table.rows), len(table.columns) - 1)
    sheet.repeat_rows(top)
    sheet.freeze_panes(top + 1, 1)


def _cell(sheet: Worksheet, row: int, place: int, value: Any, column: Column, styles: dict[str, Any]) -> None:
    if isinstance(value, str):
        style = styles["marker" if column.kind != "text" else "words" if place else "text"]
        sheet.write_string(row, place, neutral(value), style)
    elif value is not None:
        sheet.write_number(row, place, round(value, 1), styles[column.kind])


def _width(table: Table, place: int) -> float:
    """Of a column in characters: cells in one line up to 60, headings broken between words, room for the filter."""
    longest = max([len(row[place]) for row in table.texts()], default=0)
    title = unbroken(table.columns[place].title)
    word = max(len(part) for part in title.split(" "))
    heading = len(title) if len(title) <= HEADING_MOST else -(-len(title) // 2)
    return min(60, max(longest, max(word, heading) + BUTTON) + 3)


def write_csv(briefing: Briefing) -> bytes:
    """The tables as CSV files in a zip, with a list of contents; the same briefing gives the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        contents = [("file", "title", "source", "status", "marking")]
        for (_, table), name in zip(briefing.tables(), sheet_names(briefing), strict=True):
            file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") + ".csv"
            contents.append((file, table.title, briefing.source, briefing.status, briefing.marking.classification))
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
