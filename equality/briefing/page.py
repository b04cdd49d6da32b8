"""A briefing as one HTML file that needs nothing else: pictures and typeface inside, no script, nothing fetched."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from equality.briefing.document import Briefing
from equality.briefing.pictures import FONTS, svg


def write(briefing: Briefing) -> bytes:
    """The briefing as HTML; what it says is escaped, never markup."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pictures = [_base64(svg(s.figure).encode()) if s.figure else "" for s in briefing.sections]
    fonts = {weight: _base64((FONTS / f"SourceSansPro-{name}.ttf").read_bytes()) for weight, name in _WEIGHTS.items()}
    return environment.get_template("briefing.html.j2").render(briefing=briefing, pictures=pictures, **fonts).encode()


_WEIGHTS = {"regular": "Regular", "bold": "Semibold"}


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")
