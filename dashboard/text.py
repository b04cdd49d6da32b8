"""Text for the screen: numbers, months and labels, each written one way everywhere."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from equality.analysis.words import month_name, period_name, with_marks_named

MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@^=\"'/])")
_REWRITTEN: Final = re.compile(
    r"(?<=http)(?=s?://)|(?<=www)(?=\.)|(?<=[\w.+-])(?=@[\w-]+\.)"  # become links
    r"|(?<=:)(?=[a-z_+][\w+-]*:)"  # become icons and pictures
    r"|(?<=\s[<>~-])(?=[>=-]\s)|(?<=\s<-)(?=>\s)",  # become arrows and other signs
    re.IGNORECASE,
)
"""Places inside what Streamlit rewrites in text that has no markup any more, where no escape is left to keep it."""
_NOTHING: Final = "\u200b"
"""A space without width, at which a long address may also break."""


def plain(label: str) -> str:
    """A label from the data as Markdown that shows exactly its characters.

    Every piece of ASCII punctuation is escaped, so that links, images, HTML, formulas and Streamlit's own
    `:directives:` in a label stay text; a line break becomes a space. Addresses, emoji codes and arrows, which are
    looked for after that, are parted by a space without width. Marks of direction are named instead of obeyed.
    """
    named = with_marks_named(" ".join(label.split()))
    return MARKDOWN.sub(r"\\\1", _REWRITTEN.sub(_NOTHING, f" {named} ")[1:-1])


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
