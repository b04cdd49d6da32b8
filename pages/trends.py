"""Trends: is it getting better, or is it noise?"""

import polars as pl
import streamlit as st

from dashboard import drill, event_forms, shell, show, trend_sections, trends
from dashboard.text import plain
from equality.analysis import trend

context = shell.enter("trends")
view, measure = context.view, context.view.measure
if context.slice().filter(pl.col("applicable") > 0).is_empty():
    drill.nobody(context)
how = trends.basis(context)
points = trends.points_of(context, how)
charts = trends.charts_of(how, points, context)
chart = charts[view.characteristic]
title = context.titles[view.characteristic]

verdict = trend.verdict(chart)
st.header(plain(trend.sentence(chart, verdict, title, measure, context.people_are)), anchor=False)
event_forms.refused()
trends.choices(context, how)
trend_sections.main_chart(context, how, chart)
chosen = trend_sections.event_section(context, how, points)
event_forms.draw(context, chosen)
trend_sections.others(context, how, charts)
trend_sections.maturity_section(context, how)
trend_sections.tables(context, chart)
show.how_counted(context)
