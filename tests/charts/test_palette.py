"""Colours can be told apart, also in greyscale, and words on them can be read."""

from __future__ import annotations

import itertools

import pytest

from equality.charts.palette import DARK, LIGHT, Palette
from equality.measures.states import APPLICABLE_STATES


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


BOTH = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


@BOTH
def test_neighbouring_states_differ_in_lightness(colours: Palette) -> None:
    assert list(colours.states) == list(APPLICABLE_STATES)
    for one, other in itertools.pairwise(colours.states.values()):
        assert contrast(one, other) >= 1.4, (one, other)


@BOTH
def test_words_reach_aa(colours: Palette) -> None:
    assert contrast(colours.text, colours.background) >= 7
    assert contrast(colours.muted, colours.background) >= 4.5
    assert contrast(colours.muted, colours.too_few) >= 4.5
    for fill, text in zip(colours.steps, colours.on_steps, strict=True):
        assert contrast(fill, text) >= 4.5, (fill, text)


@BOTH
def test_marks_stand_out_from_the_page(colours: Palette) -> None:
    for mark in (colours.mark, colours.second, colours.target, colours.national, colours.outline):
        assert contrast(mark, colours.background) >= 3
    assert contrast(colours.states["blank"], colours.outline) >= 3
    assert contrast(colours.mark, colours.second) >= 1.8


@BOTH
def test_shades_run_one_way(colours: Palette) -> None:
    shades = [contrast(step, colours.background) for step in colours.steps]
    assert shades == sorted(shades, reverse=True)
