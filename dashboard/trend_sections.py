"""The sections of the Trends page, from the control chart to its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from dashboard import event_forms, shell, show, trends
from dashboard.shell import Context
from dashboard.text import day_name, plain
from dashboard.trends import Basis
from equality.analysis import before_after, maturity, trend
from equality.analysis.control_chart import ControlChart, assurance
from equality.analysis.limits import KIND_TITLES
from equality.analysis.trend import WORDS
from equality.analysis.words import interval, percent, period_name
from equality.charts import row_panels as panels
from equality.charts.before_after_panel import before_after_panel, side_rows
from equality.charts.control import SIGNAL_TITLES, control, control_rows, event_rows
from equality.charts.maturity_curve import curve_rows, maturity_curve
from equality.charts.maturity_curve import sentence as curve_sentence
from equality.charts.rows import month_rows, rate_rows
from equality.measures.counts import RATE_TITLES
from equality.reading.trends import ranked
from equality.store.events import Entry


def target_of(context: Context, name: str) -> float | None:
    """A characteristic's target; None for rates that have none."""
    return context.catalogue[name].target if context.view.measure == "known" else None


def main_chart(context: Context, how: Basis, chart: ControlChart) -> None:
    """The control chart, its key, and what its limits and target mean."""
    view, rows = context.view, control_rows(chart)
    if rows.is_empty():
        st.info("No month here has enough people to show a rate.", icon=":material/info:")
        return
    target = target_of(context, view.characteristic)
    show.signal_key(context.colours, open_points=not chart.points["settled"].all())
    drawn = [
        (e.event.happened_on, e.event.title, e.event.rebase and trends.covers(e, view))
        for e in trends.concerning(context)
    ]
    picture = control(rows, event_rows(drawn, rows), target, context.colours)
    title = context.titles[view.characteristic]
    show.chart(context, picture, "control", f"Control chart: {RATE_TITLES[view.measure].lower()}, {title}.")
    st.caption(plain(" ".join(_remarks(context, how, chart, target))))


def _remarks(context: Context, how: Basis, chart: ControlChart, target: float | None) -> list[str]:
    said = [trend.limit_words(chart, KIND_TITLES.get(chart.kind or "", ""))]
    if target is not None and (reached := assurance(chart, target)):
        line = chart.points.drop_nulls("lower").row(-1, named=True)
        aim, low, high = percent(target, 0), percent(line["lower"]), percent(line["upper"])
        meaning = {
            "fail": f"will not be reached: it lies above the upper limit of {high}.",
            "pass": f"will be met: it lies below the lower limit of {low}.",
            "hit_and_miss": f"is reached or missed by chance: it lies within the limits of {low} to {high}.",
        }
        said.append(f"As things are, the target of {aim} {meaning[reached]}")
    if how.basis == "settled":
        said.append(
            "Each month is shown as it was known in the first extract 28 to 42 days after its end, so that months are "
            "compared like with like."
        )
    elif how.matures:
        said.append("Points less than 56 days old still fill in (hollow): they neither set limits nor signal.")
    elif context.disclosure:
        said.append("Figures are as the newest extract has them: how records fill in is not shown in your role.")
    elif how.history is None:
        said.append("How records fill in was not counted when this snapshot was loaded: load it again to see it.")
    else:
        said.append("No record was delivered twice: whether the newest months still fill in cannot be seen.")
    if chart.rebased:
        said.append("Limits begin anew at the solid line of the event that asks for it.")
    if chart.waiting:
        said.append(f"An event asks for new limits: until eight {how.step}s follow it, those of the time before stand.")
    return said


def event_section(context: Context, how: Basis, points: Mapping[str, pl.DataFrame]) -> Entry | None:
    """The choice of an event, and the rate before and after it; returns the event that is chosen."""
    st.subheader("Before and after an event", anchor=False)
    entries = {e.event_id: e for e in trends.concerning(context)}
    if not entries:
        st.write("No event that concerns this selection has been entered.")
        return None
    newest_first = list(reversed(entries))
    chosen = entries[context.view.own_choice("event", newest_first)]

    def change() -> None:
        context.bar.go(context.view.with_own("event", st.session_state["trend-event"], newest_first[0]))

    if st.session_state.get("trend-event") != chosen.event_id:
        st.session_state["trend-event"] = chosen.event_id
    st.selectbox(
        "Event",
        newest_first,
        format_func=lambda i: event_forms.label(entries[i]),
        key="trend-event",
        on_change=change,
        width=520,
    )
    _compare(context, how, points, chosen)
    return chosen


