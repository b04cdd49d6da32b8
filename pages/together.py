"""Missing together: does what is missing bias what is there?"""

import polars as pl
import streamlit as st

from dashboard import missing, shell, show
from dashboard.checks import NOT_COUNTED
from dashboard.text import plain
from equality.analysis import together
from equality.charts import evidence_rows, patterns
from equality.charts.matrix import initials

context = shell.enter("together")
view, colours, titles = context.view, context.colours, context.titles
tables = [context.table(name) for name in ("patterns", "dependence", "answers")]
masks, levels, answers = tables
if masks is None or levels is None or answers is None:
    st.header("This cannot be told of this snapshot.", anchor=False)
    st.info(NOT_COUNTED)
    show.how_counted(context)
    st.stop()
names = list(context.options.characteristics)
short = {name: c.short for name, c in context.catalogue.items()}
factors = missing.factor_titles(context)
found = together.overview(masks)
tested = together.dependence(missing.known_by_factor(context, levels), context.minimum_n)
named = tested.filter("named").sort(pl.col("difference").abs() * pl.col("asked"), descending=True)
st.header(plain(missing.headline(context, found, named)), anchor=False)
if found.people < context.minimum_n:
    st.info("Take a filter away to see more.")
    show.how_counted(context)
    st.stop()
if lost := context.unheeded(*masks.columns):
    st.caption(f"Patterns, age, sex and outcome cannot be narrowed by: {', '.join(map(plain, lost))}.")
missing.choose_characteristic(context)
title = plain(titles[view.characteristic])

st.subheader("Which characteristics are missing together", anchor=False)
common = together.common_patterns(masks, names, missing.MOST_PATTERNS, context.minimum_n)
rows = patterns.pattern_rows(common, short)
if rows.height:
    show.chart(context, patterns.upset(rows, names, short, colours), "patterns", "Patterns of missing answers.")
covered = f"{100 * float(rows['share'].sum()):.0f}%"
st.caption(
    "Each row is a set of characteristics that are not known of the same person (filled dots), its bar the people. "
    f"Shown are the {rows.height} commonest sets: {covered} of all people. On a phone the columns are named by three "
    f"letters: {plain(', '.join(f'{word} = {short[name]}' for name, word in initials(short).items()))}."
)

left, right = st.columns(2, gap="large")
with left:
    st.subheader(f"Where {title} is not known, what else is not", anchor=False)
    pairs = together.pairs(masks, names)
    tied = missing.pair_rows(pairs, view.characteristic, titles)
    if tied.height:
        picture = evidence_rows.share_rows(tied, colours)
        show.chart(context, picture, "pairs", f"Other characteristics not known where {title} is not.")
        st.caption("The dot is the share not known of these people with its 95% interval, the tick that of everybody.")
    else:
        st.write(f"{title} is known of everybody here.")
with right:
    st.subheader(f"Whether {title} is known depends on", anchor=False)
    mine = named.filter(pl.col("characteristic") == view.characteristic)
    apart = missing.level_rows(mine, titles, factors)
    if apart.height:
        picture = evidence_rows.share_rows(apart, colours)
        show.chart(context, picture, "levels", f"{title} known by outcome, crime, age and sex.")
        st.caption("The dot is the share known with its 95% interval, the tick that of all others.")
    else:
        st.write("Neither outcome, crime, age nor sex, by more than chance and 5 points.")

st.subheader("What a share could be", anchor=False)
st.info(
    "A share among the people with an answer speaks for everybody only if those without one are like them. Do not "
    "compute a disparity from known answers alone.",
    icon=":material/warning:",
)
choices = missing.choices(view.characteristic)
known = {name: b for name, codes in choices.items() if (b := missing.bounds_of(answers, view.characteristic, codes))}
if not known:
    st.write(f"Answers to {title} are not broken down here: only whether they are known is shown.")
else:
    chosen = missing.choose_answer(context, list(known))
    st.markdown(plain(together.bounds_sentence(known[chosen], chosen, context.people_are)))
    outer = missing.bounds_rows(known)
    show.chart(context, evidence_rows.share_rows(outer, colours, wide=True), "bounds", f"Bounds of {title}.")
    st.caption("The dot is the share among known answers with its 95% interval, the pale line what it could be of all.")

with st.expander("The same numbers as tables, and how they are counted"):
    missing.tables(context, rows, pairs, tested, known)
show.how_counted(context)
