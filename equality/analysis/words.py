"""Numbers, months and rates in words, each written one way everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TOO_FEW: Final = "too few to show"
_DIRECTIONS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Unicode's marks of direction."""


@dataclass(frozen=True)
class MeasureWords:
    """How sentences speak of a rate.

    Attributes:
        verb: between a characteristic and a number of people.
        missing: what the people are who make up the rest of the denominator.
        gap: what the rest is called in a heading.
        of: what the denominator counts; empty where it is all people of the role.
        done: what people are who are in the numerator.
    """

    verb: str
    missing: str
    gap: str
    of: str = ""
    done: str = "known"


MEASURES: Final = {
    "known": MeasureWords("is known for", "not known", "Not known"),
    "populated": MeasureWords("is filled in for", "left blank", "Left blank", done="filled in"),
    "asked": MeasureWords("was asked of", "not asked", "Not asked", done="asked"),
    "validity": MeasureWords("is valid for", "not valid", "Not valid", "whose field is filled in", "valid"),
    "disclosure": MeasureWords("was given by", "declined", "Declined", "who answered or declined", "answering"),
    "recoverable": MeasureWords(
        "is on another record for",
        "on no other record",
        "On no other record",
        "whose field is blank or unknown",
        "on another record",
    ),
}
"""Rate of `equality.measures.counts.RATES` → its words."""


def month_name(month: str) -> str:
    """`2025-11` as `Nov 2025`."""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def period_name(first: str, last: str) -> str:
    """Two months as `Nov 2025 – Oct 2026`, one month as itself."""
    return month_name(first) if first == last else f"{month_name(first)} – {month_name(last)}"


def percent(share: float | None, decimals: int = 1) -> str:
    """A share as `43.2%`; never 0% or 100% unless it is exactly that, `–` where there is none."""
    if share is None:
        return "–"
    value = round(100 * share, decimals)
    edge = 10.0**-decimals
    if share > 0 and value == 0:
        return f"under {edge:.{decimals}f}%"
    if share < 1 and value == 100:
        return f"over {100 - edge:.{decimals}f}%"
    return f"{value:.{decimals}f}%"


def interval(low: float, high: float, decimals: int = 1) -> str:
    """The limits of a share as `42.6–43.9`."""
    return f"{100 * low:.{decimals}f}–{100 * high:.{decimals}f}"


def in_100(share: float, low: float, high: float) -> str:
    """A share as a number in 100 people with its limits, as in `43 in 100 (41–45)`."""
    value = round(100 * share)
    if value == 0 and share > 0:
        number = "fewer than 1 in 100"
    elif value == 100 and share < 1:
        number = "more than 99 in 100"
    elif share == 0:
        number = "none"
    elif share == 1:
        number = "all"
    else:
        number = f"{value} in 100"
    return f"{number} (95% interval {interval(low, high)})"


def points(difference: float) -> str:
    """The size of a difference of shares as `4.1 points`."""
    value = f"{abs(100 * difference):.1f}"
    return f"{value} point" if value == "1.0" else f"{value} points"


def signed(difference: float) -> str:
    """A difference of shares in points with its sign, as `+4.1` or `−0.3`."""
    value = f"{abs(100 * difference):.1f}"
    return value if value == "0.0" else f"{'+' if difference > 0 else '−'}{value}"


def change(difference: float | None, low: float | None, high: float | None) -> str:
    """A change in words: arrow and word, or that chance explains it."""
    if difference is None or low is None or high is None:
        return "nothing earlier to compare"
    limits = f"({signed(low)} to {signed(high)})"
    if low > 0:
        return f"▲ up {points(difference)} {limits}"
    if high < 0:
        return f"▼ down {points(difference)} {limits}"
    return f"no change beyond chance {limits}"


def people(count: int) -> str:
    """A number of people as `8,421 people`."""
    return "1 person" if count == 1 else f"{count:,} people"


def with_marks_named(text: str) -> str:
    """A text with marks of direction as their names, `[U+202E]`: obeyed, one turns whatever stands behind it too."""
    return _DIRECTIONS.sub(lambda mark: f"[U+{ord(mark[0]):04X}]", text)