def _compare(context: Context, how: Basis, points: Mapping[str, pl.DataFrame], entry: Entry) -> None:
    name, title = context.view.characteristic, context.titles[context.view.characteristic]
    everyone = points[name]
    parts = {"all of the selection": everyone}
    if not trends.covers(entry, context.view):
        inside = trends.points_of(context, how, trends.scoped(entry, context.view), [name])[name]
        parts = {"where it applied": inside, "everywhere else": before_after.elsewhere(everyone, inside)}
    found = {
        where: result
        for where, frame in parts.items()
        if (result := before_after.before_after(frame, entry.event.happened_on, how.step, context.minimum_n))
    }
    note = f" {entry.event.note}" if entry.event.note else ""
    st.caption(plain(f"Concerns {event_forms.scope_words(entry)}.{note}"))
    if not found:
        st.write(
            f"Cannot tell yet: both sides of {day_name(entry.event.happened_on)} need a whole settled {how.step} with "
            f"at least {context.minimum_n} people."
        )
        return
    for where, result in found.items():
        st.markdown(plain(before_after.sentence(result, title, RATE_TITLES[context.view.measure], where)))
    picture = before_after_panel(side_rows(found), context.colours)
    show.chart(context, picture, "before-after", f"{title} before and after: {entry.event.title}.")
    st.caption(
        f"Up to {before_after.MOST[how.step]} whole {how.step}s on each side; the {how.step} of the event is on "
        "neither, unless it began that day. Hollow: before; filled: after. A difference after an event is no proof "
        "that the event caused it."
    )


def others(context: Context, how: Basis, charts: Mapping[str, ControlChart]) -> None:
    """All characteristics as small control charts, signals first, with a table that leads to each."""
    st.subheader("All characteristics", anchor=False)
    order = ranked(charts)
    rows = _rows(context, charts)
    periods = sorted({p for chart in charts.values() for p in chart.points["period"].to_list()})
    if how.step == "month" and periods and not rows.is_empty():
        lines = month_rows(rows, trends.small_lines(charts), "characteristic", periods)
        picture = panels.months(rows, lines, periods, context.colours)
        name = f"Small control charts, {period_name(periods[0], periods[-1])}."
        show.chart(context, picture, "small", name)
    frame = pl.DataFrame([_summary(context, name, charts[name]) for name, _ in order])

    def follow() -> None:
        selected = st.session_state["trend-others"]["selection"]["rows"]
        if selected:
            context.bar.go(replace(context.view, characteristic=frame["id"][selected[0]]))

    st.caption("Choose a row to see its chart above.")
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "name": text("Characteristic", pinned=True),
        "verdict": text("Trend"),
        "percent": number(f"Newest settled {how.step}", format="%.1f%%"),
        "interval": text("95% interval"),
        "n": number("Out of", format="localized"),
        "limits": text("Limits"),
        "points": number("Points", help="Settled points that set the limits"),
    }
    show.table(context, frame, "trend-others", "The trend of every characteristic", columns, follow)


def _rows(context: Context, charts: Mapping[str, ControlChart]) -> pl.DataFrame:
    """Rows for the months panel, with each trend's word where the overview has the change."""
    found = dict(ranked(charts))
    newest = [
        {"characteristic": name, "rank": rank, **{k: v.newest[k] for k in ("n", "hits", "share", "low", "high")}}
        for rank, (name, v) in enumerate(found.items())
        if v.newest
    ]
    if not newest:
        return pl.DataFrame()
    frame = pl.DataFrame(newest).with_columns(missing=pl.col("n") - pl.col("hits"), enough=pl.lit(True))
    short = {name: c.short for name, c in context.catalogue.items()}
    rows = rate_rows(frame, "characteristic", context.titles, context.view.measure, short=short)
    words = [f"{context.titles[i]}: {WORDS[found[i].word].lower()}" for i in rows["id"]]
    brief = [WORDS[found[i].word].lower() for i in rows["id"]]
    ordered = rows.with_columns(change_text=pl.Series(words), change_brief=pl.Series(brief)).sort("rank")
    return ordered.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64))


