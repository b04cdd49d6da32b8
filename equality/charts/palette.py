"""Colours of the charts: the Analysis Function's palette, with a list of its own for dark mode.

State colours differ in lightness from their neighbours in the order of the states, so that a bar can be read in
greyscale; `tests/charts` holds the contrasts.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, TypeVar

import altair as alt

FONT: Final = '"Source Sans", "Source Sans Pro", "Segoe UI", Arial, sans-serif'
NARROW: Final = "windowSize()[0] < 700"
"""Vega expression: the browser's window is a phone's, where the panels stand below each other."""


CHECKED: bool = False
"""Whether charts are checked against Vega-Lite's schema while they are built; the tests set it."""
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Palette:
    """The colours of one mode.

    Attributes:
        background: the page behind the chart, for outlines that separate marks.
        text: words and values.
        muted: secondary words.
        grid: hairlines.
        mark: the dots and lines of the measured rate.
        second: marks of a second kind beside `mark`; darker or lighter than it, to be told apart in greyscale.
        target: the target's tick.
        national: the national figure's diamond.
        common: points of a control chart that chance explains.
        signals: what a signal means → its colour; its shape differs too.
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
    second: str
    target: str
    national: str
    common: str
    signals: Mapping[str, str]
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
    second="#F46A25",
    target="#0b0c0c",
    national="#801650",
    common="#6b6f72",
    # Blue and orange as in Making Data Count, in the Analysis Function's shades; orange darkened for contrast on white.
    signals={"improvement": "#2073BC", "concern": "#C94F0C", "neutral": "#801650"},
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
    second="#C4501B",
    target="#f5f4f2",
    national="#F4A8CF",
    common="#9a968f",
    signals={"improvement": "#6BACE6", "concern": "#FF9A62", "neutral": "#F4A8CF"},
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


def styled(chart: Any, colours: Palette, **properties: Any) -> Any:
    """The chart with the fonts and text colours that all charts share, on a transparent ground."""
    words = {"font": FONT, "color": colours.text}
    config = {
        "background": "transparent",
        "font": FONT,
        "padding": {"left": 2, "right": 2, "top": 0, "bottom": 0},
        "view": {"stroke": None},
        "text": {**words, "fontSize": 14},
        "axis": {
            "labelFont": FONT,
            "labelFontSize": 14,
            "labelColor": colours.text,
            "domain": False,
            "ticks": False,
            "grid": False,
        },
        "title": {**words, "anchor": "start", "fontSize": 14},
    }
    # All at once: each call on a chart copies the whole of it.
    return chart.properties(config=config, **properties)


def unchecked(build: Callable[P, R]) -> Callable[P, R]:
    """Build a chart without Altair's checks of each part against its schema, which take most of the time.

    The tests build every chart with the checks on.
    """

    @functools.wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> R:
        with alt.utils.schemapi.debug_mode(CHECKED):
            return build(*args, **kwargs)

    return built
