"""A briefing as PPTX: native text and tables, a title on every slide, an alternative text on every picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Final

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from equality.briefing.document import Briefing, Figure, Section, Table
from equality.briefing.fitting import column_widths, lines, pack, unbroken
from equality.briefing.pictures import png, ratio

NAVY: Final = RGBColor(0x12, 0x43, 0x6D)
INK: Final = RGBColor(0x0B, 0x0C, 0x0C)
SOFT: Final = RGBColor(0x48, 0x49, 0x49)
HAIR: Final = "C9CDD1"
TYPEFACE: Final = "Arial"
WIDTH, HEIGHT = 13.333, 7.5
"""Of a slide, in inches."""
LEFT, RIGHT, TOP, BOTTOM = 0.6, 12.73, 0.45, 6.85
"""The edges of what is said, in inches; the marking stands outside."""
ROW: Final = 0.32
"""Height of a table's row of one line, in inches."""
LINE: Final = 0.19
"""What each further line adds, in inches."""
TITLE_HEIGHT: Final = 0.75
TITLE_SIZE, SMALL_TITLE = 26, 19
"""Of titles in points: those of two lines are set smaller."""
MARKING, NUMBER = 11, 0.9
"""Size of the marking in points, and width of the slide's number in inches."""
SMALL_MARKING: Final = 9
"""Of a marking that is too long for one line."""
BESIDE: Final = 4.6
"""Width of the words beside a picture, in inches."""
GAP: Final = 0.3
"""Between the two, in inches."""
TITLE_ONLY: Final = 5
"""Place of the layout with nothing but a title among those of the default template."""


