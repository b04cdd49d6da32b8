"""Text for the screen: numbers, months and labels, each written one way everywhere."""

from __future__ import annotations

import re
from typing import Final

from equality.analysis.words import month_name, period_name

MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@^=\"'/])")


def plain(label: str) -> str:
    """A label from the data as Markdown that shows exactly its characters.

    Every piece of ASCII punctuation is escaped, so that links, images, HTML, formulas and Streamlit's own
    `:directives:` in a label stay text; a line break becomes a space.
    """
    return MARKDOWN.sub(r"\\\1", " ".join(label.split()))


__all__ = ["month_name", "period_name", "plain"]
