"""How many lines a text takes, so that slides are divided before anything runs over an edge."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from PIL import ImageFont

from equality.briefing.document import Table
from equality.briefing.pictures import FONTS

WIDER: Final = 1.14
"""Arial, in which slides are set, is this much wider than the typeface that is measured."""
UNIT: Final = 100


@functools.cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / "SourceSansPro-Semibold.ttf"), UNIT)


def width(text: str, size: float) -> float:
    """Of a text in one line, in inches, at a size in points."""
    return _font().getlength(text) / UNIT * size / 72 * WIDER


def lines(text: str, room: float, size: float) -> int:
    """How many lines a text takes in so many inches."""
    count, used = 1, 0.0
    for word in text.split():
        needs = width(f"{word} ", size)
        if used and used + needs > room:
            count, used = count + 1, 0.0
        # A word that is longer than a line is broken.
        extra = int(needs // room) if room > 0 else 0
        count, used = count + extra, (used + needs) - extra * room
    return count


LONGEST: Final = 45
"""Characters of a cell of words that a column is made wide enough for; longer ones are broken."""


def column_widths(table: Table, room: float, size: float, margin: float) -> list[float]:
    """How wide the columns of a table are, in inches: together as wide as the room.

    A number is never broken, nor a word of a heading; words are, where the room is too small for all of them.

    Args:
        table: its headings and cells.
        room: width of the table in inches.
        size: of its letters in points.
        margin: what a cell needs beside its text, in inches.
    """
    texts, wanted, least = table.texts(), [], []
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in texts] or [""]
        words = max(width(word, size) for word in [*column.title.split(), *(w for cell in cells for w in cell.split())])
        whole = max(width(cell[:LONGEST], size) for cell in cells)
        heading = min(width(column.title, size), 2 * max(whole, words)) if column.kind == "text" else 0.0
        least.append((words if column.kind == "text" else max(words, whole)) + margin)
        wanted.append(max(words, whole, heading) + margin)
    spare = room - sum(wanted)
    if spare >= 0:
        return [one + spare * one / sum(wanted) for one in wanted]
    give = sum(wanted) - sum(least)
    part = min(1.0, -spare / give) if give else 0.0
    shrunk = [one - part * (one - least[i]) for i, one in enumerate(wanted)]
    # Where not even the longest words fit side by side, all columns give way alike.
    return [one * room / sum(shrunk) for one in shrunk]


STEP: Final = 0.05
"""How finely pages are evened out, in inches."""


def pack(heights: Sequence[float], room: float, below: float = 0.0) -> list[int]:
    """How many things go on each page, in order: on as few pages as will do, and evenly.

    Args:
        heights: of the things, in inches.
        room: height of a page.
        below: what must stand below the last thing.

    Returns:
        A number per page; a thing that is taller than a page has one of its own.
    """
    fewest = _filled(heights, room, room - below)
    tight, size = fewest, room
    while len(tight) == len(fewest) and size > STEP:
        fewest, size = tight, size - STEP
        tight = _filled(heights, size, min(size, room - below))
    return fewest


def _filled(heights: Sequence[float], room: float, last: float) -> list[int]:
    pages, used = [0], 0.0
    for height in heights:
        if pages[-1] and used + height > room:
            pages.append(0)
            used = 0.0
        pages[-1] += 1
        used += height
    if pages[-1] > 1 and used > last:
        # What stands below needs a page with something above it.
        pages[-1] -= 1
        pages.append(1)
    return pages
