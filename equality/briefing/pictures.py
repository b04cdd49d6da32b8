"""Charts as files: SVG for PDF, the same inside the page for HTML, PNG for slides and the screen."""

from __future__ import annotations

import functools
import json
import re
from html import escape
from pathlib import Path
from typing import Any, Final

import font_source_sans_pro
import vl_convert as vlc

from equality.briefing.document import Figure
from equality.charts.palette import NARROW

FONTS: Final = Path(font_source_sans_pro.__file__).with_name("files")
"""The folder of the typeface, which comes with its package: no font of the machine is needed."""
TYPEFACE: Final = "Source Sans Pro"
SHARPNESS: Final = 3.0
"""Pixels of a PNG for each pixel of the chart: 288 an inch."""


@functools.cache
def _fonts() -> None:
    vlc.register_font_directory(str(FONTS))


@functools.lru_cache(maxsize=64)
def svg(figure: Figure) -> str:
    """A figure as SVG, of the same bytes for the same figure; drawn once for all formats."""
    _fonts()
    return _without_counters(vlc.vegalite_to_svg(_spec(figure)))


TAG: Final = re.compile(r'<[a-z](?:"[^"]*"|[^">])*>')
SPOKEN: Final = re.compile(r' (?:role|aria-[a-z]+|class)="[^"]*"')
"""What a screen reader would say of each mark."""
REFERENCE: Final = re.compile(r'(id="|url\(#|href="#)(?=part\d)')
"""What names a part of the picture."""


def inline(figure: Figure, name: str) -> str:
    """A figure as an element of a web page: its letters are the page's, its words to a screen reader one text.

    As a file of its own it would have whatever letters the reader's machine has, wider than their places.

    Args:
        figure: what is drawn.
        name: unlike that of every other picture of the page.
    """
    drawn = TAG.sub(lambda tag: REFERENCE.sub(rf"\1{name}-", SPOKEN.sub("", tag[0])), svg(figure))
    return drawn.replace("<svg", f'<svg role="img" aria-label="{escape(figure.alt)}"', 1)


@functools.lru_cache(maxsize=64)
def png(figure: Figure) -> bytes:
    """A figure as PNG on white."""
    return vlc.svg_to_png(svg(figure), scale=SHARPNESS)


def _spec(figure: Figure) -> str:
    spec: dict[str, Any] = figure.chart.to_dict(format="vega-lite")
    spec["config"] = spec.get("config", {}) | {"background": "white", "font": TYPEFACE}
    # Paper is as wide as it is: no phone's layout, whatever size of window the renderer claims to have.
    return json.dumps(spec).replace(NARROW, "false")


def _without_counters(drawn: str) -> str:
    # Vega numbers clip paths and gradients through the life of a process.
    names = list(dict.fromkeys(re.findall(r'id="((?:clip|gradient)_?\d+)"', drawn)))
    for number, name in enumerate(names):
        drawn = re.sub(rf"\b{name}\b", f"part{number}", drawn)
    return drawn


def ratio(figure: Figure) -> float:
    """Height of a figure for each unit of its width."""
    found = re.search(r'<svg[^>]*?width="([\d.]+)"[^>]*?height="([\d.]+)"', svg(figure))
    if found is None:
        raise ValueError(f"the picture {figure.title!r} has no size")
    return float(found[2]) / float(found[1])
