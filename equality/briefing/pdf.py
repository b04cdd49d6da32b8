"""A briefing as PDF: tagged (PDF/UA-1), with alternative texts, headings as bookmarks, a title and a language.

Typst lays it out and refuses to write what lacks a title, a language or an alternative text.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

import typst

from equality.briefing.document import Briefing, Section
from equality.briefing.fitting import column_widths, unbroken
from equality.briefing.pictures import FONTS, ratio, svg

LAYOUT: Final = Path(__file__).with_name("briefing.typ")
TEXT_WIDTH: Final = 6.69
"""Between the margins of `briefing.typ`, in inches: 17 cm."""
STANDARD: Final = "ua-1"
"""Accessible PDF: tags, alternative texts, a title and a language are there, or nothing is written."""


def write(briefing: Briefing) -> bytes:
    """The briefing as a PDF file; the same briefing gives the same bytes."""
    with tempfile.TemporaryDirectory(prefix="equality-briefing-") as name:
        folder = Path(name)
        shutil.copy(LAYOUT, folder / LAYOUT.name)
        content = _content(briefing, folder)
        (folder / "briefing.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return typst.compile(
            folder / LAYOUT.name,
            root=folder,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            pdf_standards=STANDARD,
            timestamp=int(briefing.provenance.made_at.timestamp()),
        )


def _content(briefing: Briefing, folder: Path) -> dict[str, Any]:
    return {
        "title": briefing.title,
        "subtitle": briefing.subtitle,
        "source": briefing.source,
        "author": briefing.provenance.made_by,
        "classification": briefing.marking.classification,
        "handling": briefing.marking.handling,
        "status": briefing.status,
        "sections": [_section(section, number, folder) for number, section in enumerate(briefing.sections)],
        "definitions": [{"term": term, "meaning": meaning} for term, meaning in briefing.definitions.items()],
        "origin": briefing.origin,
    }


def _section(section: Section, number: int, folder: Path) -> dict[str, Any]:
    figure, table = section.figure, section.table
    file = f"figure-{number}.svg"
    if figure:
        (folder / file).write_text(svg(figure), encoding="utf-8")
    return {
        "title": section.title,
        "finding": section.finding,
        "points": section.points,
        "notes": section.notes,
        "new_page": section.figure is not None,
        "figure": {"file": file, "title": figure.title, "alt": figure.alt, "ratio": ratio(figure)} if figure else None,
        "table": {
            "title": table.title,
            "headings": [unbroken(column.title) for column in table.columns],
            "kinds": [column.kind for column in table.columns],
            "widths": column_widths(table, TEXT_WIDTH, 10.5, 0.14, 1.0),
            "rows": table.texts(),
        }
        if table
        else None,
    }
