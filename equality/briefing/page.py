"""A briefing as one HTML file that needs nothing else: pictures and typeface inside, no script, nothing fetched."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from equality.briefing.document import Briefing, Table
from equality.briefing.fitting import column_widths, unbroken
from equality.briefing.pictures import FONTS, inline

PRINTED: Final = 6.69
"""Width of the text of a printed page, in inches."""


def write(briefing: Briefing) -> bytes:
    """The briefing as HTML; what it says is escaped, never markup: only the pictures are."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unbroken"] = unbroken
    pictures = [inline(s.figure, f"picture-{n}") if s.figure else "" for n, s in enumerate(briefing.sections)]
    fonts = {weight: _base64((FONTS / f"SourceSansPro-{name}.ttf").read_bytes()) for weight, name in _WEIGHTS.items()}
    widths = [_widths(s.table) if s.table else [] for s in briefing.sections]
    marking = briefing.marking
    printed = {
        "top": _css(marking.classification),
        "bottom": _css(f"{marking.classification} · {marking.handling}"),
        "status": _css(briefing.status),
    }
    template = environment.get_template("briefing.html.j2")
    return template.render(briefing=briefing, pictures=pictures, widths=widths, printed=printed, **fonts).encode()


_WEIGHTS = {"regular": "Regular", "bold": "Semibold"}


def _widths(table: Table) -> list[float]:
    """Of the columns, in per cent of the table."""
    inches = column_widths(table, PRINTED, 10.5, 0.14, 1.0)
    return [round(100 * one / PRINTED, 1) for one in inches]


def _css(words: str) -> str:
    """Words inside a CSS string: whatever they are, they cannot end it."""
    return "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in words)


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")