def write(briefing: Briefing) -> bytes:
    """The briefing as a PPTX file."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    _master(deck, briefing)
    _properties(deck, briefing)
    slides = _Slides(deck)
    slides.cover(briefing)
    for group in _together(briefing.sections):
        slides.summary(group) if len(group) > 1 else slides.section(group[0])
    slides.text("How this is counted", [f"{term}: {meaning}" for term, meaning in briefing.definitions.items()])
    slides.text("Where these figures come from", briefing.origin)
    content = io.BytesIO()
    deck.save(content)
    return content.getvalue()


def _properties(deck: Any, briefing: Briefing) -> None:
    core, made = deck.core_properties, briefing.provenance.made_at.replace(tzinfo=None)
    core.title, core.author, core.subject = briefing.title, briefing.provenance.made_by, briefing.subtitle
    core.comments, core.language, core.last_modified_by = briefing.status, briefing.language, core.author
    core.created = core.modified = made
    core.revision = 1


def _master(deck: Any, briefing: Briefing) -> None:
    """One clean layout: a title at the top left, the marking above and below it; the others of the template go."""
    master, layout = deck.slide_master, deck.slide_layouts[TITLE_ONLY]
    for other in [one for one in deck.slide_layouts if one is not layout]:
        deck.slide_layouts.remove(other)
    for holder in (*master.placeholders, *layout.placeholders):
        if holder.placeholder_format.type != 1:  # not a title
            holder.element.getparent().remove(holder.element)
        else:
            _place(holder, LEFT, TOP, RIGHT - LEFT, TITLE_HEIGHT)
            holder.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
            # Title, words and tables begin at one edge.
            holder.text_frame.margin_left = holder.text_frame.margin_right = 0
    for level in master.element.iter(qn("p:titleStyle")):
        properties = level.find(qn("a:lvl1pPr"))
        properties.set("algn", "l")
        words = properties.find(qn("a:defRPr"))
        words.set("sz", f"{TITLE_SIZE}00")
        words.set("b", "1")
        fill = words.find(qn("a:solidFill"))
        fill.clear()
        fill.append(fill.makeelement(qn("a:srgbClr"), {"val": str(NAVY)}))
    _typeface(master)
    # A text box can only be made on a slide: it is made there and moved to the master, so that it is on every slide.
    draft = deck.slides.add_slide(layout)
    marking = briefing.marking
    # A slide is often shown without those around it: it says itself which extract it is of.
    status = f"{briefing.status} {briefing.source}"
    below = f"{marking.classification} · {marking.handling}"
    boxes = [
        _box(draft, LEFT, 0.12, RIGHT - LEFT, 0.3, [marking.classification], MARKING, bold=True, centred=True),
        _box(draft, LEFT, 6.91, RIGHT - LEFT - NUMBER, 0.2, [status], _small(status, NUMBER), colour=SOFT),
        _number(draft, RIGHT - NUMBER, 6.91, NUMBER, 0.2),
        _box(draft, LEFT, 7.12, RIGHT - LEFT, 0.34, [below], _small(below), bold=True, centred=True),
    ]
    for box in boxes:
        master.shapes._spTree.append(deepcopy(box._element))
    deck.part.drop_rel(deck.slides._sldIdLst[0].rId)
    del deck.slides._sldIdLst[0]


def _small(text: str, without: float = 0.0) -> int:
    """The size at which a line of the marking has room, in points."""
    return MARKING if lines(text, RIGHT - LEFT - without, MARKING) == 1 else SMALL_MARKING


def _number(slide: Any, left: float, top: float, width: float, height: float) -> Any:
    """A box with the number of whichever slide it is seen on."""
    box = _box(slide, left, top, width, height, ["1"], MARKING, colour=SOFT)
    paragraph = box.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT
    run = paragraph.runs[0]._r
    field = run.makeelement(qn("a:fld"), {"id": "{5B1D5C0E-6E0A-4C5B-9A53-0C2F7C3A9D11}", "type": "slidenum"})
    field.extend(list(run))
    run.getparent().replace(run, field)
    return box


def _typeface(master: Any) -> None:
    theme = next(rel.target_part for rel in master.part.rels.values() if rel.reltype.endswith("/theme"))
    theme._blob = theme.blob.replace(b'typeface="Calibri"', f'typeface="{TYPEFACE}"'.encode())


def _together(sections: Sequence[Section]) -> list[list[Section]]:
    """Sections of nothing but words that follow each other share a slide if they fit."""
    groups: list[list[Section]] = []
    for section in sections:
        words_only = section.figure is None and section.table is None
        if (
            words_only
            and groups
            and _words_only(groups[-1])
            and _summary_height([*groups[-1], section]) <= BOTTOM - TOP
        ):
            groups[-1].append(section)
        else:
            groups.append([section])
    return groups


def _words_only(sections: Sequence[Section]) -> bool:
    return all(section.figure is None and section.table is None for section in sections)


def _summary_height(sections: Sequence[Section]) -> float:
    width = RIGHT - LEFT
    others = sections[1:]
    return (
        TITLE_HEIGHT
        + sum(
            _height([section.finding], width, 16, bold=True)
            + (_height(section.points, width, 14, bulleted=True) if section.points else 0.0)
            + (_height(section.notes, width, 14) if section.notes else 0.0)
            + 0.2
            for section in sections
        )
        + sum(_height([section.title], width, 18, bold=True) + 0.1 for section in others)
    )


class _Slides:
    """Adds one slide after the other."""

    def __init__(self, deck: Any) -> None:
        self._deck = deck

    def _new(self, title: str) -> Any:
        slide = self._deck.slides.add_slide(self._deck.slide_layouts[0])
        slide.shapes.title.text = title
        if lines(title, RIGHT - LEFT - 0.2, TITLE_SIZE) > 1:
            slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size = Pt(SMALL_TITLE)
        return slide

    def cover(self, briefing: Briefing) -> None:
        """Title, what is selected, of which extract, and who made it when."""
        slide = self._new(briefing.title)
        tall = max(1.3, lines(briefing.title, RIGHT - LEFT - 0.2, 40) * 0.7 + 0.1)
        _place(slide.shapes.title, LEFT, 3.5 - tall, RIGHT - LEFT, tall)
        slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size = Pt(40)
        rule = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(LEFT), Inches(3.55), Inches(1.6), Inches(0.06))
        rule.fill.solid()
        rule.fill.fore_color.rgb = NAVY
        rule.line.fill.background()
        rule.shadow.inherit = False
        _describe(rule, "")
        selected = _height([briefing.subtitle], RIGHT - LEFT, 20)
        _box(slide, LEFT, 3.8, RIGHT - LEFT, selected, [briefing.subtitle], 20)
        made = [briefing.source, briefing.made]
        _box(slide, LEFT, 3.9 + selected, RIGHT - LEFT, _height(made, RIGHT - LEFT, 14), made, 14, colour=SOFT)

    def summary(self, sections: Sequence[Section]) -> None:
        """Several sections of words on one slide: the title of the first is the slide's."""
        slide, width, top = self._new(sections[0].title), RIGHT - LEFT, TOP + TITLE_HEIGHT + 0.05
        for number, section in enumerate(sections):
            parts: list[tuple[Sequence[str], int, dict[str, Any]]] = [([section.finding], 16, {"bold": True})]
            if number:
                parts.insert(0, ([section.title], 18, {"bold": True, "colour": NAVY}))
            if section.points:
                parts.append((section.points, 14, {"bulleted": True}))
            if section.notes:
                parts.append((section.notes, 14, {"colour": SOFT}))
            for words, size, layout in parts:
                tall = _height(words, width, size, bold="bold" in layout, bulleted="bulleted" in layout)
                _box(slide, LEFT, top, width, tall, words, size, **layout)
                top += tall
            top += 0.2

    def section(self, section: Section) -> None:
        """The finding with its picture, beside or above it; sentences without room there have a slide of their own."""
        slide = self._new(section.title)
        top, width = TOP + TITLE_HEIGHT + 0.1, RIGHT - LEFT
        if section.figure and _beside(section, section.figure, top):
            self._picture_beside(slide, section, section.figure, top)
        else:
            tall = _height([section.finding], width, 20, bold=True)
            _box(slide, LEFT, top, width, tall, [section.finding], 20, bold=True)
            top += tall + 0.15
            if section.figure:
                _picture(slide, section.figure, LEFT, top, width, BOTTOM - top)
                self.text(section.title, section.points)
            elif section.points:
                self._text_from(slide, section.title, section.points, top)
        if section.table:
            self.table(section.title, section.table, section.notes)
        elif section.notes:
            self.text(f"{section.title} Notes", section.notes)

    def _picture_beside(self, slide: Any, section: Section, figure: Figure, top: float) -> None:
        tall = _height([section.finding], BESIDE, 20, bold=True)
        _box(slide, LEFT, top, BESIDE, tall, [section.finding], 20, bold=True)
        if section.points:
            below = top + tall + 0.15
            _box(slide, LEFT, below, BESIDE, BOTTOM - below, section.points, 16, bulleted=True)
        left = LEFT + BESIDE + GAP
        _picture(slide, figure, left, top, RIGHT - left, BOTTOM - top)

    def text(self, title: str, sentences: Sequence[str]) -> None:
        """Sentences on as many slides as they need."""
        if sentences:
            self._text_from(self._new(title), title, sentences, TOP + TITLE_HEIGHT + 0.15)

    def _text_from(self, slide: Any, title: str, sentences: Sequence[str], top: float) -> None:
        width, first = RIGHT - LEFT, True
        heights = [_height([sentence], width, 16, bulleted=True) for sentence in sentences]
        # Evenly over slides of the first's room, so that no slide has one line alone.
        done = 0
        for count in pack(heights, BOTTOM - top):
            if not first:
                slide, top = self._new(f"{title} (continued)"), TOP + TITLE_HEIGHT + 0.15
            _box(slide, LEFT, top, width, BOTTOM - top, sentences[done : done + count], 16, bulleted=True)
            done, first = done + count, False

    def table(self, title: str, table: Table, notes: Sequence[str]) -> None:
        """A table on as many slides as its rows need, the headings on each, the notes below its end."""
        rows, width = table.texts(), RIGHT - LEFT
        heading, heights = _heights(table, rows)
        top = TOP + TITLE_HEIGHT + 0.05
        caption = _height([table.title], width, 14) + 0.05
        small = _height(notes, width, 12) + 0.15 if notes else 0.0
        room = BOTTOM - top - caption - heading
        counts = pack(heights, room, small)
        done = 0
        for number, count in enumerate(counts, start=1):
            of = f" ({number} of {len(counts)})" if len(counts) > 1 else ""
            slide = self._new(f"{title} The figures{of}")
            _box(slide, LEFT, top, width, caption, [table.title], 14, colour=SOFT)
            _table(slide, table, rows[done : done + count], top + caption)
            done += count
        below = top + caption + heading + sum(heights[done - counts[-1] :]) + 0.15
        if notes and below + small - 0.15 <= BOTTOM:
            _box(slide, LEFT, below, width, BOTTOM - below, notes, 12, colour=SOFT)
        else:
            self.text(f"{title} Notes", notes)


