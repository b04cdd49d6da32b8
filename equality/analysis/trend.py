"""A rate over months or weeks, ready for a control chart: its points, what they amount to, and in words.

A frame of points has one row per month or week, in order: `period` (`2026-05`, or a week's Monday as `2026-05-04`),
`begins`, `ends` (days), `n`, `hits`, `share`, `low`, `high` (95 % Wilson; null where there are too few people),
`settled` (counts for limits and signals), and `likely`, `likely_low`, `likely_high` (where it is not settled).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any, Final, Literal

import polars as pl

from equality.analysis import maturity
from equality.analysis.control_chart import MINIMUM_POINTS, ControlChart, control_chart
from equality.analysis.proportions import wilson
from equality.analysis.words import MEASURES, MONTHS, in_100, month_name, people, percent

Word = Literal["improving", "no change", "worsening", "changed", "cannot tell"]

WORDS: Final[Mapping[Word, str]] = {
    "improving": "Improving",
    "no change": "No change beyond chance",
    "worsening": "Worsening",
    "changed": "Changed",
    "cannot tell": "Cannot tell yet",
}
"""What a trend amounts to → how a sentence begins."""

RECENT: Final = 3
"""A signal in the newest so many settled points is what a trend amounts to; older ones are history."""
CONFIRM: Final = 3.0
"""Standard errors by which the points of a signal must differ from the others for a trend to be called one."""
TINY: Final = 1e-9
BETTER: Final = {"recoverable": 0}
"""Rates of which more is not better; of the others it is."""

COLUMNS: Final = {
    "period": pl.String,
    "begins": pl.Date,
    "ends": pl.Date,
    "n": pl.Int64,
    "hits": pl.Int64,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "settled": pl.Boolean,
    "likely": pl.Float64,
    "likely_low": pl.Float64,
    "likely_high": pl.Float64,
}


def months_as_settled(history: pl.DataFrame, minimum_n: int) -> pl.DataFrame:
    """The points of months as known at 28 days, and the newest as known now with what they will probably reach.

    Args:
        history: a frame of `slice_ages`, of one characteristic.
        minimum_n: below this denominator a point has no share.
    """
    done = maturity.settled_months(history).select("month", "n", "hits", settled=pl.lit(True))
    to_come = maturity.likely(history).select(
        "month", "n", "hits", "likely", "likely_low", "likely_high", settled=pl.lit(False)
    )
    return _of_months(pl.concat([done, to_come], how="diagonal"), minimum_n)


def months_as_now(monthly: pl.DataFrame, extract_date: date, *, matures: bool, minimum_n: int) -> pl.DataFrame:
    """The points of months as known now.

    Args:
        monthly: `month`, `n` and `hits`, of one characteristic.
        extract_date: the day of the newest extract.
        matures: whether records are delivered again; if so months settle 56 days after their end.
        minimum_n: below this denominator a point has no share.
    """
    wait = timedelta(days=maturity.NOW_SETTLED if matures else 0)
    frame = _of_months(monthly.select("month", "n", "hits"), minimum_n)
    return frame.with_columns(settled=pl.col("ends") + wait <= extract_date)


def weeks_as_now(history: pl.DataFrame, minimum_n: int, *, matures: bool) -> pl.DataFrame:
    """The points of weeks as known in the newest extract that delivered all of each; recent ones are not settled.

    Args:
        history: a frame of `slice_ages`, of one characteristic.
        minimum_n: below this denominator a point has no share.
        matures: whether records are delivered again; if so weeks settle 56 days after their end.
    """
    found = maturity.weeks(history)
    wait = maturity.NOW_SETTLED if matures else 0
    return _points(
        found.with_columns(
            period=pl.col("week").dt.to_string("%Y-%m-%d"),
            begins=pl.col("week"),
            ends=pl.col("week") + timedelta(days=6),
            settled=pl.col("lag") >= wait,
        ),
        minimum_n,
    )


def _of_months(frame: pl.DataFrame, minimum_n: int) -> pl.DataFrame:
    first = (pl.col("month") + "-01").str.to_date()
    return _points(frame.with_columns(period=pl.col("month"), begins=first, ends=first.dt.month_end()), minimum_n)


def _points(frame: pl.DataFrame, minimum_n: int) -> pl.DataFrame:
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in COLUMNS.items() if name not in frame.columns]
    share, low, high = wilson(pl.col("hits"), pl.col("n"))
    enough = (pl.col("n") >= minimum_n) & (pl.col("n") > 0)
    shares = {"share": share, "low": low, "high": high}
    return (
        frame.with_columns(missing)
        .with_columns(pl.when(enough).then(value).alias(name) for name, value in shares.items())
        .with_columns(pl.when(enough).then(name).alias(name) for name in ("likely", "likely_low", "likely_high"))
        .select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items())
        .sort("begins")
    )


def positions(points: pl.DataFrame, days: Sequence[date]) -> list[int]:
    """For each day, the position of the first point that begins on or after it: whole periods after an event."""
    return [int((points["begins"] < day).sum()) for day in days]


def charted(points: pl.DataFrame, measure: str, rebase: Sequence[date] = (), kind: Any = None) -> ControlChart:
    """The control chart of a frame of points.

    Args:
        points: see above.
        measure: name of the rate.
        rebase: days from which limits are computed anew.
        kind: of chart; None for what fits.
    """
    return control_chart(points, kind=kind, rebase=positions(points, rebase), better=BETTER.get(measure, 1))


@dataclass(frozen=True)
class Verdict:
    """What a trend amounts to.

    Attributes:
        word: one of `WORDS`.
        newest: the newest settled point, with its limits; None if there is none.
        signal: the newest signal among the last `RECENT` settled points, whether or not it decided.
    """

    word: Word
    newest: Mapping[str, Any] | None
    signal: Mapping[str, Any] | None = None


def verdict(chart: ControlChart) -> Verdict:
    """What a trend amounts to.

    It is the newest signal among the last `RECENT` settled points, if that signal stands the test: its points (the
    signals without a break on its side up to it) differ from all others that share its limits by at least `CONFIRM`
    standard errors. The rules alone would call noise a change about twice as often (`docs/simulation.md`).
    """
    settled = chart.points.filter(pl.col("settled") & pl.col("share").is_not_null())
    newest = settled.row(-1, named=True) if settled.height else None
    if chart.kind is None:
        return Verdict("cannot tell", newest)
    recent = settled.tail(RECENT).drop_nulls("signal")
    if recent.is_empty():
        return Verdict("no change", newest)
    signal = recent.row(-1, named=True)
    if not _stands(settled, signal):
        return Verdict("no change", newest, signal)
    words: dict[str, Word] = {"improvement": "improving", "concern": "worsening", "neutral": "changed"}
    return Verdict(words[signal["signal"]], newest, signal)


def _stands(settled: pl.DataFrame, signal: Mapping[str, Any]) -> bool:
    if signal["rule"] in ("outside", "trend"):
        return True  # rare enough by itself
    phase = settled.filter(pl.col("phase") == signal["phase"]).with_columns(
        run=pl.col("side").rle_id(), weight=1 / (pl.col("near_upper") - pl.col("centre")).clip(TINY) ** 2
    )
    at = phase.filter(pl.col("period") == signal["period"])["run"][0]
    last = pl.col("period") <= signal["period"]
    inside, rest = phase.filter((pl.col("run") == at) & last), phase.filter((pl.col("run") != at) | ~last)
    if rest.is_empty():
        return False
    weights = [float(f["weight"].sum()) for f in (inside, rest)]
    means = [float((f["share"] * f["weight"]).sum()) / w for f, w in zip((inside, rest), weights, strict=True)]
    # Near-limits stand at two standard deviations.
    error = sqrt(sum(1 / (4 * weight) for weight in weights))
    return signal["side"] * (means[0] - means[1]) >= CONFIRM * error


def sentence(chart: ControlChart, found: Verdict, title: str, measure: str, people_are: str) -> str:
    """The verdict with the newest number, its interval and denominator, and the reason.

    Args:
        chart: the control chart.
        found: its verdict.
        title: the characteristic's name.
        measure: name of the rate.
        people_are: what the people of the role are called.
    """
    start = WORDS[found.word]
    unit = unit_of(chart.points)
    if found.newest is None:
        return f"{start}: no settled {unit} has enough people."
    row, words = found.newest, MEASURES[measure]
    number, limits = in_100(row["share"], row["low"], row["high"]).split(" (", 1)
    whom = f"{people_are.lower()} {words.of}".strip()
    rate = (
        f"{title} {words.verb} {number} {whom} ({limits}, {row['hits']:,} of {people(row['n'])} recorded in "
        f"{period_words(row['period'])}"
    )
    return f"{start}. {rate}{_reason(chart, found, unit)}"


def _reason(chart: ControlChart, found: Verdict, unit: str) -> str:
    if found.word == "cannot tell" or found.newest is None:
        if chart.settled < MINIMUM_POINTS:
            have = f"{chart.settled} settled {unit}{'' if chart.settled == 1 else 's'} with enough people"
            return f"; {have}, and {MINIMUM_POINTS} are needed."
        return "; too close to 0 or 100% for limits."
    trial = " The limits are on trial, with fewer than 12 points." if chart.trial else ""
    if found.word == "no change" and found.signal is not None:
        return (
            f". One rule sees a signal ({signal_words(found.signal, unit)} in {period_words(found.signal['period'])}), "
            f"but the difference is small enough for chance.{trial}"
        )
    if found.signal is None:
        inside = f"{percent(found.newest['lower'])} to {percent(found.newest['upper'])}"
        return f", within the limits of {inside} that {chart.settled} {unit}s set.{trial}"
    signal = found.signal
    when = "" if signal["period"] == found.newest["period"] else f" in {period_words(signal['period'])}"
    return f": {signal_words(signal, unit)}{when}.{trial}"


def signal_words(row: Mapping[str, Any], unit: str) -> str:
    """Why a point is a signal, in words with the line that it crossed."""
    up = row["side"] > 0
    if row["rule"] == "outside":
        return (
            f"above the upper limit of {percent(row['upper'])}"
            if up
            else (f"below the lower limit of {percent(row['lower'])}")
        )
    if row["rule"] == "trend":
        return f"seven {unit}s or more {'rising' if up else 'falling'}"
    if row["rule"] == "two_of_three":
        return f"two of three {unit}s close to the {'upper' if up else 'lower'} limit"
    return f"seven {unit}s or more {'above' if up else 'below'} the average of {percent(row['centre'])}"


def unit_of(points: pl.DataFrame) -> str:
    """What one point is: a month or a week."""
    return "week" if points.height and len(points["period"][0]) > len("2026-05") else "month"


def period_words(period: str) -> str:
    """A month as `May 2026`, a week as `the week of 4 May 2026`."""
    if len(period) == len("2026-05"):
        return month_name(period)
    year, month, day = period.split("-")
    return f"the week of {int(day)} {MONTHS[int(month) - 1]} {year}"


def limit_words(chart: ControlChart, kind_title: str) -> str:
    """Which limits are drawn and why, in a sentence."""
    unit = unit_of(chart.points)
    if chart.kind is None:
        return f"Fewer than {MINIMUM_POINTS} settled {unit}s with enough people, or next to no variation: no limits."
    why = {
        "xmr": f"the {unit}s have about as many people each, so every {unit} counts the same",
        "p": "the number of people differs, and the points vary no more than chance lets them",
        "p_prime": f"the number of people differs; the points vary {chart.spread:.1f} times as much as chance alone "
        "would let them",
    }[chart.kind]
    return f"{kind_title}: {why}. Limits from {chart.settled} settled {unit}s."
