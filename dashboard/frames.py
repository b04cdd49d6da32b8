"""The slices that pages ask for, for the view that is shown."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from dashboard.link import View
from dashboard.shell import Context
from equality.analysis.findings import Contributor, compared
from equality.measures.dimensions import months_between, shift_month
from equality.reading import places

TREND: int = 13
"""Months in a small line: a year and the month it began with."""


def compare_with_earlier(context: Context) -> tuple[pl.DataFrame, pl.DataFrame | None, pl.DataFrame]:
    """The counts per characteristic now and in the period before (None if there is none), and their rate with its
    change.
    """
    now = context.slice()
    before = context.slice(view=context.earlier) if context.earlier else None
    rates = context.measured(now)
    earlier = rates.clear() if before is None else context.measured(before)
    return now, before, compared(rates, earlier, ["characteristic"])


def last_months(context: Context) -> list[str]:
    """The 13 months that end with the period, as far as the data goes back."""
    last = context.view.last
    return months_between(max(context.options.months[0], shift_month(last, 1 - TREND)), last)


def to_act(context: Context) -> list[Contributor]:
    """The three units that hold most of the gap of the characteristic in focus."""
    return places.to_act(context.figures())


def towards(context: Context, item: Contributor) -> View:
    """The view of Gaps that a contributor leads to: one level below it."""
    view = replace(context.view, by=item.dimension)
    return view.drilled(item.unit, view.characteristic, context.options)
