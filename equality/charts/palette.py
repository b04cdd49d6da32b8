"""Colours of the charts: the Analysis Function's palette, with a list of its own for dark mode.

State colours differ in lightness from their neighbours in the order of the states, so that a bar can be read in
greyscale; `tests/charts` holds the contrasts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

FONT: Final = '"Source Sans", "Source Sans Pro", "Segoe UI", Arial, sans-serif'
NARROW: Final = "windowSize()[0] < 700"
"""Vega expression: the browser's window is a phone's, where the panels stand below each other."""


@dataclass(frozen=True)
class Palette:
    """The colours of one mode.

    Attributes:
        background: the page behind the chart, for outlines that separate marks.
        text: words and values.
        muted: secondary words.
        grid: hairlines.
        mark: the dots and lines of the measured rate.
        target: the target's tick.
        national: the national figure's diamond.
        too_few: fill of cells with too few people.
        outline: edge of pale fills.
        states: state → fill.
        steps: five shades of a rate, from the largest gap to none.
        on_steps: the text colour on each shade.
    """

    background: str
    text: str
    muted: str
    grid: str
    mark: str
    target: str
    national: str
    too_few: str
    outline: str
    states: Mapping[str, str]
    steps: tuple[str, ...]
    on_steps: tuple[str, ...]


LIGHT: Final = Palette(
    background="#ffffff",
    text="#0b0c0c",
    muted="#484949",
    grid="#d8dbde",
    mark="#12436D",
    target="#0b0c0c",
    national="#801650",
    too_few="#f3f5f7",
    outline="#6b6f72",
    states={
        "valid": "#12436D",
        "declined": "#A285D1",
        "not_obtained": "#2073BC",
        "not_stated": "#6BACE6",
        # The palette's turquoise is as light as its orange: darkened, to be told from its neighbour in grey.
        "unknown": "#1B7F77",
        "invalid": "#F46A25",
        "blank": "#E6E8EA",
    },
    steps=("#12436D", "#2073BC", "#6BACE6", "#B5D5F2", "#E8F2FB"),
    on_steps=("#ffffff", "#ffffff", "#0b0c0c", "#0b0c0c", "#0b0c0c"),
)

DARK: Final = Palette(
    background="#171614",
    text="#f5f4f2",
    muted="#c2bfba",
    grid="#3d3b37",
    mark="#6BACE6",
    target="#f5f4f2",
    national="#F4A8CF",
    too_few="#24231f",
    outline="#9a968f",
    states={
        "valid": "#A9D3F7",
        "declined": "#A285D1",
        "not_obtained": "#2073BC",
        "not_stated": "#6BACE6",
        "unknown": "#1B7F77",
        "invalid": "#FF9A62",
        "blank": "#33312d",
    },
    steps=("#A9D3F7", "#6BACE6", "#2E7FC4", "#1B4E7D", "#1F2E3D"),
    on_steps=("#0b0c0c", "#0b0c0c", "#0b0c0c", "#ffffff", "#ffffff"),
)


def palette(dark: bool) -> Palette:
    """The colours of the mode."""
    return DARK if dark else LIGHT


def styled(chart: alt.TopLevelMixin, colours: Palette) -> Any:
    """The chart with the fonts and text colours that all charts share, on a transparent ground."""
    return (
        chart.configure(background="transparent", font=FONT, padding={"left": 2, "right": 2, "top": 0, "bottom": 0})
        .configure_view(stroke=None)
        .configure_text(font=FONT, fontSize=13, color=colours.text)
        .configure_axis(
            labelFont=FONT,
            labelFontSize=13,
            labelColor=colours.text,
            titleFont=FONT,
            titleColor=colours.text,
            domain=False,
            ticks=False,
            grid=False,
        )
        .configure_title(font=FONT, color=colours.text, anchor="start", fontSize=14)
    )
