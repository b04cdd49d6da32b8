"""How the files of a briefing end; apart from what writes them, which takes a while to import."""

from __future__ import annotations

from typing import Final

ENDINGS: Final = ("pdf", "pptx", "html", "xlsx", "csv.zip")