def _beside(section: Section, figure: Figure, top: float) -> bool:
    """Whether a picture stands beside the words: where it is larger there than below, or has further words."""
    width, shape = RIGHT - LEFT, ratio(figure)
    points = _height(section.points, BESIDE, 16, bulleted=True) if section.points else 0.0
    if _height([section.finding], BESIDE, 20, bold=True) + 0.15 + points > BOTTOM - top:
        return False
    narrow, wide = width - BESIDE - GAP, _height([section.finding], width, 20, bold=True) + 0.15
    beside = min(narrow, (BOTTOM - top - _height([figure.title], narrow, 12)) / shape)
    below = min(width, (BOTTOM - top - wide - _height([figure.title], width, 12)) / shape)
    return bool(section.points) or beside > 0.8 * below


def _heights(table: Table, rows: Sequence[Sequence[str]]) -> tuple[float, list[float]]:
    """Of the headings and of each row, in inches."""
    widths = _widths(table)

    def tall(cells: Sequence[str]) -> float:
        most = max(lines(cell, width - 0.2, 12) for cell, width in zip(cells, widths, strict=True))
        return ROW + LINE * (most - 1)

    return tall([unbroken(column.title) for column in table.columns]), [tall(row) for row in rows]


def _widths(table: Table) -> list[float]:
    """Of the columns in inches, the whole as wide as the slide."""
    return column_widths(table, RIGHT - LEFT, 12, 0.2)


