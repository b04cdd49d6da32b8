"""How many lines a text takes, so that slides are divided before anything runs over an edge."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Final

from PIL import ImageFont

from equality.briefing.document import Table
from equality.briefing.pictures import FONTS

WIDER: Final = {True: 1.14, False: 1.1}
"""Arial, in which slides are set, bold or not, is this much wider than the typeface that is measured."""
UNIT: Final = 100
HARD_SPACE: Final = "\N{NO-BREAK SPACE}"


@functools.cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / "SourceSansPro-Semibold.ttf"), UNIT)


def measured(text: str, size: float) -> float:
    """Width of a text in one line, in inches, at a size in points, in the typeface of paper and page."""
    return _font().getlength(text) / UNIT * size / 72


def unbroken(heading: str) -> str:
    """A heading whose unit stays with the word before it: `Lower limit, %` never ends with a line of `%` alone."""
    return heading.replace(", %", f",{HARD_SPACE}%")


def lines(text: str, room: float, size: float, *, bold: bool = True) -> int:
    """How many lines a text takes in so many inches."""
    count, used = 1, 0.0
    for word in _words(text):
        needs = measured(f"{word} ", size) * WIDER[bold]
        if used and used + needs > room:
            count, used = count + 1, 0.0
        # A word that is longer than a line is broken.
        extra = int(needs // room) if room > 0 else 0
        count, used = count + extra, (used + needs) - extra * room
    return count


def _words(text: str) -> list[str]:
    """What a line may be broken between: not at a hard space."""
    return re.split(r"[ \t\n]+", text.strip(" \t\n"))


SHORT: Final = 16
"""Characters of cells of words that are not broken, such as months and states."""
LONGEST: Final = 45
"""Characters of a cell of words that a column is made wide enough for; longer ones are broken."""


def column_widths(table: Table, room: float, size: float, margin: float, wider: float = WIDER[True]) -> list[float]:
    """How wide the columns of a table are, in inches: together as wide as the room.

    A number is never broken, nor a short cell, nor a word of a heading; others are, where the room is too small for
    all of them.

    Args:
        table: its headings and cells.
        room: width of the table in inches.
        size: of its letters in points.
        margin: what a cell needs beside its text, in inches.
        wider: the typeface of the table for each unit of the one that is measured.
    """

    def width(text: str) -> float:
        return measured(text, size) * wider

    texts, wanted, least = table.texts(), [], []
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in texts] or [""]
        words = max(width(word) for text in [unbroken(column.title), *cells] for word in _words(text))
        whole = max(width(cell[:LONGEST]) for cell in cells)
        heading = min(width(column.title), 2 * max(whole, words)) if column.kind == "text" else 0.0
        broken = column.kind == "text" and max(map(len, cells)) > SHORT
        least.append((words if broken else max(words, whole)) + margin)
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
