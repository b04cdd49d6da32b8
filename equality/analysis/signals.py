"""The rules by which points of a control chart are signals rather than noise.

Those of NHS England's *Making Data Count*, in its order of priority: a point that satisfies several is named after the
first. All points of a run are marked, not only its last.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from equality.analysis.limits import Limits

Rule = Literal["outside", "trend", "two_of_three", "shift"]

RULES: Final[tuple[Rule, ...]] = ("outside", "trend", "two_of_three", "shift")
"""In order of priority."""

RULE_TITLES: Final = {
    "outside": "Outside the limits",
    "trend": "Seven in a row rising or falling",
    "two_of_three": "Two of three close to a limit",
    "shift": "Seven in a row on one side of the average",
}

RUN: Final = 7
"""Points of a trend or a shift."""
TINY: Final = 1e-12
"""What floating point adds to equal shares."""


class Signal(NamedTuple):
    """What a point is a signal of: the rule, and whether it is up (1) or down (−1)."""

    rule: Rule
    side: int


def signals(values: Sequence[float], limits: Limits) -> list[Signal | None]:
    """Per point, the first rule that it satisfies; None for what chance explains.

    A point exactly on the average breaks a shift. A trend's side is its direction, that of other rules is the side of
    the average. The outer third begins beyond the near-limit and ends at the limit.
    """
    sides = [_sign(value - limits.centre) for value in values]
    far = [(abs(value - limits.centre), sigma) for value, sigma in zip(values, limits.sigmas, strict=True)]
    outside = [distance > 3 * sigma + TINY for distance, sigma in far]
    close = [2 * sigma + TINY < distance <= 3 * sigma + TINY for distance, sigma in far]
    found: dict[Rule, list[int]] = {
        "outside": [side if out else 0 for side, out in zip(sides, outside, strict=True)],
        "trend": _trends(values),
        "two_of_three": _two_of_three(close, sides),
        "shift": _runs(sides, RUN),
    }
    return [next((Signal(rule, found[rule][i]) for rule in RULES if found[rule][i]), None) for i in range(len(values))]


def _sign(value: float) -> int:
    return (value > TINY) - (value < -TINY)


def _runs(signs: Sequence[int], length: int) -> list[int]:
    """The sign of every element of a run of at least so many equal signs that are not 0; 0 for the others."""
    marked = [0] * len(signs)
    for last in range(length - 1, len(signs)):
        window = signs[last - length + 1 : last + 1]
        if window[0] and len(set(window)) == 1:
            marked[last - length + 1 : last + 1] = window
    return marked


def _trends(values: Sequence[float]) -> list[int]:
    directions = [_sign(later - earlier) for earlier, later in pairwise(values)]
    marked = [0] * len(values)
    for step, direction in enumerate(_runs(directions, RUN - 1)):
        if direction:
            marked[step] = marked[step] or direction
            marked[step + 1] = direction
    return marked


def _two_of_three(close: Sequence[bool], sides: Sequence[int]) -> list[int]:
    marked = [0] * len(close)
    for first in range(len(close) - 2):
        window = range(first, first + 3)
        same_side = abs(sum(sides[i] for i in window)) == 3
        if same_side and sum(close[i] for i in window) >= 2:
            for i in window:
                if close[i]:
                    marked[i] = sides[i]
    return marked
