"""Measures what was laid out, by other means than those that laid it out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import vl_convert as vlc
from PIL import Image, ImageChops
from pptx import Presentation
from pptx.util import Length

# Advance widths of Arial (those of Helvetica, Adobe's font metrics), in thousandths of the size; bold is wider.
ARIAL = dict(
    zip(
        map(chr, range(32, 127)),
        [278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278]
        + [556] * 10
        + [278, 278, 584, 584, 584, 556, 1015]
        + [667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833]
        + [722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611]
        + [278, 278, 278, 469, 556, 333]
        + [556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833]
        + [556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500]
        + [334, 260, 334, 584],
        strict=True,
    )
)  # fmt: skip
BOLD = 1.07
LINE = 1.2
"""Height of a line for each unit of its size."""


def arial(text: str, size: float, *, bold: bool) -> float:
    """Width in inches."""
    return sum(ARIAL.get(letter, 600) for letter in text) / 1000 * size / 72 * (BOLD if bold else 1)


def lines(text: str, room: float, size: float, *, bold: bool) -> int:
    """How many lines a text takes in so many inches."""
    count, used = 1, 0.0
    for word in text.split():
        needs = arial(word, size, bold=bold)
        if used and used + arial(" ", size, bold=bold) + needs > room:
            count, used = count + 1, 0.0
        else:
            needs += arial(" ", size, bold=bold) if used else 0
        used += needs
        while used > room:
            count, used = count + 1, used - room
    return count


def overflows(deck: Any) -> Iterator[str]:
    """Every text box, title and table row of a presentation whose text does not fit."""
    for number, slide in enumerate(deck.slides, start=1):
        for shape in slide.shapes:
            where = f"slide {number}: "
            if shape.has_text_frame and shape.text_frame.text.strip():
                needs, has = _box(shape), shape.height.inches
                if needs > has + 0.02:
                    yield f"{where}{shape.text_frame.text[:60]!r} needs {needs:.2f} in of {has:.2f}"
            if shape.has_table:
                yield from (where + said for said in _rows(shape.table))


def marks_overflowing(deck: Any) -> Iterator[str]:
    """Every text of the master, which is on all slides, that does not fit its place or the slide."""
    for shape in deck.slide_master.shapes:
        # The number of the slide is a field without runs, and short.
        if shape.has_text_frame and shape.text_frame.paragraphs[0].runs and not shape.is_placeholder:
            needs, has = _box(shape), shape.height.inches
            if needs > has + 0.02 or shape.top + shape.height > deck.slide_height:
                yield f"{shape.text_frame.text[:60]!r} needs {needs:.2f} in of {has:.2f}"


def _box(shape: Any) -> float:
    total = 0.0
    for paragraph in shape.text_frame.paragraphs:
        run = paragraph.runs[0] if paragraph.runs else None
        size = run.font.size.pt if run and run.font.size else 26.0
        bold = bool(run and run.font.bold) or shape.is_placeholder
        indent = Length(int(paragraph._p.pPr.get("marL", 0))).inches if paragraph._p.pPr is not None else 0.0
        margins = 0.2 if shape.is_placeholder else 0.0
        room = shape.width.inches - indent - margins
        total += lines(paragraph.text, room, size, bold=bold) * LINE * size / 72
        total += paragraph.space_after.inches if paragraph.space_after else 0.0
    last = shape.text_frame.paragraphs[-1].space_after
    return total - (last.inches if last else 0.0)


def _rows(table: Any) -> Iterator[str]:
    for number, row in enumerate(table.rows):
        for column, cell in zip(table.columns, row.cells, strict=True):
            needs = lines(cell.text, column.width.inches - 0.16, 12, bold=number == 0) * LINE * 12 / 72 + 0.08
            if needs > row.height.inches + 0.02:
                yield f"{cell.text!r} needs {needs:.2f} in of {row.height.inches:.2f}"


def deck_of(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def beyond_edges(svg: str, margin: int = 80) -> bool:
    """Whether a picture draws anything beyond its own edges, where it would be clipped."""
    size = re.search(r'<svg[^>]*?width="([\d.]+)"[^>]*?height="([\d.]+)"[^>]*?viewBox="([^"]+)"', svg)
    assert size
    wide, high = float(size[1]), float(size[2])
    head = re.sub(r'viewBox="[^"]+"', f'viewBox="{-margin} {-margin} {wide + 2 * margin} {high + 2 * margin}"', size[0])
    head = head.replace(f'width="{size[1]}"', f'width="{wide + 2 * margin}"')
    head = head.replace(f'height="{size[2]}"', f'height="{high + 2 * margin}"')
    drawn = Image.open(io.BytesIO(vlc.svg_to_png(svg.replace(size[0], head)))).convert("RGBA")
    flat = Image.new("RGB", drawn.size, "white")
    flat.paste(drawn, mask=drawn.getchannel("A"))
    inked = ImageChops.difference(flat, Image.new("RGB", flat.size, "white")).getbbox()
    assert inked, "an empty picture"
    left, top, right, bottom = inked
    return left < margin or top < margin or right > margin + wide + 1 or bottom > margin + high + 1


def scale_numbers(svg: str) -> set[str]:
    """The numbers at a picture's axes, which are the layout's own."""
    groups = re.findall(r'class="mark-text role-axis-label"[^>]*>(.*?)</g>', svg, re.DOTALL)
    return set(re.findall(r"\d+(?:\.\d+)?", " ".join(re.sub(r"<[^>]+>", " ", group) for group in groups)))
