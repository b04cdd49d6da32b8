"""Numbers and months in words."""

from __future__ import annotations

import pytest

from equality.analysis import words
from equality.measures.counts import RATES


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [
        (0.432, 1, "43.2%"),
        (0, 1, "0.0%"),
        (1, 0, "100%"),
        (0.9999, 1, "over 99.9%"),
        (0.0001, 0, "under 1%"),
        (None, 1, "–"),
    ],
)
def test_percent(share: float | None, decimals: int, text: str) -> None:
    assert words.percent(share, decimals) == text


@pytest.mark.parametrize(
    ("share", "start"),
    [
        (0.43, "43 in 100 "),
        (0.001, "fewer than 1 in 100 "),
        (0.999, "more than 99 in 100 "),
        (0.0, "none "),
        (1.0, "all "),
    ],
)
def test_in_100(share: float, start: str) -> None:
    assert words.in_100(share, 0.1, 0.2).startswith(start)


@pytest.mark.parametrize(
    ("difference", "low", "high", "text"),
    [
        (0.041, 0.028, 0.053, "▲ up 4.1 points (+2.8 to +5.3)"),
        (-0.01, -0.012, -0.008, "▼ down 1.0 point (−1.2 to −0.8)"),
        (0.01, -0.002, 0.02, "no change beyond chance (−0.2 to +2.0)"),
        (None, None, None, "nothing earlier to compare"),
    ],
)
def test_change(difference: float | None, low: float | None, high: float | None, text: str) -> None:
    assert words.change(difference, low, high) == text


def test_months_people_and_points() -> None:
    assert words.period_name("2025-11", "2026-10") == "Nov 2025 – Oct 2026"
    assert words.period_name("2025-11", "2025-11") == "Nov 2025"
    assert (words.people(1), words.people(8421)) == ("1 person", "8,421 people")
    assert words.signed(0.0001) == "0.0"


def test_every_rate_has_its_words() -> None:
    assert set(words.MEASURES) == set(RATES)


def test_marks_of_direction_are_named_and_all_else_stays() -> None:
    assert words.with_marks_named("a\u202enp\u202c\u2067x\u2069 \u200fy\u061c") == (
        "a[U+202E]np[U+202C][U+2067]x[U+2069] [U+200F]y[U+061C]"
    )
    kept = "left שלום Ωß \u200b\u2060\U0001f469\u200d\U0001f692 [c]"
    assert words.with_marks_named(kept) == kept
