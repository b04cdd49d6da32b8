"""What the counts say, in sentences: the headline, what changed, and where acting would help most.

Pure functions over frames of `equality.measures.counts.slice_counts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from equality.analysis.proportions import newcombe, wilson
from equality.analysis.words import MEASURES, in_100, people, percent, points, signed
from equality.measures.counts import RATE_TITLES, rate_parts
from equality.measures.states import APPLICABLE_STATES, STATE_TITLES


def measured(counts: pl.DataFrame, measure: str, minimum_n: int = 0) -> pl.DataFrame:
    """Add what a chart needs of one rate.

    Args:
        counts: a frame of `slice_counts`.
        measure: name of the rate.
        minimum_n: below this denominator the share and its limits are null.

    Returns:
        The frame with `n` (the rate's denominator), `hits` (its numerator), `missing` (the rest), `share`, `low`,
        `high` and `enough` (n reaches the minimum and is not 0).
    """
    numerator, denominator = rate_parts(measure)
    share, low, high = wilson(pl.col("hits"), pl.col("n"))
    # Null is a figure that is suppressed, here or in the numerator.
    enough = ((pl.col("n") >= minimum_n) & (pl.col("n") > 0) & pl.col("hits").is_not_null()).fill_null(value=False)
    return (
        counts.with_columns(n=denominator.cast(pl.Int64), hits=numerator.cast(pl.Int64))
        .with_columns(missing=pl.col("n") - pl.col("hits"), enough=enough)
        .with_columns(
            share=pl.when("enough").then(share),
            low=pl.when("enough").then(low),
            high=pl.when("enough").then(high),
        )
    )


def compared(now: pl.DataFrame, before: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Add the change against an earlier period, with Newcombe's 95 % interval.

    Args:
        now: a frame of `measured`.
        before: the same of the earlier period; keys that it lacks have no change.
        keys: the columns that name a row.

    Returns:
        `now` with `share_before`, `n_before`, `difference`, `difference_low` and `difference_high`, null where
        either period has too few people.
    """
    earlier = before.select(
        *keys,
        pl.col("share").alias("share_before"),
        pl.col("low").alias("_low"),
        pl.col("high").alias("_high"),
        pl.col("n").alias("n_before"),
    )
    difference, low, high = newcombe(
        (pl.col("share"), pl.col("low"), pl.col("high")),
        (pl.col("share_before"), pl.col("_low"), pl.col("_high")),
    )
    return (
        now.join(earlier, on=list(keys), how="left", maintain_order="left")
        .with_columns(difference=difference, difference_low=low, difference_high=high)
        .drop("_low", "_high")
    )


def headline(row: Mapping[str, Any], title: str, measure: str, people_are: str, before: str) -> str:
    """The finding as a sentence, with number, interval, denominator and change.

    Args:
        row: one row of `compared`.
        title: the characteristic's name.
        measure: name of the rate.
        people_are: what the people of the role are called.
        before: the earlier period in words, empty if there is none.
    """
    words = MEASURES[measure]
    whom = f"{people_are.lower()} {words.of}".strip()
    if row["share"] is None:
        count = f"only {people(row['n'])}" if row["n"] else "nobody"
        return f"Too few to say: {title.lower()} is asked for here of {count}."
    rate = in_100(row["share"], row["low"], row["high"])
    number, limits = rate.split(" (", 1)
    sentence = f"{title} {words.verb} {number} {whom} ({limits}"
    return f"{sentence}{_trend(row, before)}: {row['hits']:,} of {people(row['n'])}."


def _trend(row: Mapping[str, Any], before: str) -> str:
    if row["difference"] is None or not before:
        return ""
    if row["difference_low"] > 0:
        return f", up {points(row['difference'])} on {before}"
    if row["difference_high"] < 0:
        return f", down {points(row['difference'])} on {before}"
    return f", no change beyond chance from {before}"


def gap_headline(
    total: Mapping[str, Any], largest: Mapping[str, Any] | None, title: str, measure: str, people_are: str
) -> str:
    """The gap of a selection as a sentence: its rate, and the unit that holds most of it.

    Args:
        total: the selection's row of `measured`.
        largest: the row of the unit with most people missing, with its `name`; None if nobody is missing.
        title: the characteristic's name.
        measure: name of the rate.
        people_are: what the people of the role are called.
    """
    words = MEASURES[measure]
    if total["share"] is None:
        return headline(dict(total) | {"difference": None}, title, measure, people_are, "")
    rate = in_100(total["share"], total["low"], total["high"])
    number, limits = rate.split(" (", 1)
    whom = f"{people_are.lower()} {words.of}".strip()
    start = f"{title} {words.verb} {number} {whom} ({limits}"
    if largest is None:
        return f"{start}, {total['hits']:,} of {people(total['n'])}: there is no gap."
    part = percent(largest["missing"] / total["missing"], 0)
    return (
        f"{start}. The largest part of the gap is {largest['name']}: {largest['missing']:,} of its "
        f"{people(largest['n'])} {words.missing}, {part} of all {total['missing']:,}."
    )


@dataclass(frozen=True)
class Change:
    """Something that changed by more than chance.

    Attributes:
        characteristic: whose rate or state changed.
        sentence: what changed, from what to what, with the interval.
        difference: the change as a share.
    """

    characteristic: str
    sentence: str
    difference: float


def changes(rows: pl.DataFrame, titles: Mapping[str, str], measure: str) -> list[Change]:
    """The changes of a rate that chance does not explain, those that touch most people first.

    Args:
        rows: a frame of `compared`, one row per characteristic.
        titles: characteristic → its name.
        measure: name of the rate.
    """
    signals = (
        rows.filter((pl.col("difference_low") > 0) | (pl.col("difference_high") < 0))
        .with_columns(touched=(pl.col("difference") * pl.col("n")).abs())
        .sort("touched", descending=True, maintain_order=True)
    )
    return [
        Change(row["characteristic"], _changed(row, titles[row["characteristic"]], measure), row["difference"])
        for row in signals.iter_rows(named=True)
    ]


def _changed(row: Mapping[str, Any], title: str, measure: str) -> str:
    verb = "rose" if row["difference"] > 0 else "fell"
    limits = f"{signed(row['difference_low'])} to {signed(row['difference_high'])}"
    return (
        f"{title}: {RATE_TITLES[measure].lower()} {verb} {points(row['difference'])} ({limits}), "
        f"from {percent(row['share_before'])} to {percent(row['share'])} of {people(row['n'])}."
    )


def state_changes(now: pl.DataFrame, before: pl.DataFrame, titles: Mapping[str, str]) -> list[Change]:
    """Which states other than known grew or shrank by more than chance: what a change is made of.

    Args:
        now: a frame of `slice_counts` with one row per characteristic.
        before: the same of the earlier period.
        titles: characteristic → its name.
    """
    found = []
    for state in APPLICABLE_STATES[1:]:
        rows = compared(_state_share(now, state), _state_share(before, state), ["characteristic"])
        for row in rows.filter((pl.col("difference_low") > 0) | (pl.col("difference_high") < 0)).iter_rows(named=True):
            verb = "more" if row["difference"] > 0 else "less"
            limits = f"{signed(row['difference_low'])} to {signed(row['difference_high'])}"
            sentence = (
                f"{titles[row['characteristic']]}: {verb} often {STATE_TITLES[state].lower()}, "
                f"{percent(row['share_before'])} then and {percent(row['share'])} now ({limits} points)."
            )
            found.append(Change(row["characteristic"], sentence, row["difference"]))
    return sorted(found, key=lambda c: -abs(c.difference))


def _state_share(counts: pl.DataFrame, state: str) -> pl.DataFrame:
    share, low, high = wilson(pl.col(state), pl.col("applicable"))
    return counts.select("characteristic", n="applicable", share=share, low=low, high=high)


@dataclass(frozen=True)
class Contributor:
    """A unit that holds much of the gap.

    Attributes:
        dimension: which kind of unit.
        unit: its value.
        missing: people of the unit whose characteristic is missing.
        n: the unit's denominator.
        share_of_gap: its part of all missing in the selection.
        force: the rate of the whole selection.
        reached: that rate if the unit reached the target; the same as `force` if it has.
    """

    dimension: str
    unit: str
    missing: int
    n: int
    share_of_gap: float
    force: float
    reached: float


def contributors(
    slices: Mapping[str, pl.DataFrame],
    measure: str,
    target: float,
    whole: tuple[int, int],
    *,
    limit: int = 3,
    minimum_n: int = 0,
) -> list[Contributor]:
    """The units that hold most of the gap: the largest of each dimension, then the next of any.

    Args:
        slices: dimension → frame of `slice_counts` by that dimension alone, one characteristic; all slices are of
            the same records.
        measure: name of the rate.
        target: share that a unit is asked to reach.
        whole: numerator and denominator of the rate of the whole selection; counts that are rounded dimension by
            dimension sum to others, and a selection has one rate.
        limit: how many to return.
        minimum_n: units with fewer people are left out.
    """
    largest, others = [], []
    for dimension, counts in slices.items():
        ranked = _ranked(dimension, measured(counts, measure), target, whole, minimum_n)
        largest += ranked[:1]
        others += ranked[1:limit]
    largest.sort(key=lambda c: -c.missing)
    others.sort(key=lambda c: -c.missing)
    return sorted([*largest, *others][:limit], key=lambda c: -c.missing)


def _ranked(
    dimension: str, rows: pl.DataFrame, target: float, whole: tuple[int, int], minimum_n: int
) -> list[Contributor]:
    hits, total = whole
    missing = total - hits
    # With one unit alone, it is the whole selection and says nothing about where to go.
    if missing <= 0 or rows.height < 2:
        return []
    kept = rows.filter((pl.col("n") >= minimum_n) & (pl.col("missing") > 0))
    return [
        Contributor(
            dimension=dimension,
            unit=row[dimension],
            missing=row["missing"],
            n=row["n"],
            share_of_gap=row["missing"] / missing,
            force=hits / total,
            reached=(hits + max(0.0, target * row["n"] - row["hits"])) / total,
        )
        for row in kept.sort("missing", descending=True, maintain_order=True).iter_rows(named=True)
    ]


def advice(item: Contributor, measure: str, target: float) -> str:
    """What a contributor holds and what reaching the target there would do, in words."""
    held = (
        f"{item.missing:,} of {people(item.n)} {MEASURES[measure].missing}: {percent(item.share_of_gap, 0)} of the gap."
    )
    if item.reached <= item.force:
        return f"{held} Already at its target of {percent(target, 0)}: it counts by its size."
    return (
        f"{held} At the target of {percent(target, 0)} there, the overall rate would go from "
        f"{percent(item.force)} to {percent(item.reached)}."
    )


__all__ = [
    "Change",
    "Contributor",
    "advice",
    "changes",
    "compared",
    "contributors",
    "gap_headline",
    "headline",
    "measured",
    "state_changes",
]
