"""Compare: who differs by more than chance and mix?"""

import polars as pl
import streamlit as st

from dashboard import comparing, drill, mix, shell, show, to_records
from dashboard.choice import choose
from dashboard.text import plain
from equality.analysis.comparison import comparison_headline, plural, spread_words
from equality.analysis.words import MEASURES
from equality.charts.funnel_plot import funnel_plot
from equality.measures.counts import RATE_TITLES

context = shell.enter("compare")
view, measure = context.view, context.view.measure
by = comparing.dimension(context)
if by is None or context.slice().filter(pl.col("applicable") > 0).is_empty():
    drill.nobody(context)
comparing.follow(context, by)
title = context.titles[view.characteristic]
unit_title = context.snapshot.dimensions[by]
units_are = plural(unit_title)
parts = mix.mix(context.options, by)

top = st.container()
with st.container(horizontal=True, gap="medium", key="choices"):
    comparing.choose_dimension(context, by)
    rates = choose(context, "rates", "Rates", comparing.RATES, [] if parts else ["adjusted"])
    limits = choose(context, "limits", "Limits allow for", comparing.LIMITS)
    to_records.choose_click(context)
adjusted, allowed = rates == "adjusted", limits == "spread"
rows, spread = comparing.compared(context, by, adjusted=adjusted, spread=allowed)
judged = rows.drop_nulls("z")
with top:
    sentence = comparison_headline(rows, title, units_are, adjusted=adjusted, spread=allowed and spread.tau2 > 0)
    st.header(plain(sentence), anchor=False)

if judged.height >= 2:
    rate_title = f"{RATE_TITLES[measure]}, adjusted for mix" if adjusted else RATE_TITLES[measure]
    st.subheader(f"{rate_title}: {plain(title)} by {unit_title.lower()}", anchor=False)
    show.funnel_key(context.colours)
    size_title = "People counted, weighted for mix" if adjusted else "People counted"
    key = drill.key("funnel", context)
    picture = funnel_plot(rows, spread, size_title, rate_title, context.colours)
    name = f"{rate_title} of {units_are} by number of people, with control limits."
    show.chart(context, picture, key, name, comparing.by_chart("unit", key))
    st.caption(plain(spread_words(spread, units_are, allowed=allowed)))
    st.markdown(
        "**Outside the 99.8% limits: look here first, and first for data problems**: a field filled with one "
        "value for everybody, a changed form, records under another name. A place outside the limits says that the "
        "rate is unusual, not that anybody works badly. A click on a point, or a row of the table, leads to its gaps."
    )

st.subheader("The same numbers as a table", anchor=False)
st.caption("Those to look at first stand on top. Choose a row to see where its gaps are.")
key_table = drill.key("compare-table", context)
show.table(
    context,
    comparing.table_rows(rows),
    key_table,
    f"{title}: {units_are} compared",
    comparing.columns(unit_title, MEASURES[measure].gap, adjusted=adjusted),
    comparing.by_table(key_table, rows["id"]),
)
with st.expander("How the comparison is made"):
    if adjusted:
        st.markdown(
            f"**Adjusted for mix** (indirect standardisation): all {units_are} together have a rate in every "
            f"combination of {plain(mix.words(context, parts))}. *Expected* is what these rates give for the people of "
            f"one {unit_title.lower()}; its adjusted rate is the overall rate × observed ÷ expected. The unit itself "
            "is part of the rates it is compared with; where hardly anybody else does its work, it is not judged. The "
            "axis counts people by how much they tell: the number at the overall rate that leaves the same uncertainty."
        )
    st.markdown(
        "**Limits** (funnel plot, Spiegelhalter 2005): 95% of units lie within the inner and 99.8% within the outer "
        "limits if they differ by nothing but what the limits allow for. Units of fewer than "
        f"{context.minimum_n} people are too few to show."
    )
show.how_counted(context)
