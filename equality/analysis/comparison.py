"""The comparison of units in words: who to look at first, and what that does not prove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from equality.analysis.funnel import ABOVE, ALONE, BELOW, FAR_ABOVE, FAR_BELOW, FEWEST_UNITS, INSIDE, TOO_FEW, Spread
from equality.analysis.words import MEASURES, interval, percent

PLACE_TITLES: Final = {
    FAR_BELOW: "Look here first: below 99.8% limit",
    BELOW: "Below the 95% limit",
    INSIDE: "Within the limits",
    ABOVE: "Above the 95% limit",
    FAR_ABOVE: "Look here first: above 99.8% limit",
    TOO_FEW: "Too few to show",
    ALONE: "Nothing to compare with: nobody else does this work",
}
"""Place of a unit → what it is called in a table."""
NAMED: Final = 3
"""How many units a headline names."""
LETTERS: Final = "aeiou"


def plural(title: str) -> str:
    """The title of a dimension as a plain plural: `Local policing area` as `local policing areas`."""
    word = title.lower()
    if word.startswith("object of"):
        return word.replace("object", "objects", 1)
    if word.endswith("y") and word[-2] not in LETTERS:
        return f"{word[:-1]}ies"
    return f"{word}s"


def comparison_headline(placed: pl.DataFrame, title: str, units_are: str, *, adjusted: bool, spread: bool) -> str:
    """The finding: which units lie outside the 99.8 % limits, and how many between the limits beside what chance puts.

    Args:
        placed: a frame of `funnel.funnel`, with `name`.
        title: the characteristic's name.
        units_are: what the units are called, many of them.
        adjusted: whether the rates are adjusted for mix.
        spread: whether the limits allow for the usual spread.
    """
    compared = placed.filter(pl.col("z").is_not_null())
    if compared.height < 2:
        number = "only one" if compared.height else "none"
        return f"Nothing to compare: {number} of the {units_are} has enough people to be compared with others."
    far = compared.filter(pl.col("place").is_in([FAR_BELOW, FAR_ABOVE]))
    near = compared.filter(pl.col("place").is_in([BELOW, ABOVE])).height
    causes = ["chance", *(["mix"] if adjusted else []), *([f"the usual spread between {units_are}"] if spread else [])]
    beyond = causes[0] if len(causes) == 1 else f"{', '.join(causes[:-1])} and {causes[-1]}"
    explain = "explains" if len(causes) == 1 else "explain"
    if far.is_empty():
        start = f"{title}: of {compared.height} {units_are} none differs by more than {beyond} {explain}."
    else:
        names = [
            f"{row['name']} ({percent(row['share'])}, {'above' if row['place'] == FAR_ABOVE else 'below'})"
            for row in far.head(NAMED).iter_rows(named=True)
        ]
        others = f" and {far.height - NAMED} more" if far.height > NAMED else ""
        verb = "differs" if far.height == 1 else "differ"
        start = (
            f"{title}: {far.height} of {compared.height} {units_are} {verb} by more than {beyond} {explain}. "
            f"Look first at {', '.join(names)}{others}."
        )
    return f"{start} {_near(near, compared.height, ' more' if far.height else '')}"


def _near(near: int, units: int, more: str) -> str:
    usual = round(units / 20)
    by_chance = f"about {usual}" if usual else "fewer than one"
    where = "lie" if near != 1 else "lies"
    if near == 0:
        return f"None lies between the 95% and the 99.8% limits, where chance alone puts {by_chance}."
    return f"{_number(near)}{more} {where} between the 95% and the 99.8% limits, where chance alone puts {by_chance}."


def _number(count: int) -> str:
    return {0: "None", 1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}.get(count, f"{count}")


def spread_words(spread: Spread, units_are: str, *, allowed: bool) -> str:
    """What the limits allow for, and how much the units differ beyond chance."""
    phi = f"φ = {spread.phi:.1f}"
    if spread.units < FEWEST_UNITS:
        return (
            f"With fewer than {FEWEST_UNITS} {units_are} their usual spread is unknown: the limits are those of chance."
        )
    if not allowed:
        return (
            f"The limits are those of chance alone; the {units_are} spread {phi} times as much as chance (1 is chance)."
        )
    if spread.tau2 == 0:
        return f"The {units_are} spread no more than chance does ({phi}, 1 is chance)."
    return (
        f"The {units_are} spread {phi} times as much as chance alone (1 is chance). The limits allow for that usual "
        "spread, measured without the most distant tenth at either end."
    )


def unit_sentence(row: Mapping[str, Any], measure: str, *, adjusted: bool) -> str:
    """One unit, as a tooltip and a screen reader say it."""
    words = MEASURES[measure]
    if row["place"] == TOO_FEW:
        return f"{row['name']}: too few to show"
    counts = f"{row['missing']:,} of {row['n']:,} {words.missing}"
    recorded = f"{percent(row['crude'])} recorded"
    if row["place"] == ALONE:
        return f"{row['name']}: {recorded}, {counts}; nothing to compare with"
    limits = f"({interval(row['low'], row['high'])})"
    if not adjusted:
        return f"{row['name']}: {percent(row['share'])} {limits}, {counts}; {PLACE_TITLES[row['place']].lower()}"
    given = percent(row["expected"] / row["n"])
    return (
        f"{row['name']}: {percent(row['share'])} adjusted {limits}; {recorded}, its mix would give {given}; "
        f"{counts}; {PLACE_TITLES[row['place']].lower()}"
    )
