"""Drivers: why, and what would help most?"""

import polars as pl
import streamlit as st

from dashboard import comparing, drill, reason_panels, shell, show, to_records

context = shell.enter("drivers")
if context.slice().filter(pl.col("applicable") > 0).is_empty():
    drill.nobody(context)
by = comparing.dimension(context)
if by is not None:
    comparing.follow(context, by)

to_records.choose_click(context)
reason_panels.why(context, by)
left, right = st.columns(2, gap="large")
with left:
    if by is not None:
        reason_panels.who(context, by)
with right:
    reason_panels.what(context)
show.how_counted(context)