def _summary(context: Context, name: str, chart: ControlChart) -> dict[str, Any]:
    verdict = trend.verdict(chart)
    row: Mapping[str, Any] = verdict.newest or dict.fromkeys(("share", "low", "high", "n", "lower", "upper"))
    return {
        "id": name,
        "name": context.titles[name],
        "verdict": WORDS[verdict.word],
        "percent": None if row["share"] is None else 100 * row["share"],
        "interval": "" if row["share"] is None else interval(row["low"], row["high"]),
        "n": row["n"],
        "limits": "none" if row["lower"] is None else interval(row["lower"], row["upper"]),
        "points": chart.settled,
    }


def maturity_section(context: Context, how: Basis) -> None:
    """How records of the period filled in, where successive extracts show it."""
    view = context.view
    if view.measure != "known" or how.history is None:
        return
    own = how.history.filter(characteristic=view.characteristic).filter(
        pl.col("month").is_between(pl.lit(view.first), pl.lit(view.last))
    )
    curve = maturity.curve(own).filter(pl.col("n") >= context.minimum_n)
    title = context.titles[view.characteristic]
    said = curve_sentence(curve, title)
    if not how.matures or not said:
        return
    st.subheader("How records fill in", anchor=False)
    st.markdown(plain(said))
    name = f"{title}: share known by days since recording."
    show.chart(context, maturity_curve(curve_rows(curve), context.colours), "maturity", name)
    st.caption(
        f"{context.people_are} recorded {period_name(view.first, view.last)}, at the age that they had when an extract "
        "was drawn. Ages that no extract shows are left out."
    )


def tables(context: Context, chart: ControlChart) -> None:
    """The chart's numbers as a table, and the history of events."""
    with st.expander("The same numbers as a table"):
        show.table(context, _twin(chart), "control-table", "The points, limits and signals of the chart", _columns())
    if shell.may_change_events():
        with st.expander("Events and their history"):
            event_forms.table(context)


def _twin(chart: ControlChart) -> pl.DataFrame:
    frame = chart.points.drop_nulls("share")
    unit = trend.unit_of(chart.points)
    words = [
        "Still filling in"
        if not row["settled"]
        else ""
        if row["signal"] is None
        else f"{SIGNAL_TITLES[row['signal']]}: {trend.signal_words(row, unit)}"
        for row in frame.iter_rows(named=True)
    ]
    shares = ("share", "low", "high", "lower", "centre", "upper", "likely", "likely_low", "likely_high")
    return frame.with_columns(
        pl.col(shares) * 100,
        name=pl.Series([trend.period_words(p).removeprefix("the ") for p in frame["period"]], dtype=pl.String),
        signal_text=pl.Series(words, dtype=pl.String),
    ).reverse()


def _columns() -> dict[str, Any]:
    number, text, share = st.column_config.NumberColumn, st.column_config.TextColumn, "%.1f%%"
    return {
        "name": text("Period", pinned=True),
        "share": number("Rate", format=share),
        "low": number("from", format=share, help="Lower limit of the 95% interval"),
        "high": number("to", format=share, help="Upper limit of the 95% interval"),
        "hits": number("Number", format="localized"),
        "n": number("Out of", format="localized"),
        "signal_text": text("Signal"),
        "lower": number("Lower limit", format=share),
        "centre": number("Average", format=share),
        "upper": number("Upper limit", format=share),
        "likely": number("Will probably reach", format=share),
        "likely_low": number("at least", format=share, help="Lower limit of the 95% prediction interval"),
        "likely_high": number("at most", format=share, help="Upper limit of the 95% prediction interval"),
    }
