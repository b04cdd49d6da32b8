"""The topic `control`: the control chart of the focus, and what those of the others amount to."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from equality.analysis import trend
from equality.analysis.control_chart import ControlChart
from equality.analysis.limits import KIND_TITLES
from equality.analysis.trend import WORDS, period_words
from equality.analysis.words import percent
from equality.briefing.document import TOO_FEW, WIDTH, Column, Figure, Section, Table, Value
from equality.briefing.subject import Subject
from equality.charts.control import SIGNAL_TITLES, control, control_rows, event_rows
from equality.charts.palette import LIGHT
from equality.reading import trends

QUESTION: Final = "Is it a trend, or is it noise?"
HEIGHT: Final = 340
FILLING: Final = "Still filling in"


def over_time(subject: Subject) -> list[Section]:
    """The control chart of the focus."""
    figures = subject.figures
    chart = subject.charts.get(figures.focus)
    if chart is None:
        return [Section(QUESTION, "This snapshot does not say: no months were counted.")]
    found = trend.verdict(chart)
    finding = trend.sentence(chart, found, subject.focus_title, "known", figures.people_are)
    rows = control_rows(chart)
    if rows.is_empty():
        return [Section(QUESTION, finding, _others(subject))]
    target = figures.catalogue[figures.focus].target
    entries = trends.concerning(figures)
    marked = event_rows(
        [(e.event.happened_on, e.event.title, e.event.rebase and trends.covers(e, figures.selection)) for e in entries],
        rows,
    )
    known = "as known after 28 days" if subject.basis.settled else "as known now"
    whom = figures.people_are.lower()
    what = f"{subject.focus_title}: known, of 100 {whom}, by month recorded, {known}"
    ends = f"{period_words(rows['period'][0])} to {period_words(rows['period'][-1])}"
    picture = control(rows, marked, target, LIGHT, width=WIDTH, height=HEIGHT)
    return [
        Section(
            QUESTION,
            finding,
            _others(subject),
            figure=Figure(
                f"{what}, {ends}; average and limits of chance, target {percent(target, 0)}",
                f"Control chart. {what}, {ends}. {finding}",
                picture,
            ),
            table=_table(f"{what}, {ends}", rows),
            notes=_notes(chart, marked, rows),
        )
    ]


def _table(title: str, rows: pl.DataFrame) -> Table:
    """Every month; without a column that none of them fills, such as that of months that still fill in."""
    cells = [_row(row) for row in rows.iter_rows(named=True)]
    filled = [place for place in range(len(_COLUMNS)) if any(row[place] is not None for row in cells)]
    return Table(title, tuple(_COLUMNS[i] for i in filled), tuple(tuple(row[i] for i in filled) for row in cells))


def _others(subject: Subject) -> tuple[str, ...]:
    """The other characteristics by what their charts amount to."""
    by_word: dict[str, list[str]] = {}
    for name, found in trends.ranked(subject.charts):
        if name != subject.figures.focus:
            by_word.setdefault(WORDS[found.word], []).append(subject.figures.titles[name].lower())
    return tuple(f"{word}: {', '.join(titles)}." for word, titles in by_word.items())


_COLUMNS: Final = (
    Column("Month"),
    Column("People", "count"),
    Column("Known", "count"),
    Column("Known, %", "percent"),
    Column("Average, %", "percent"),
    Column("Lower limit of chance, %", "percent"),
    Column("Upper limit of chance, %", "percent"),
    Column("Will probably reach, %", "percent"),
    Column("What it is"),
)


def _row(row: dict[str, Any]) -> tuple[Value, ...]:
    shares = [_of_100(row[name]) for name in ("centre", "lower", "upper", "likely")]
    return (
        period_words(row["period"]),
        row["n"],
        row["hits"],
        TOO_FEW if row["share"] is None else _of_100(row["share"]),
        *shares,
        SIGNAL_TITLES[row["look"]] if row["settled"] and row["lower"] is not None else _without(row),
    )


def _without(row: dict[str, Any]) -> str:
    return "No limits" if row["settled"] else FILLING


def _of_100(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _notes(chart: ControlChart, marked: pl.DataFrame, rows: pl.DataFrame) -> tuple[str, ...]:
    limits = trend.limit_words(chart, KIND_TITLES[chart.kind] if chart.kind else "")
    events = "; ".join(marked["sentence"].to_list())
    filling = "Hollow points still fill in"
    filling += ": the bar is where they will probably end up." if rows["likely"].count() else "."
    return (
        limits,
        *((f"Events: {events}.",) if events else ()),
        *((filling,) if not rows["settled"].all() else ()),
    )
