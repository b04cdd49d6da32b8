"""What the Trends page shows: the points for the chosen steps and basis, which events concern them, and the choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl
import streamlit as st

from dashboard.link import View
from dashboard.shell import Context
from equality.analysis import maturity, trend
from equality.analysis.control_chart import ControlChart
from equality.analysis.limits import KIND_TITLES, Kind
from equality.analysis.trend import Verdict
from equality.measures.dimensions import months_between, shift_month
from equality.store.events import Entry

YEARS_BACK: Final = 24
"""Months before the period's last that a chart reaches back, where the period itself is shorter."""
WEEKS_BACK: Final = 53
STEPS: Final = {"month": "Months", "week": "Weeks"}
BASES: Final = {"settled": "As known after 28 days", "now": "As known now"}
KINDS: Final[Mapping[str, str]] = {"auto": "What fits", **KIND_TITLES}


@dataclass(frozen=True)
class Basis:
    """How the points of a page are counted.

    Attributes:
        step: a key of `STEPS`.
        basis: a key of `BASES`.
        kind: a key of `KINDS`.
        steps: which steps there are to choose from.
        bases: which bases.
        history: ages of the records, for all characteristics; None where they were not counted.
        matures: whether successive extracts deliver records again.
    """

    step: str
    basis: str
    kind: str
    steps: Sequence[str]
    bases: Sequence[str]
    history: pl.DataFrame | None
    matures: bool

    @property
    def chart_kind(self) -> Kind | None:
        """The kind of chart that was asked for; None for what fits."""
        return self.kind if self.kind in KIND_TITLES else None  # type: ignore[return-value]


def basis(context: Context) -> Basis:
    """What there is to choose from, and what the link asks for."""
    view = context.view
    history = context.history()
    counted = history is not None and view.measure == "known"
    matures = history is not None and maturity.delivered_again(history)
    steps = ["month", "week"] if counted else ["month"]
    step = view.own_choice("step", steps)
    bases = ["settled", "now"] if counted and matures and step == "month" else ["now"]
    kind = view.own_choice("chart", tuple(KINDS))
    return Basis(step, view.own_choice("basis", bases), kind, steps, bases, history, matures)


def span(context: Context) -> tuple[str, str]:
    """The months that a chart covers: two years up to the period's end, or the period if it is longer."""
    last = context.view.last
    first = min(context.view.first, shift_month(last, -YEARS_BACK))
    return max(first, context.options.months[0]), last


def points_of(
    context: Context, how: Basis, view: View | None = None, names: Sequence[str] = ()
) -> dict[str, pl.DataFrame]:
    """The points of characteristics, as `equality.analysis.trend` describes them.

    Args:
        context: the page's.
        how: steps and basis.
        view: whose filters; the page's if none is given.
        names: which characteristics; none means all.
    """
    first, last = span(context)
    names = names or list(context.catalogue)
    if how.step == "month" and how.basis == "now":
        wanted = replace(view or context.view, first=first, last=last)
        counted = context.measured(context.slice("month", view=wanted))
        made = {
            name: trend.months_as_now(
                counted.filter(characteristic=name),
                context.snapshot.extract_date,
                matures=how.matures,
                minimum_n=context.minimum_n,
            )
            for name in names
        }
        return {name: _without_gaps(points, first, last) for name, points in made.items()}
    history = (how.history if view is None else context.history(view)) if how.history is not None else None
    if history is None:
        return {}
    made = {}
    for name in names:
        own = history.filter(characteristic=name)
        if how.step == "week":
            points = trend.weeks_as_now(own, context.minimum_n, matures=how.matures)
            made[name] = points.filter(pl.col("period").str.slice(0, 7) <= last).tail(WEEKS_BACK)
        else:
            made[name] = trend.months_as_settled(own, context.minimum_n).filter(
                pl.col("period").is_between(pl.lit(first), pl.lit(last))
            )
    return made


def _without_gaps(points: pl.DataFrame, first: str, last: str) -> pl.DataFrame:
    """Months between the first and last that have any record; those without are rows without a share."""
    return points.filter(pl.col("period").is_in(months_between(first, last)))


def charts_of(
    how: Basis, points: Mapping[str, pl.DataFrame], measure: str, context: Context
) -> dict[str, ControlChart]:
    """The control chart of every characteristic, begun anew at the events that ask for it."""
    days = [e.event.happened_on for e in concerning(context) if e.event.rebase and covers(e, context.view)]
    return {name: trend.charted(frame, measure, days, how.chart_kind) for name, frame in points.items()}


def charts_as_now(context: Context) -> dict[str, ControlChart]:
    """The monthly control charts of all characteristics as known now: for small lines, without earlier extracts."""
    how = Basis("month", "now", "auto", ("month",), ("now",), None, context.delivered_again())
    return charts_of(how, points_of(context, how), context.view.measure, context)


def concerning(context: Context) -> list[Entry]:
    """The events that concern at least a part of what is shown."""
    return [entry for entry in context.events() if _overlaps(entry, context.view)]


def _overlaps(entry: Entry, view: View) -> bool:
    chosen = {name: view.where.get(name) for name in entry.event.scope}
    return all(not chosen[name] or set(chosen[name] or ()) & set(values) for name, values in entry.event.scope.items())


def covers(entry: Entry, view: View) -> bool:
    """Whether an event concerns all of what is shown: only then may limits begin anew with it."""
    return all(
        view.where.get(name) and set(view.where[name]) <= set(values) for name, values in entry.event.scope.items()
    )


def scoped(entry: Entry, view: View) -> View:
    """The view narrowed to what an event concerns."""
    for name, values in entry.event.scope.items():
        chosen = view.where.get(name)
        view = view.narrowed(name, [v for v in values if not chosen or v in chosen])
    return view


def choices(context: Context, how: Basis) -> None:
    """Steps, basis and kind of chart: a row of choices that the address keeps."""
    with st.container(horizontal=True, gap="medium", key="trend-choices"):
        _choice(context, "step", "Step", how.step, {k: STEPS[k] for k in how.steps})
        _choice(context, "basis", "Each point", how.basis, {k: BASES[k] for k in how.bases})
        _choice(context, "chart", "Chart", how.kind, KINDS)


def _choice(context: Context, name: str, label: str, value: str, options: Mapping[str, str]) -> None:
    if len(options) < 2:
        return
    key = f"trend-{name}"
    usual = next(iter(options))

    def change() -> None:
        context.bar.go(context.view.with_own(name, st.session_state[key], usual))

    if st.session_state.get(key) != value:
        st.session_state[key] = value
    st.selectbox(label, list(options), format_func=lambda v: options[v], key=key, on_change=change, width=230)


def ranked(charts: Mapping[str, ControlChart]) -> list[tuple[str, Verdict]]:
    """The characteristics with what their trends amount to: signals first, then in the catalogue's order."""
    order = {"worsening": 0, "improving": 1, "changed": 1, "no change": 2, "cannot tell": 3}
    found = [(name, trend.verdict(chart)) for name, chart in charts.items()]
    return sorted(found, key=lambda pair: order[pair[1].word])


def small_lines(charts: Mapping[str, ControlChart]) -> pl.DataFrame:
    """The points of monthly charts with their limits, as `equality.charts.rows.month_rows` takes them."""
    wanted = ("share", "n", "lower", "centre", "upper", "signal", "settled")
    frames = [
        chart.points.select(pl.lit(name).alias("characteristic"), pl.col("period").alias("month"), *wanted)
        for name, chart in charts.items()
    ]
    return pl.concat(frames)
