"""Text for the screen: numbers, months and labels, each written one way everywhere."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from equality.analysis.words import month_name, period_name

MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@^=\"'/])")


def plain(label: str) -> str:
    """A label from the data as Markdown that shows exactly its characters.

    Every piece of ASCII punctuation is escaped, so that links, images, HTML, formulas and Streamlit's own
    `:directives:` in a label stay text; a line break becomes a space.
    """
    return MARKDOWN.sub(r"\\\1", " ".join(label.split()))


def day_name(day: date) -> str:
    """A day as `1 November 2026`."""
    return f"{day.day} {day:%B %Y}"


def moment_name(moment: datetime) -> str:
    """A moment as `1 November 2026, 14:05 UTC`."""
    return f"{day_name(moment)}, {moment:%H:%M} UTC"


def count_of(number: int, one: str, many: str = "") -> str:
    """A number of things as `1 file` or `1,200 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


__all__ = ["count_of", "day_name", "moment_name", "month_name", "period_name", "plain"]
