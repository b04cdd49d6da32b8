"""What stands on a slide: boxes of words, pictures and tables, and how much room each takes. Lengths are in inches."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from equality.briefing.document import Figure, Table
from equality.briefing.fitting import column_widths, lines, unbroken
from equality.briefing.pictures import png

NAVY: Final = RGBColor(0x12, 0x43, 0x6D)
INK: Final = RGBColor(0x0B, 0x0C, 0x0C)
SOFT: Final = RGBColor(0x48, 0x49, 0x49)
HAIR: Final = "C9CDD1"
LEFT, RIGHT, TOP, BOTTOM = 0.6, 12.73, 0.45, 6.85
"""The edges of what is said, in inches; the marking stands outside."""
TITLE_HEIGHT: Final = 0.75
TITLE_SIZE, SMALL_TITLE = 26, 19
"""Of titles in points: those of two lines are set smaller."""
ROW: Final = 0.32
"""Height of a table's row of one line, in inches."""
LINE: Final = 0.19
"""What each further line adds, in inches."""
CLEAR: Final = 0.08
"""Between a picture and its caption, in inches."""


def add_picture(slide: Any, figure: Figure, left: float, top: float, width: float, height: float) -> None:
    """The picture as large as its place allows, with its caption below."""
    caption = height_of([figure.title], width, 12) + CLEAR
    shape = slide.shapes.add_picture(io.BytesIO(png(figure)), Inches(left), Inches(top))
    scale = min(Inches(width) / shape.width, Inches(height - caption) / shape.height)
    shape.width, shape.height = Emu(round(shape.width * scale)), Emu(round(shape.height * scale))
    shape.name = figure.title
    describe(shape, figure.alt)
    below = top + shape.height / Inches(1) + CLEAR
    add_box(slide, left, below, width, caption - CLEAR, [figure.title], 12, colour=SOFT)


def describe(shape: Any, words: str) -> None:
    """Give a shape its alternative text; empty for what is only there to be pleasant."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", words)


def put(shape: Any, left: float, top: float, width: float, height: float) -> None:
    """Move a shape."""
    shape.left, shape.top, shape.width, shape.height = Inches(left), Inches(top), Inches(width), Inches(height)


def add_box(
    slide: Any,
    left: float,
    top: float,
    width: float,
    height: float,
    sentences: Sequence[str],
    size: int,
    *,
    bold: bool = False,
    colour: RGBColor = INK,
    centred: bool = False,
    bulleted: bool = False,
) -> Any:
    """Sentences, one paragraph each; `size` in points."""
    box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height))
    frame = box.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for number, sentence in enumerate(sentences):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = sentence
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, colour
        paragraph.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.LEFT
        paragraph.space_after = Pt(8 if len(sentences) > 1 else 0)
        if bulleted:
            _bullet(paragraph)
    return box


def _bullet(paragraph: Any) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", "228600")
    properties.set("indent", "-228600")
    properties.append(properties.makeelement(qn("a:buChar"), {"char": "•"}))


def height_of(
    sentences: Sequence[str], width: float, size: int, *, bold: bool = False, bulleted: bool = False
) -> float:
    """Of sentences below each other, in inches."""
    room = width - (0.25 if bulleted else 0.0)
    count = sum(lines(sentence, room, size, bold=bold) for sentence in sentences)
    return count * size * 1.2 / 72 + max(0, len(sentences) - 1) * 8 / 72 + 0.08


def row_heights(table: Table, rows: Sequence[Sequence[str]]) -> tuple[float, list[float]]:
    """Of the headings and of each row, in inches."""
    widths = _widths(table)

    def tall(cells: Sequence[str]) -> float:
        most = max(lines(cell, width - 0.2, 12) for cell, width in zip(cells, widths, strict=True))
        return ROW + LINE * (most - 1)

    return tall([unbroken(column.title) for column in table.columns]), [tall(row) for row in rows]


def _widths(table: Table) -> list[float]:
    """Of the columns in inches, the whole as wide as the slide."""
    return column_widths(table, RIGHT - LEFT, 12, 0.2)


def add_table(slide: Any, table: Table, rows: list[list[str]], top: float) -> None:
    """Rows of a table under its headings, as wide as what is said."""
    widths = _widths(table)
    shape = slide.shapes.add_table(
        len(rows) + 1, len(table.columns), Inches(LEFT), Inches(top), Inches(RIGHT - LEFT), Inches(0.35)
    )
    shape.name = table.title
    describe(shape, table.title)
    grid = shape.table
    grid.horz_banding = False
    _plain(grid)
    for place, width in enumerate(widths):
        grid.columns[place].width = Inches(width)
    for place, column in enumerate(table.columns):
        _cell(grid.cell(0, place), unbroken(column.title), column.kind, heading=True)
    heading, heights = row_heights(table, rows)
    for number, height in enumerate([heading, *heights]):
        grid.rows[number].height = Inches(height)
    shape.height = Inches(heading + sum(heights))
    for number, row in enumerate(rows, start=1):
        for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            _cell(grid.cell(number, place), cell, column.kind)


def _plain(grid: Any) -> None:
    """No style of the template: white, with a line below each row."""
    style = grid._tbl.tblPr.find(qn("a:tableStyleId"))
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def _cell(cell: Any, text: str, kind: str, *, heading: bool = False) -> None:
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.margin_left = cell.margin_right = Inches(0.08)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if heading else MSO_ANCHOR.TOP
    paragraph = cell.text_frame.paragraphs[0]
    if text:
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.color.rgb = Pt(12), heading, INK
    paragraph.alignment = PP_ALIGN.LEFT if kind == "text" else PP_ALIGN.RIGHT
    # An empty cell is as tall as the letters that it does not have; an empty run would make LibreOffice forget this.
    paragraph._p.get_or_add_endParaRPr().set("sz", "1200")
    properties = cell._tc.get_or_add_tcPr()
    line = properties.makeelement(qn("a:lnB"), {"w": "19050" if heading else "6350"})
    fill = line.makeelement(qn("a:solidFill"), {})
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": str(NAVY) if heading else HAIR}))
    line.append(fill)
    properties.insert(0, line)
