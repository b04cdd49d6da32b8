"""How many lines a text takes, so that slides are divided before anything runs over an edge."""

from __future__ import annotations

import functools
from typing import Final

from PIL import ImageFont

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