def _table(slide: Any, table: Table, rows: list[list[str]], top: float) -> None:
    widths = _widths(table)
    shape = slide.shapes.add_table(
        len(rows) + 1, len(table.columns), Inches(LEFT), Inches(top), Inches(RIGHT - LEFT), Inches(0.35)
    )
    shape.name = table.title
    _describe(shape, table.title)
    grid = shape.table
    grid.horz_banding = False
    _plain(grid)
    for place, width in enumerate(widths):
        grid.columns[place].width = Inches(width)
    for place, column in enumerate(table.columns):
        _cell(grid.cell(0, place), unbroken(column.title), column.kind, heading=True)
    heading, heights = _heights(table, rows)
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


CLEAR: Final = 0.08
"""Between a picture and its caption, in inches."""


def _picture(slide: Any, figure: Figure, left: float, top: float, width: float, height: float) -> None:
    """The picture as large as its place allows, with its caption below."""
    caption = _height([figure.title], width, 12) + CLEAR
    shape = slide.shapes.add_picture(io.BytesIO(png(figure)), Inches(left), Inches(top))
    scale = min(Inches(width) / shape.width, Inches(height - caption) / shape.height)
    shape.width, shape.height = Emu(round(shape.width * scale)), Emu(round(shape.height * scale))
    shape.name = figure.title
    _describe(shape, figure.alt)
    below = top + shape.height / Inches(1) + CLEAR
    _box(slide, left, below, width, caption - CLEAR, [figure.title], 12, colour=SOFT)


def _describe(shape: Any, words: str) -> None:
    shape._element.xpath(".//p:cNvPr")[0].set("descr", words)


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = Inches(left), Inches(top), Inches(width), Inches(height)


def _box(
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


def _height(sentences: Sequence[str], width: float, size: int, *, bold: bool = False, bulleted: bool = False) -> float:
    """Of sentences below each other, in inches."""
    room = width - (0.25 if bulleted else 0.0)
    count = sum(lines(sentence, room, size, bold=bold) for sentence in sentences)
    return count * size * 1.2 / 72 + max(0, len(sentences) - 1) * 8 / 72 + 0.08
