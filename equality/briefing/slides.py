"""A briefing as PPTX: native text and tables, a title on every slide, an alternative text on every picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Inches, Pt

from equality.briefing.document import Briefing, Figure, Section, Table
from equality.briefing.fitting import lines, pack
from equality.briefing.pictures import ratio
from equality.briefing.slide_master import describe_file, set_master
from equality.briefing.slide_parts import (
    BOTTOM,
    LEFT,
    NAVY,
    RIGHT,
    SMALL_TITLE,
    SOFT,
    TITLE_HEIGHT,
    TITLE_SIZE,
    TOP,
    add_box,
    add_picture,
    add_table,
    describe,
    height_of,
    put,
    row_heights,
)

WIDTH, HEIGHT = 13.333, 7.5
"""Of a slide, in inches."""
BESIDE: Final = 4.6
"""Width of the words beside a picture, in inches."""
GAP: Final = 0.3
"""Between the two, in inches."""


def write(briefing: Briefing) -> bytes:
    """The briefing as a PPTX file."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    set_master(deck, briefing)
    describe_file(deck, briefing)
    slides = _Slides(deck)
    slides.cover(briefing)
    for group in _together(briefing.sections):
        slides.summary(group) if len(group) > 1 else slides.section(group[0])
    slides.text("How this is counted", [f"{term}: {meaning}" for term, meaning in briefing.definitions.items()])
    slides.text("Where these figures come from", briefing.origin)
    content = io.BytesIO()
    deck.save(content)
    return content.getvalue()


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
            height_of([section.finding], width, 16, bold=True)
            + (height_of(section.points, width, 14, bulleted=True) if section.points else 0.0)
            + (height_of(section.notes, width, 14) if section.notes else 0.0)
            + 0.2
            for section in sections
        )
        + sum(height_of([section.title], width, 18, bold=True) + 0.1 for section in others)
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
        put(slide.shapes.title, LEFT, 3.5 - tall, RIGHT - LEFT, tall)
        slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size = Pt(40)
        rule = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(LEFT), Inches(3.55), Inches(1.6), Inches(0.06))
        rule.fill.solid()
        rule.fill.fore_color.rgb = NAVY
        rule.line.fill.background()
        rule.shadow.inherit = False
        describe(rule, "")
        selected = height_of([briefing.subtitle], RIGHT - LEFT, 20)
        add_box(slide, LEFT, 3.8, RIGHT - LEFT, selected, [briefing.subtitle], 20)
        made = [briefing.source, briefing.made]
        add_box(slide, LEFT, 3.9 + selected, RIGHT - LEFT, height_of(made, RIGHT - LEFT, 14), made, 14, colour=SOFT)

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
                tall = height_of(words, width, size, bold="bold" in layout, bulleted="bulleted" in layout)
                add_box(slide, LEFT, top, width, tall, words, size, **layout)
                top += tall
            top += 0.2

    def section(self, section: Section) -> None:
        """The finding with its picture, beside or above it; sentences without room there have a slide of their own."""
        slide = self._new(section.title)
        top, width = TOP + TITLE_HEIGHT + 0.1, RIGHT - LEFT
        if section.figure and _beside(section, section.figure, top):
            self._picture_beside(slide, section, section.figure, top)
        else:
            tall = height_of([section.finding], width, 20, bold=True)
            add_box(slide, LEFT, top, width, tall, [section.finding], 20, bold=True)
            top += tall + 0.15
            if section.figure:
                add_picture(slide, section.figure, LEFT, top, width, BOTTOM - top)
                self.text(section.title, section.points)
            elif section.points:
                self._text_from(slide, section.title, section.points, top)
        if section.table:
            self.table(section.title, section.table, section.notes)
        elif section.notes:
            self.text(f"{section.title} Notes", section.notes)

    def _picture_beside(self, slide: Any, section: Section, figure: Figure, top: float) -> None:
        tall = height_of([section.finding], BESIDE, 20, bold=True)
        add_box(slide, LEFT, top, BESIDE, tall, [section.finding], 20, bold=True)
        if section.points:
            below = top + tall + 0.15
            add_box(slide, LEFT, below, BESIDE, BOTTOM - below, section.points, 16, bulleted=True)
        left = LEFT + BESIDE + GAP
        add_picture(slide, figure, left, top, RIGHT - left, BOTTOM - top)

    def text(self, title: str, sentences: Sequence[str]) -> None:
        """Sentences on as many slides as they need."""
        if sentences:
            self._text_from(self._new(title), title, sentences, TOP + TITLE_HEIGHT + 0.15)

    def _text_from(self, slide: Any, title: str, sentences: Sequence[str], top: float) -> None:
        width, first = RIGHT - LEFT, True
        heights = [height_of([sentence], width, 16, bulleted=True) for sentence in sentences]
        # Evenly over slides of the first's room, so that no slide has one line alone.
        done = 0
        for count in pack(heights, BOTTOM - top):
            if not first:
                slide, top = self._new(f"{title} (continued)"), TOP + TITLE_HEIGHT + 0.15
            add_box(slide, LEFT, top, width, BOTTOM - top, sentences[done : done + count], 16, bulleted=True)
            done, first = done + count, False

    def table(self, title: str, table: Table, notes: Sequence[str]) -> None:
        """A table on as many slides as its rows need, the headings on each, the notes below its end."""
        rows, width = table.texts(), RIGHT - LEFT
        heading, heights = row_heights(table, rows)
        top = TOP + TITLE_HEIGHT + 0.05
        caption = height_of([table.title], width, 14) + 0.05
        small = height_of(notes, width, 12) + 0.15 if notes else 0.0
        room = BOTTOM - top - caption - heading
        counts = pack(heights, room, small)
        done = 0
        for number, count in enumerate(counts, start=1):
            of = f" ({number} of {len(counts)})" if len(counts) > 1 else ""
            slide = self._new(f"{title} The figures{of}")
            add_box(slide, LEFT, top, width, caption, [table.title], 14, colour=SOFT)
            add_table(slide, table, rows[done : done + count], top + caption)
            done += count
        below = top + caption + heading + sum(heights[done - counts[-1] :]) + 0.15
        if notes and below + small - 0.15 <= BOTTOM:
            add_box(slide, LEFT, below, width, BOTTOM - below, notes, 12, colour=SOFT)
        else:
            self.text(f"{title} Notes", notes)


def _beside(section: Section, figure: Figure, top: float) -> bool:
    """Whether a picture stands beside the words: where it is larger there than below, or has further words."""
    width, shape = RIGHT - LEFT, ratio(figure)
    points = height_of(section.points, BESIDE, 16, bulleted=True) if section.points else 0.0
    if height_of([section.finding], BESIDE, 20, bold=True) + 0.15 + points > BOTTOM - top:
        return False
    narrow, wide = width - BESIDE - GAP, height_of([section.finding], width, 20, bold=True) + 0.15
    beside = min(narrow, (BOTTOM - top - height_of([figure.title], narrow, 12)) / shape)
    below = min(width, (BOTTOM - top - wide - height_of([figure.title], width, 12)) / shape)
    return bool(section.points) or beside > 0.8 * below
