"""What the Trends page shows: the points for the chosen steps and basis, which events concern them, and the choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
import streamlit as st

from dashboard.choice import choose
from dashboard.link import View
from dashboard.shell import Context
from equality.analysis import maturity
from equality.analysis.control_chart import ControlChart
from equality.analysis.limits import KIND_TITLES, Kind
from equality.reading import trends as reading
from equality.store.events import Entry

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
    figures = context.figures(view)
    history = (how.history if view is None else figures.history()) if how.history is not None else None
    counted = reading.Basis(how.step, how.basis == "settled", history, how.matures)
    return reading.points_of(figures, counted, names)


def charts_of(how: Basis, points: Mapping[str, pl.DataFrame], context: Context) -> dict[str, ControlChart]:
    """The control chart of every characteristic, begun anew at the events that ask for it."""
    return reading.charts_of(context.figures(), points, how.chart_kind)


def charts_as_now(context: Context) -> dict[str, ControlChart]:
    """The monthly control charts of all characteristics as known now: for small lines, without earlier extracts."""
    how = Basis("month", "now", "auto", ("month",), ("now",), None, context.delivered_again())
    return charts_of(how, points_of(context, how), context)


def concerning(context: Context) -> list[Entry]:
    """The events that concern at least a part of what is shown."""
    return reading.concerning(context.figures())


def covers(entry: Entry, view: View) -> bool:
    """Whether an event concerns all of what is shown: only then may limits begin anew with it."""
    return reading.covers(entry, view.selection())


def scoped(entry: Entry, view: View) -> View:
    """The view narrowed to what an event concerns."""
    for name, values in entry.event.scope.items():
        chosen = view.where.get(name)
        view = view.narrowed(name, [v for v in values if not chosen or v in chosen])
    return view


def choices(context: Context, how: Basis) -> None:
    """Steps, basis and kind of chart: a row of choices that the address keeps."""
    with st.container(horizontal=True, gap="medium", key="trend-choices"):
        offered: tuple[tuple[str, str, Mapping[str, str]], ...] = (
            ("step", "Step", {k: STEPS[k] for k in how.steps}),
            ("basis", "Each point", {k: BASES[k] for k in how.bases}),
            ("chart", "Chart", KINDS),
        )
        for name, label, titles in offered:
            if len(titles) > 1:
                choose(context, name, label, titles, listed=True, width=230)


def small_lines(charts: Mapping[str, ControlChart]) -> pl.DataFrame:
    """The points of monthly charts with their limits, as `equality.charts.rows.month_rows` takes them."""
    wanted = ("share", "n", "lower", "centre", "upper", "signal", "settled")
    frames = [
        chart.points.select(pl.lit(name).alias("characteristic"), pl.col("period").alias("month"), *wanted)
        for name, chart in charts.items()
    ]
    return pl.concat(frames)
