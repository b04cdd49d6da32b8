"""Comparing units: the choices of the Compare page, its table, and the way from a unit to its gaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import drill, mix, navigation, show, to_records
from dashboard.link import View
from dashboard.shell import Context
from equality.analysis.funnel import Spread
from equality.charts.funnel_plot import funnel_rows
from equality.reading import mix as reading

RATES: Final = {"adjusted": "Adjusted for mix", "raw": "As recorded"}
"""How rates are compared; the first is the usual one."""
LIMITS: Final = {"spread": "Chance and usual spread", "chance": "Chance alone"}
"""What the limits allow for; the first is the usual one."""
FOLLOW: Final = "follow-unit"


def dimension(context: Context) -> str | None:
    """The dimension whose units are compared: the one of the link if its units can be, else the first that can."""
    held = mix.units(context.options)
    return context.view.by if context.view.by in held else next(iter(held), None)


def choose_dimension(context: Context, by: str, label: str = "Compare") -> None:
    """Which units are compared."""
    held = mix.units(context.options)
    titles = {d: context.snapshot.dimensions.get(d, d) for d in held}
    if st.session_state.get("compare-by") != by:
        st.session_state["compare-by"] = by

    def change() -> None:
        context.bar.go(replace(context.view, by=st.session_state["compare-by"]))

    st.segmented_control(
        label, held, format_func=titles.__getitem__, key="compare-by", on_change=change, required=True, wrap=True
    )


def compared(context: Context, by: str, *, adjusted: bool, spread: bool) -> tuple[pl.DataFrame, Spread]:
    """The units as rows of the funnel, and what its limits allow for."""
    placed, found = reading.placed(context.figures(), by, adjusted=adjusted, spread=spread)
    return funnel_rows(placed, drill.unit_titles(by), context.view.measure, adjusted=adjusted), found


def table_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of the table: per cents, and no counts where there are too few people."""
    judged = pl.col("enough")
    return rows.with_columns(
        *(pl.when(judged).then(pl.col(name)).alias(name) for name in ("n", "hits", "missing", "expected")),
        percent=100 * pl.col("share"),
        percent_low=100 * pl.col("low"),
        percent_high=100 * pl.col("high"),
        percent_crude=100 * pl.col("crude"),
        limit_low=100 * pl.col("low_998"),
        limit_high=100 * pl.col("high_998"),
    )


def columns(title: str, gap: str, *, adjusted: bool) -> dict[str, Any]:
    """The columns of the table; an adjusted rate stands beside the one that was recorded."""
    number, text, share = st.column_config.NumberColumn, st.column_config.TextColumn, "%.1f%%"
    recorded = {"percent_crude": number("As recorded", format=share)} if adjusted else {}
    expected = number("Expected", format="%.0f", help="Known if each stratum had the rate of all units together")
    return {
        "name": text(title, pinned=True, width="medium"),
        "where": text("Against the limits", width=230),
        "percent": number("Adjusted rate" if adjusted else "Rate", format=share),
        "percent_low": number("from", format=share, help="Lower limit of the 95% interval"),
        "percent_high": number("to", format=share, help="Upper limit of the 95% interval"),
        **recorded,
        "limit_low": number("99.8% limit, lower", format=share),
        "limit_high": number("99.8% limit, upper", format=share),
        "z": number("Standard errors from all", format="%.1f"),
        "n": number("Out of", format="localized", help="The rate's denominator"),
        "hits": number("Observed", format="localized", help="The rate's numerator"),
        **({"expected": expected} if adjusted else {}),
        "missing": number(gap, format="localized"),
    }


def towards(context: Context, by: str, unit: str) -> View:
    """The view of Gaps one level below a unit."""
    view = replace(context.view, by=by)
    return view.drilled(unit, view.characteristic, context.options)


def by_chart(name: str, key: str) -> Callable[[], None]:
    """The callback of a chart: remembers the unit whose mark was chosen."""

    def follow() -> None:
        mark = show.chosen(key, name)
        st.session_state[FOLLOW] = mark.get("id") if mark else None

    return follow


def by_table(key: str, ids: pl.Series) -> Callable[[], None]:
    """The callback of a table: remembers the unit whose row was chosen."""

    def follow() -> None:
        selected = st.session_state[key]["selection"]["rows"]
        st.session_state[FOLLOW] = ids[selected[0]] if selected else None

    return follow


def follow(context: Context, by: str) -> None:
    """Go to the gaps of the unit that was chosen in the last run, if there was one."""
    unit = st.session_state.pop(FOLLOW, None)
    if unit not in context.options.values.get(by, ()):
        return
    if to_records.opens_records(context):
        to_records.remember(context, towards(context, by, unit))
        to_records.follow(context)
    else:
        gaps = navigation.PAGES["gaps"]
        st.switch_page(gaps.file, query_params=context.bar.params(towards(context, by, unit)))
