"""Overview: how are we doing, and what should we do next?"""

from dataclasses import replace

import polars as pl
import streamlit as st

from dashboard import frames, navigation, news, shell, show, to_records, trends
from dashboard.text import plain
from equality.analysis import findings
from equality.analysis.words import MEASURES, period_name
from equality.charts import row_panels as panels
from equality.charts.rows import month_rows, rate_rows, state_rows
from equality.measures.counts import RATE_TITLES

context = shell.enter("overview")
view, colours, measure = context.view, context.colours, context.view.measure
gaps = navigation.PAGES["gaps"]

now, before, rates = frames.compare_with_earlier(context)
focus = rates.row(by_predicate=pl.col("characteristic") == view.characteristic, named=True)
title = context.titles[view.characteristic]
sentence = findings.headline(focus, title, measure, context.people_are, context.earlier_words)
st.header(plain(sentence), anchor=False)

# Targets and national figures are shares known; beside another rate they would mislead.
aims = {name: c.target for name, c in context.catalogue.items() if measure == "known"}
elsewhere = {name: c.national[view.role].known for name, c in context.catalogue.items() if view.role in c.national}
elsewhere = elsewhere if measure == "known" else {}
short = {name: c.short for name, c in context.catalogue.items()}
rows = rate_rows(rates, "characteristic", context.titles, measure, aims, elsewhere, short=short)
months = frames.last_months(context)
monthly = trends.small_lines(trends.charts_as_now(context))


def follow_chart() -> None:
    chosen = show.chosen("rates", "row")
    st.session_state["follow"] = chosen["id"] if chosen else None


def follow_table() -> None:
    selected = st.session_state["rates-table"]["selection"]["rows"]
    st.session_state["follow"] = rows["id"][selected[0]] if selected else None


if followed := st.session_state.pop("follow", None):
    inside = replace(view, characteristic=followed)
    if to_records.opens_records(context):
        to_records.remember(context, inside)
        to_records.follow(context)
    st.switch_page(gaps.file, query_params=context.bar.params(inside))

to_records.choose_click(context)
show.row_key(colours, measure, targets=bool(aims), national=bool(elsewhere))
left, middle, right = st.columns([5, 3.6, 3.6], gap="medium")
with left:
    st.subheader(f"{RATE_TITLES[measure]}, of 100 people", anchor=False)
    name = f"{RATE_TITLES[measure]} by characteristic, the largest gap first."
    show.chart(context, panels.dots(rows, colours), "rates", name, follow_chart)
with middle:
    st.subheader("What is recorded", anchor=False)
    bars = panels.states(rows, state_rows(rows), colours)
    show.chart(context, bars, "states", "What is recorded for each characteristic, as shares of all people.")
with right:
    st.subheader("Month by month", anchor=False)
    points = month_rows(rows, monthly, "characteristic", months)
    lines = panels.months(rows, points, months, colours)
    show.chart(context, lines, "months", f"The rate by month, {period_name(months[0], months[-1])}.")
st.caption(
    "Most people missing first; a click on a row leads to its gaps. Each small line has a scale of its own. "
    + "Its band shows what chance explains; triangles are months that it does not, hollow dots still fill in. "
    + (f"Changes are against {context.earlier_words}, with their 95% interval." if context.earlier else "")
)

changed, act = st.columns(2, gap="large")
with changed:
    st.subheader("What changed, or is not as it seems", anchor=False)
    found = news.news(context)
    for item in found:
        news.draw(context, item)
    if not found:
        st.write("Nothing that chance does not explain.")
    if before is None:
        st.write("The data does not reach back far enough to compare with an earlier period of this length.")
with act:
    st.subheader(f"Where to act on {plain(title)}", anchor=False)
    items = frames.to_act(context)
    for place in items:
        params = context.bar.params(frames.towards(context, place))
        label = f"**{plain(place.unit)}** ({plain(context.snapshot.dimensions[place.dimension].lower())})"
        with st.container(gap=None):
            st.page_link(gaps.file, label=label, icon=":material/arrow_forward:", query_params=params)
            st.markdown(plain(findings.advice(place, measure, context.catalogue[view.characteristic].target)))
    if not items:
        st.write("There is no gap here, or nothing to divide it by.")
    if plan := news.lifting(context):
        news.draw(context, plan)

with st.expander("The same numbers as a table"):
    st.caption("Choose a row to see where its gaps are.")
    columns = show.rate_columns("Characteristic", MEASURES[measure].gap)
    show.table(
        context,
        show.table_rows(rows),
        "rates-table",
        "Rates and counts by characteristic",
        columns,
        follow_table,
    )
show.how_counted(context)
