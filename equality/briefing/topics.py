"""The topics of a briefing: each turns figures into a section.

Sentences come from `equality.analysis`, so that a briefing says what the pages say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import polars as pl

from equality.analysis import findings
from equality.analysis.words import month_name, percent
from equality.briefing import tables
from equality.briefing.document import WIDTH, Figure, Section
from equality.briefing.over_time import over_time
from equality.briefing.subject import Subject
from equality.briefing.summary import summary
from equality.briefing.what_if import what_if
from equality.charts import paper
from equality.charts.palette import LIGHT
from equality.charts.rows import month_rows, rate_rows, state_rows
from equality.measures.dimensions import months_between, shift_month
from equality.measures.states import STATE_MEANINGS
from equality.reading.figures import Figures

MOST: Final = 12
"""Rows of a chart; the table lists all."""
MONTHS: Final = 13
"""In a chart of months: a year, and the month it began with."""


def characteristics(subject: Subject) -> list[Section]:
    """Every characteristic: its rate, its interval, its target, and the national figure."""
    figures = subject.figures
    rates = figures.rates()
    aims = {name: c.target for name, c in figures.catalogue.items()}
    elsewhere = {n: c.national[figures.role].known for n, c in figures.catalogue.items() if figures.role in c.national}
    rows = rate_rows(rates, "characteristic", figures.titles, "known", aims, elsewhere)
    what = f"Known, of 100 {figures.people_are.lower()}, by characteristic, {figures.period}"
    table = tables.rates(rows, "Characteristic", what, aims, elsewhere)
    return [
        Section(
            "How complete is each characteristic?",
            _extremes(rows, figures),
            figure=_dots(rows, what),
            table=table,
            notes=tables.reading(table),
        )
    ]


def _extremes(rows: pl.DataFrame, figures: Figures, asked: str = "it") -> str:
    """Which row has most people missing, as a sentence that its own numbers bear out; `asked` is what is not known."""
    shown = rows.filter("enough")
    if shown.is_empty():
        return "Too few people to show any rate."
    worst = shown.sort("missing", descending=True).row(0, named=True)
    whom = figures.people_are.lower()
    return (
        f"The largest gap is {worst['name']}: {asked} is not known for {worst['missing']:,} of {worst['n']:,} {whom}, "
        f"so it is known for {percent(worst['share'])}."
    )


def recorded(subject: Subject) -> list[Section]:
    """What is in the fields: answers, refusals, defaults, nothing."""
    figures = subject.figures
    rows = rate_rows(figures.rates(), "characteristic", figures.titles, "known")
    focus = rows.filter(pl.col("id") == figures.focus).row(0, named=True)
    title = figures.titles[figures.focus]
    if focus["share"] is None or focus["blank"] is None or focus["declined"] is None:
        finding = "Too few people to show what is recorded."
    else:
        blank = percent(focus["blank"] / focus["applicable"])
        declined = percent(focus["declined"] / focus["applicable"])
        finding = f"{title}: {blank} of the fields are blank, and {declined} of people declined to say."
    table = tables.states(rows, f"What is recorded, number of people, {figures.period}")
    meanings = [f"{tables.state_title(s)}: {STATE_MEANINGS[s]}" for s in tables.STATES_SHOWN]
    picture = paper.states(rows, state_rows(rows), LIGHT, WIDTH)
    what = f"What is recorded, of 100 {figures.people_are.lower()}, by characteristic, {figures.period}"
    return [
        Section(
            "Is it an answer, a refusal, a default, or nothing?",
            finding,
            figure=_figure(picture, what, f"{what}. {finding}"),
            table=table,
            notes=(*tables.reading(table), *meanings),
        )
    ]


def trend(subject: Subject) -> list[Section]:
    """The months of the focus."""
    figures = subject.figures
    last = figures.selection.period[1]
    months = months_between(max(figures.snapshot.months[0], shift_month(last, 1 - MONTHS)), last)
    chosen = figures.within(figures.selection.during(months[0], last))
    monthly = findings.measured(chosen.slice("month"), "known", figures.minimum_n)
    rows = rate_rows(figures.rates(), "characteristic", figures.titles, "known")
    points = month_rows(rows, monthly, "characteristic", months)
    # As the table has them: with one decimal, and only of its two months.
    told = pl.col("month").is_in([months[0], months[-1]])
    points = points.with_columns(
        label=pl.col("share").map_elements(percent, return_dtype=pl.String), end=pl.when(told).then("end")
    )
    picture = paper.months(rows, points, months, LIGHT, WIDTH)
    focus = rows.filter(pl.col("id") == figures.focus).row(0, named=True)
    title = figures.titles[figures.focus]
    finding = f"{title}: {focus['change_text']}"
    if figures.earlier_words:
        finding += f", against {figures.earlier_words}"
    what = f"Known, of 100 {figures.people_are.lower()}, by month, {month_name(months[0])} to {month_name(last)}"
    # The change at the right is not that from the first month to the last.
    against = f"; at the right {figures.period} against {figures.earlier_words}" if figures.earlier_words else ""
    table = tables.months(rows, points, months, figures.earlier_words, f"{what}, first and last month")
    filling = ("As known now: the newest months may still fill in.",) if figures.evidence.delivered_again() else ()
    return [
        Section(
            "Is it getting better, month by month?",
            f"{finding}.",
            figure=_figure(picture, f"{what}; each line has a scale of its own{against}", f"{what}. {finding}."),
            table=table,
            notes=(*filling, *tables.reading(table)),
        )
    ]


UNIT_WORDS: Final = {"team": "teams", "area": "districts", "crime_subgroup": "crime types"}
"""Dimension → its units, in a sentence."""


def units(dimension: str, question: str) -> Callable[[Subject], list[Section]]:
    """A topic that lists the units of a dimension."""

    def topic(subject: Subject) -> list[Section]:
        figures = subject.figures
        name = figures.focus
        if dimension not in figures.snapshot.dimensions:
            return [Section(question, f"This export does not say: it holds no {UNIT_WORDS[dimension]}.")]
        rates = figures.rates(dimension, characteristics=[name]).filter(pl.col("n") > 0)
        if rates.is_empty():
            return [Section(question, "Nobody is in this selection.")]
        aims = dict.fromkeys(rates[dimension].to_list(), figures.catalogue[name].target)
        rows = rate_rows(rates, dimension, {}, "known", aims)
        total = figures.rates(characteristics=[name]).row(0, named=True)
        gaps = rows.filter(pl.col("missing") > 0).sort("missing", descending=True)
        gaps = gaps.filter(pl.col("n").is_not_null())
        largest = gaps.row(0, named=True) if gaps.height else None
        finding = findings.gap_headline(total, largest, figures.titles[name], "known", figures.people_are)
        by = figures.snapshot.dimensions[dimension].lower()
        what = f"{figures.titles[name]}: known, of 100 {figures.people_are.lower()}, by {by}, {figures.period}"
        table = tables.rates(rows.head(subject.preset.rows), by.capitalize(), what, aims, {})
        more = (f"The picture shows the {MOST} with most people not known; the table lists all.",)
        return [
            Section(
                question,
                finding,
                figure=_dots(rows.head(MOST), what),
                table=table,
                notes=(*tables.reading(table), *(more if rows.height > MOST else ())),
            )
        ]

    return topic


def focus(subject: Subject) -> list[Section]:
    """Groups of crimes, each by itself."""
    figures = subject.figures
    name = figures.focus
    about = figures.catalogue[name]
    parts = []
    for group in subject.preset.focuses:
        selection = figures.selection
        if group.flags:
            selection = selection.__class__(selection.period, selection.where, group.flags)
        else:
            selection = selection.narrowed("crime_subgroup", *group.crime_subgroup)
        rates = figures.within(selection).rates(characteristics=[name])
        parts.append(rates.with_columns(group=pl.lit(group.title)))
    rows = rate_rows(pl.concat(parts), "group", {}, "known", {g.title: about.target for g in subject.preset.focuses})
    what = f"{about.title}: known, of 100 {figures.people_are.lower()}, by group of crimes, {figures.period}"
    aims = {g.title: about.target for g in subject.preset.focuses}
    table = tables.rates(rows, "Group of crimes", what, aims, {})
    return [
        Section(
            "Are victims of high-harm crime recorded better or worse?",
            _extremes(rows, figures, subject.focus_title.lower()),
            figure=_dots(rows, what),
            table=table,
            notes=(*tables.reading(table), "A crime can belong to more than one group.", *_not_marked(subject)),
        )
    ]


def _not_marked(subject: Subject) -> list[str]:
    """What flags of groups this snapshot cannot show, or hide the flags that are filtered by."""
    groups = [group for group in subject.preset.focuses if group.flags]
    held = subject.figures.snapshot.flags
    without = [group.title for group in groups if not set(group.flags) & set(held)]
    said = []
    if without:
        said.append(
            f"No crime of this snapshot is marked so: {', '.join(without)}. Extracts loaded by an earlier version are "
            "not marked by their offence codes: load them again."
        )
    if groups and subject.figures.selection.flags:
        said.append("The filter by crime flag does not hold in the groups that are flags themselves.")
    return said


def _dots(rows: pl.DataFrame, what: str) -> Figure:
    picture = paper.dots(rows, LIGHT, WIDTH)
    shown = [f"{r['name']} {r['value_text']}" for r in rows.iter_rows(named=True)]
    return _figure(picture, f"{what}; with 95% intervals and targets", f"{what}. {'; '.join(shown)}.")


def _figure(picture: Any, title: str, alt: str) -> Figure:
    return Figure(title, alt, picture)


TOPICS: Final[Mapping[str, Callable[[Subject], list[Section]]]] = {
    "summary": summary,
    "characteristics": characteristics,
    "recorded": recorded,
    "trend": trend,
    "control": over_time,
    "whatif": what_if,
    "areas": units("area", "Where are the gaps?"),
    "teams": units("team", "Which teams hold the gap?"),
    "crimes": units("crime_subgroup", "In which crimes is it missing?"),
    "focus": focus,
}
"""Topic of a preset → the function that writes it."""
