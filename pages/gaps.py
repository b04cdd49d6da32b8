"""Gaps: where are the gaps?"""

import streamlit as st

from dashboard import drill, shell, show, to_records
from dashboard.text import plain
from equality.analysis.words import MEASURES
from equality.charts import district_map, matrix
from equality.charts import row_panels as panels
from equality.charts.rows import state_rows
from equality.measures.counts import RATE_TITLES

context = shell.enter("gaps")
view, colours, measure = context.view, context.colours, context.view.measure
to_records.follow(context)
names = {name: c.short for name, c in context.catalogue.items()}
title = context.titles[view.characteristic]

counts = context.slice(view.by)
if counts.is_empty():
    drill.nobody(context)
cells = matrix.matrix_cells(
    counts, view.by, view.characteristic, measure, context.minimum_n, drill.unit_titles(view.by)
)
cells = matrix.described(cells, context.titles, measure)
rows = drill.unit_rows(context, cells)
st.header(plain(drill.headline(context, rows, cells)), anchor=False)

drill.breadcrumbs(context)
with st.container(horizontal=True, gap="medium", key="choices"):
    drill.dimension_chooser(context)
    to_records.choose_click(context)
show.step_key(colours, measure)
shown = drill.largest(cells, "rows-shown")
name = f"{RATE_TITLES[measure]} by {drill.unit_title(context).lower()} and characteristic."
key = drill.key("matrix", context)
picture = matrix.matrix(shown, list(names), names, view.characteristic, colours)
show.chart(context, picture, key, name, lambda: drill.follow_cell(context, key))
drill.reading(context, names)
drill.more_rows(cells, "rows-shown")

st.subheader(f"{plain(title)} by {drill.unit_title(context).lower()}", anchor=False)
with_map = view.by == "area"
targets = measure == "known"
show.row_key(colours, measure, targets=targets, national=False, reference=True)
columns = st.columns([4, 3, 3] if with_map else [5, 4], gap="medium")
listed = rows.head(drill.LISTED)
with columns[0]:
    key_dots = drill.key("dots", context)
    dots = panels.dots(listed, colours, reference=drill.overall(cells, view.characteristic))
    show.chart(context, dots, key_dots, f"{title} by {view.by}.", lambda: drill.follow_row(context, key_dots))
with columns[1]:
    bars = panels.states(listed, state_rows(listed), colours)
    show.chart(context, bars, drill.key("states", context), f"What is recorded for {title}.")
if with_map:
    with columns[2]:
        districts = district_map.district_rows(cells, view.characteristic)
        key_map = drill.key("map", context)
        picture = district_map.district_map(districts, colours)
        show.chart(context, picture, key_map, f"Map: {title} by district.", lambda: drill.follow_map(context, key_map))

st.subheader("The same numbers as a table", anchor=False)
st.caption("Choose a row to go one level deeper.")
key_table = drill.key("table", context)
table = show.table_rows(rows)
columns_shown = show.rate_columns(drill.unit_title(context), MEASURES[measure].gap)
show.table(
    context,
    table,
    key_table,
    f"{title}: rates and counts",
    columns_shown,
    lambda: drill.follow_table(context, key_table, rows),
)
show.how_counted(context)
