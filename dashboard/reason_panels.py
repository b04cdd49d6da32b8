"""The three panels of the Drivers page: why it differs, who holds the gap, what would help most."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboard import comparing, drill, mix, reasoning, show
from dashboard.choice import choose
from dashboard.shell import Context
from dashboard.text import plain
from equality.analysis.comparison import plural
from equality.analysis.kitagawa import Split, grouped
from equality.analysis.reasons import pareto_headline, plan_headline, pooled_words, reason_headline
from equality.analysis.whatif import fewest_for, pareto, plan
from equality.analysis.words import MEASURES
from equality.charts.lifts import lift_rows, lifts
from equality.charts.pareto_bars import pareto_bars, pareto_rows
from equality.charts.waterfall import waterfall, waterfall_rows
from equality.measures.counts import RATE_TITLES

SHOWN = 10
"""Rows that the Pareto chart and the list of lifts draw; the tables list all."""
MOST = 0.8
"""The share of the gap whose few holders are counted."""


def why(context: Context, by: str | None) -> None:
    """The waterfall from one side to the other, with its choices, its finding and its table."""
    title = context.titles[context.view.characteristic]
    found = reasoning.comparisons(context, by)
    if not found:
        st.header("There is nothing to compare this selection with.", anchor=False)
        return
    top = st.container()
    with st.container(horizontal=True, gap="medium", key="drivers-choices"):
        against = choose(context, "against", "Compare with", found)
        shown_by = reasoning.splits(context, against, by)
        shown = choose(context, "split", "Show contributions by", shown_by) if shown_by else None
        if by is not None:
            comparing.choose_dimension(context, by, "Units")
        if against == "units" and by is not None:
            reasoning.choose_pair(context, by)
    pair = reasoning.sides(context, against, by)
    columns = reasoning.strata(context, shown, against, by)
    split = reasoning.split_of(context, pair, columns) if columns else None
    if split is None:
        with top:
            st.header(f"Too few to say: one of the two sides has fewer than {context.minimum_n} people.", anchor=False)
        return
    ends = (pair[1].name, pair[0].name)
    mix_of = mix.words(context, columns)
    with top:
        words = MEASURES[context.view.measure]
        whom = f"{context.people_are.lower()} {words.of}".strip()
        st.header(plain(reason_headline(split, title, ends, (words.verb, whom), mix_of)), anchor=False)
    _waterfall(context, split, shown, ends)
    notes = [
        "The bars add up to the difference exactly. Of each part the sum has a 95% interval; single bars are not "
        "tested: read them as where to look. The scale does not begin at 0.",
        f"A combination of {mix_of} is compared with the same combination on the other side (Kitagawa 1955).",
        pooled_words(split),
    ]
    st.caption(plain(" ".join(note for note in notes if note)))


def _waterfall(context: Context, split: Split, shown: str | None, ends: tuple[str, str]) -> None:
    many = plural(context.snapshot.dimensions[shown]) if shown else ""
    st.subheader(plain(f"From {ends[0]} to {ends[1]}, in points"), anchor=False)
    show.part_key(context.colours)
    rows = waterfall_rows(split, shown, {}, ends, many)
    name = f"Waterfall from {ends[0]} to {ends[1]}: practice and mix{f' by {many}' if many else ''}."
    show.chart(context, waterfall(rows, context.colours), drill.key("waterfall", context), name)
    if shown is None:
        return
    with st.expander("The same numbers as a table"):
        table = grouped(split, shown).select(
            name="unit",
            people_now=pl.col("n_a").cast(pl.Int64),
            people_before=pl.col("n_b").cast(pl.Int64),
            practice_points=100 * pl.col("practice"),
            mix_points=100 * pl.col("mix"),
            sum_points=100 * (pl.col("practice") + pl.col("mix")),
        )
        few = pl.max_horizontal("people_now", "people_before") < context.minimum_n
        rest = table.filter(few)
        if rest.height > 1:
            sums = rest.select(
                name=pl.lit(f"{rest.height} with too few people"), **{c: pl.col(c).sum() for c in rest.columns[1:]}
            )
            table = pl.concat([table.filter(~few), sums])
        columns = reasoning.waterfall_columns(context.snapshot.dimensions[shown])
        show.table(context, table, drill.key("waterfall-table", context), "Practice and mix", columns)


def who(context: Context, by: str) -> None:
    """Who holds the gap: the Pareto chart and its table."""
    words = MEASURES[context.view.measure]
    unit_title = context.snapshot.dimensions[by]
    units_are = plural(unit_title)
    rates = context.measured(context.slice(by, characteristics=[context.view.characteristic]))
    frame = pareto(rates, by, context.minimum_n)
    st.subheader(f"Who holds the gap: people {words.missing}, by {unit_title.lower()}", anchor=False)
    if frame.is_empty():
        st.write("There is no gap in this selection.")
        return
    fewest = fewest_for(frame, MOST)
    sentence = pareto_headline(
        fewest,
        frame["together"][fewest - 1],
        int(frame["units"].sum()),
        int(frame["missing"].sum()),
        units_are,
        words.missing,
    )
    st.markdown(f"**{plain(sentence)}**")
    rows = pareto_rows(frame, drill.unit_titles(by), words.missing, units_are, SHOWN)
    key = drill.key("pareto", context)
    name = f"People {words.missing} by {unit_title.lower()}: each bar begins where the one before ended."
    show.chart(context, pareto_bars(rows, context.colours), key, name, comparing.by_chart("row", key))
    st.caption("Each bar begins where the one before ended: its right end is the share of all that is held so far.")
    with st.expander("The same numbers as a table"):
        st.caption("Choose a row to see where its gaps are.")
        listed = pareto_rows(frame, drill.unit_titles(by), words.missing, units_are, frame.height).with_columns(
            percent=100 * pl.col("share"), percent_together=100 * pl.col("together")
        )
        key_table = drill.key("pareto-table", context)
        columns = reasoning.pareto_columns(unit_title, words.gap)
        show.table(context, listed, key_table, name, columns, comparing.by_table(key_table, listed["id"]))


def what(context: Context) -> None:
    """What would help most: the sliders, the finding, the short list and its table."""
    measure = context.view.measure
    words = MEASURES[measure]
    st.subheader("What would help most", anchor=False)
    keys, rates = reasoning.places(context)
    if not keys or rates.is_empty():
        st.write("This export has nothing by which places could be told apart.")
        return
    usual = reasoning.usual_rate(context, rates)
    target = round(100 * context.catalogue[context.view.characteristic].target)
    left, right = st.columns(2, gap="large")
    with left:
        to = reasoning.choose_percent(
            context, "reach", "Lift places to this rate", usual, "At first the rate that half of the places reach"
        )
    with right:
        goal = reasoning.choose_percent(
            context, "goal", "Overall rate to reach", target, "At first the target of the characteristic"
        )
    found = plan(rates, keys, to, goal, context.minimum_n)
    of = " × ".join(context.snapshot.dimensions[key].lower() for key in keys)
    st.markdown(f"**{plain(plan_headline(found, to, f'combinations of {of}', words.done))}**")
    rows = lift_rows(found, keys, {}, words.missing)
    if rows.height:
        picture = lifts(rows.head(SHOWN), to, context.colours)
        name = f"The {min(SHOWN, rows.height)} places with the largest gain, from their rate to {100 * to:.0f}%."
        show.chart(context, picture, drill.key("lifts", context), name)
    counted = f"The {SHOWN} largest of {rows.height:,} are drawn. " if rows.height > SHOWN else ""
    st.caption(
        plain(
            f"{counted}A place is a combination of {of} with at least {context.minimum_n} people; "
            f"{found.left_out:,} people are in smaller ones, which stay as they are. Places share nobody, so the "
            "fewest that reach the goal are those with the largest gains. A place that is low by chance would rise by "
            "itself: expect somewhat less from lifting it."
        )
    )
    if rows.height:
        with st.expander("The same numbers as a table"):
            listed = rows.with_columns(
                percent=100 * pl.col("rate"),
                percent_after=100 * pl.col("rate_after"),
                percent_total=100 * pl.col("total_after"),
            )
            columns = reasoning.lift_columns(context, keys, RATE_TITLES[measure])
            show.table(context, listed, drill.key("lifts-table", context), name, columns)
