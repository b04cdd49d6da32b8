"""Drilling in Gaps: the rows of the chosen dimension, one level deeper on a click, and the way back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import polars as pl
import streamlit as st

from dashboard import show, to_records
from dashboard.link import View
from dashboard.shell import Context
from dashboard.text import plain
from equality.analysis.findings import gap_headline
from equality.analysis.words import month_name
from equality.charts.matrix import ALL, initials
from equality.charts.rows import rate_rows
from equality.measures.counts import KINDS
from equality.measures.dimensions import ROLES

LISTED: Final = 12
"""Rows that the dot plot draws; the table lists all."""
MATRIX: Final = 20
"""Rows that the matrix draws until more are asked for."""


def unit_title(context: Context) -> str:
    """The name of the dimension that the rows are of."""
    return context.snapshot.dimensions.get(context.view.by, context.view.by)


def unit_titles(by: str) -> dict[str, str]:
    """Values of a dimension whose name on screen differs."""
    return dict(ROLES) if by == "role" else {}


def key(name: str, context: Context) -> str:
    """The key of a chart or table of this view: another view has another, so that old choices do not linger."""
    state = repr(sorted(context.bar.params().items()))
    return f"{name}-{hashlib.sha256(state.encode()).hexdigest()[:12]}"


def unit_rows(context: Context, cells: pl.DataFrame) -> pl.DataFrame:
    """The units as rows of rates of the characteristic in focus."""
    view = context.view
    focused = cells.filter((pl.col("column") == view.characteristic) & (pl.col("unit") != ALL))
    known = view.measure == "known"
    units = focused["unit"].to_list()
    frame = focused.select(
        "unit", "applicable", *KINDS, "n", "hits", "missing", "enough", "share", "low", "high", "rank"
    )
    titles = {unit: month_name(unit) for unit in units} if view.by == "month" else unit_titles(view.by)
    targets = context.targets_by(view.by, units) if known else None
    return rate_rows(frame, "unit", titles, view.measure, targets, in_order=view.by == "month")


def overall(cells: pl.DataFrame, characteristic: str) -> float | None:
    """The rate of the whole selection."""
    total = cells.filter((pl.col("unit") == ALL) & (pl.col("column") == characteristic))
    return None if total.is_empty() else total["share"][0]


def headline(context: Context, rows: pl.DataFrame, cells: pl.DataFrame) -> str:
    """The finding: the rate of the selection, and which unit holds most of the gap."""
    view = context.view
    total = cells.row(by_predicate=(pl.col("unit") == ALL) & (pl.col("column") == view.characteristic), named=True)
    named = rows.filter(pl.col("missing") > 0).sort("missing", descending=True)
    largest = named.row(0, named=True) if named.height else None
    people_are = "people" if view.by == "role" else context.people_are
    return gap_headline(total, largest, context.titles[view.characteristic], view.measure, people_are)


def nobody(context: Context) -> None:
    """The page of a selection without any record: says so, and stops."""
    hidden = "nobody, or too few to show, are" if context.disclosure else "nobody is"
    st.header(f"Too few to say: {hidden} in this selection.", anchor=False)
    breadcrumbs(context)
    st.info("Take a filter away to see more.")
    show.how_counted(context)
    st.stop()


def breadcrumbs(context: Context) -> None:
    """The levels drilled through: each goes back to itself."""
    view = context.view
    if not view.drill:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="breadcrumbs"):
        for depth, dimension in enumerate(view.drill):
            everything = "All " + context.snapshot.dimensions[dimension].lower() + "s"
            label = everything if depth == 0 else view.where[view.drill[depth - 1]][0]
            _crumb(context, label, view.undrilled(depth), depth)
        st.markdown(f"**{plain(view.where[view.drill[-1]][0])}**", width="content")


def _crumb(context: Context, label: str, view: View, depth: int) -> None:
    st.button(plain(label), key=f"crumb-{depth}", type="tertiary", on_click=context.bar.go, args=(view,))
    st.markdown("›", width="content")


def dimension_chooser(context: Context) -> None:
    """Which dimension the rows are of."""
    units = context.options.units
    titles = {d: context.snapshot.dimensions.get(d, d) for d in units}
    if st.session_state.get("by") != context.view.by:
        st.session_state["by"] = context.view.by

    def change() -> None:
        context.bar.go(replace(context.view, by=st.session_state["by"]))

    st.segmented_control(
        "Rows", units, format_func=titles.__getitem__, key="by", on_change=change, required=True, wrap=True
    )


def largest(cells: pl.DataFrame, state: str) -> pl.DataFrame:
    """The matrix rows to draw: those with the largest gaps, or all if the reader asked for them."""
    return cells if st.session_state.get(state) else cells.filter(pl.col("rank") <= MATRIX)


def more_rows(cells: pl.DataFrame, state: str) -> None:
    """The switch between the rows with the largest gaps and all."""
    count = cells["unit"].n_unique() - 1
    if count > MATRIX:
        st.toggle(f"Show all {count} rows, not only the {MATRIX} with the largest gaps", key=state)


def reading(context: Context, short: Mapping[str, str]) -> None:
    """How to read the matrix."""
    title = plain(context.titles[context.view.characteristic])
    named = initials(short).items()
    letters = ", ".join(f"{word} = {plain(short[name])}" for name, word in named if word != short[name])
    st.caption(
        f"In each cell the rate of 100 people, in brackets the people counted for {title}, whose column is outlined; "
        "rows with most people missing first. A click goes one level deeper. "
        f"On a phone the columns are named by three letters: {letters}."
    )
    if context.view.by == "role":
        st.caption("The rows are all roles: the filter for one role is set aside here.")


def follow_cell(context: Context, key: str) -> None:
    """A click on a cell of the matrix: one level down; in the row of totals, only the characteristic changes."""
    cell = show.chosen(key, "cell")
    if cell:
        column = context.view.characteristic if cell["column"] == ALL else cell["column"]
        follow(context, cell["unit"], column)


def follow_row(context: Context, key: str) -> None:
    """A click on a row of the dot plot."""
    row = show.chosen(key, "row")
    if row:
        follow(context, row["id"], context.view.characteristic)


def follow_map(context: Context, key: str) -> None:
    """A click on a district."""
    district = show.chosen(key, "district")
    if district:
        follow(context, district["unit"], context.view.characteristic)


def follow_table(context: Context, key: str, rows: pl.DataFrame) -> None:
    """A row chosen in the table."""
    selected = st.session_state[key]["selection"]["rows"]
    if selected:
        follow(context, rows["id"][selected[0]], context.view.characteristic)


def follow(context: Context, unit: str, characteristic: str) -> None:
    """Go one level deeper, or to the records, as the reader has chosen."""
    view = context.view
    known = unit in (*context.options.values.get(view.by, ()), *context.options.months)
    if unit != ALL and not known:
        return
    inside = replace(view, characteristic=characteristic)
    if unit != ALL:
        inside = view.drilled(unit, characteristic, context.options)
    if to_records.opens_records(context):
        to_records.remember(context, inside)
    else:
        context.bar.go(inside)
