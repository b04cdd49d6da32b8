"""The five-minute view: at most five things that chance does not explain, in the order in which they matter.

Pages and briefings gather what their analyses found (`equality.reading.news`); here is which of it is told, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import polars as pl

from equality.analysis import trend
from equality.analysis.control_chart import ControlChart
from equality.analysis.findings import Change, changes, state_changes

MOST: Final = 5
TRENDS: Final = 2
"""Trends that are told at most: other kinds of news have room beside them."""

Shown = Literal["trends", "plausibility", "compare", "drivers", "gaps"]
"""Where the evidence is shown."""


@dataclass(frozen=True)
class News:
    """Something that chance does not explain.

    Attributes:
        sentence: what it is, with number, interval and denominator.
        shown: where its evidence is shown.
        characteristic: of what; empty where it is about several.
        by: the dimension that the evidence is shown by, if it is by one.
        word: what a trend amounts to; empty for what is no trend.
    """

    sentence: str
    shown: Shown
    characteristic: str = ""
    by: str = ""
    word: str = ""


def select(
    trends: Sequence[News], hollow: Sequence[News], apart: Sequence[News], changed: Sequence[News]
) -> list[News]:
    """What is told: worsening trends first, then answers that cannot be believed, improvement, units that differ, and
    what the change against the period before is made of.

    Args:
        trends: of characteristics, by rank.
        hollow: of units whose fields are filled with nothing.
        apart: of units that differ by more than chance and mix.
        changed: against the period before; of a characteristic whose trend is told only its states are told too.
    """
    worse = [item for item in trends if item.word == "worsening"][:TRENDS]
    other = [item for item in trends if item.word != "worsening"][: TRENDS - len(worse)]
    told = {item.characteristic for item in (*worse, *other)}
    fresh = [item for item in changed if item.shown != "drivers" or item.characteristic not in told]
    return [*worse, *hollow, *other, *apart, *fresh][:MOST]


def of_trends(
    charts: Mapping[str, ControlChart],
    order: Sequence[tuple[str, trend.Verdict]],
    titles: Mapping[str, str],
    focus: str,
    words: tuple[str, str],
) -> list[News]:
    """The characteristics whose control chart shows a signal that stands: the one in focus first.

    Args:
        charts: characteristic → its chart.
        order: the characteristics with their verdicts, by rank.
        titles: characteristic → its name.
        focus: the characteristic that is spoken of first.
        words: name of the rate, and what the people are called.
    """
    return [
        News(trend.sentence(charts[name], found, titles[name], *words), "trends", name, word=found.word)
        for name, found in sorted(order, key=lambda pair: pair[0] != focus)
        if found.word in {"worsening", "improving", "changed"}
    ]


def of_changes(
    now: pl.DataFrame, before: pl.DataFrame, rates: pl.DataFrame, titles: Mapping[str, str], measure: str, focus: str
) -> list[News]:
    """Changes of rates against the period before, the focus first, then what that of the focus is made of.

    Args:
        now: a frame of `slice_counts` with one row per characteristic.
        before: the same of the period before.
        rates: the rate with its change: a frame of `findings.compared`.
        titles: characteristic → its name.
        measure: name of the rate.
        focus: the characteristic that is spoken of first.
    """
    of_states = [c for c in state_changes(now, before, titles) if c.characteristic == focus]
    of_rates = sorted(changes(rates, titles, measure), key=lambda c: c.characteristic != focus)
    return [*(_item(c, "drivers") for c in of_rates), *(_item(c, "gaps") for c in of_states[:1])]


def _item(change: Change, shown: Shown) -> News:
    return News(change.sentence, shown, change.characteristic)


def in_one_place(items: Sequence[News], shown: Shown) -> list[News]:
    """The same with one place for all evidence: for readers to whom the others are closed."""
    return [replace(item, shown=shown) for item in items]
