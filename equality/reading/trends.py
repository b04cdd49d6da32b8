"""Rates over time for a reader: the points that a control chart is drawn of, and the events that concern them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from equality.analysis import maturity, trend
from equality.analysis.control_chart import ControlChart
from equality.analysis.findings import measured
from equality.analysis.limits import Kind
from equality.analysis.trend import Verdict
from equality.measures.dimensions import Selection, months_between, shift_month
from equality.reading.figures import Figures
from equality.store.events import Entry

YEARS_BACK: Final = 24
"""Months before the period's last that a chart reaches back, where the period itself is shorter."""
WEEKS_BACK: Final = 53


@dataclass(frozen=True)
class Basis:
    """How the points of a chart are counted.

    Attributes:
        step: `month` or `week`.
        settled: each month as known after 28 days; else as known now.
        history: ages of the records, for all characteristics; None where they were not counted.
        matures: whether successive extracts deliver records again.
    """

    step: str = "month"
    settled: bool = False
    history: pl.DataFrame | None = None
    matures: bool = False


def usual_basis(figures: Figures) -> Basis:
    """Months as known after 28 days where ages were counted and records are delivered again; else as known now."""
    history = figures.history()
    if history is None:
        return Basis(matures=figures.evidence.delivered_again())
    matures = maturity.delivered_again(history)
    return Basis("month", matures and figures.measure == "known", history, matures)


def span(figures: Figures) -> tuple[str, str]:
    """The months that a chart covers: two years up to the period's end, or the period if it is longer."""
    first, last = figures.selection.period
    return max(min(first, shift_month(last, -YEARS_BACK)), figures.snapshot.months[0]), last


def points_of(figures: Figures, how: Basis, names: Sequence[str] = ()) -> dict[str, pl.DataFrame]:
    """The points of characteristics, as `equality.analysis.trend` describes them.

    Args:
        figures: of the selection.
        how: what a point is; its history is of the same selection.
        names: which characteristics; none means all.
    """
    first, last = span(figures)
    names = names or list(figures.catalogue)
    if how.step == "month" and not how.settled:
        monthly = figures.slice("month", selection=figures.selection.during(first, last), characteristics=names)
        counted = measured(monthly, figures.measure, figures.minimum_n)
        return {name: _months_as_now(counted.filter(characteristic=name), figures, how) for name in names}
    if how.history is None:
        return {}
    made = {}
    for name in names:
        own = how.history.filter(characteristic=name)
        if how.step == "week":
            points = trend.weeks_as_now(own, figures.minimum_n, matures=how.matures)
            made[name] = points.filter(pl.col("period").str.slice(0, 7) <= last).tail(WEEKS_BACK)
        else:
            made[name] = trend.months_as_settled(own, figures.minimum_n).filter(
                pl.col("period").is_between(pl.lit(first), pl.lit(last))
            )
    return made


def _months_as_now(monthly: pl.DataFrame, figures: Figures, how: Basis) -> pl.DataFrame:
    first, last = span(figures)
    # Of a figure that is suppressed no point is made.
    points = trend.months_as_now(
        monthly.drop_nulls(["n", "hits"]),
        figures.snapshot.extract_date,
        matures=how.matures,
        minimum_n=figures.minimum_n,
    )
    return points.filter(pl.col("period").is_in(months_between(first, last)))


def charts_of(
    figures: Figures, points: Mapping[str, pl.DataFrame], kind: Kind | None = None
) -> dict[str, ControlChart]:
    """The control chart of every characteristic, begun anew at the events that ask for it."""
    days = [e.event.happened_on for e in concerning(figures) if e.event.rebase and covers(e, figures.selection)]
    return {name: trend.charted(frame, figures.measure, days, kind) for name, frame in points.items()}


def concerning(figures: Figures) -> list[Entry]:
    """The events that concern at least a part of the selection."""
    return [entry for entry in figures.evidence.events() if _overlaps(entry, figures.selection)]


def _overlaps(entry: Entry, selection: Selection) -> bool:
    chosen = {name: selection.where.get(name) for name in entry.event.scope}
    return all(not chosen[name] or set(chosen[name] or ()) & set(values) for name, values in entry.event.scope.items())


def covers(entry: Entry, selection: Selection) -> bool:
    """Whether an event concerns all of a selection: only then may limits begin anew with it."""
    return all(
        selection.where.get(name) and set(selection.where[name]) <= set(values)
        for name, values in entry.event.scope.items()
    )


def ranked(charts: Mapping[str, ControlChart]) -> list[tuple[str, Verdict]]:
    """The characteristics with what their trends amount to: signals first, then in the catalogue's order."""
    order = {"worsening": 0, "improving": 1, "changed": 1, "no change": 2, "cannot tell": 3}
    found = [(name, trend.verdict(chart)) for name, chart in charts.items()]
    return sorted(found, key=lambda pair: order[pair[1].word])
