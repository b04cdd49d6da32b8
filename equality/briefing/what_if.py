"""The topic `whatif`: the fewest places whose lift to the usual rate would bring the overall rate to its target."""

from __future__ import annotations

from typing import Final

from equality.analysis.reasons import plan_headline
from equality.analysis.words import percent
from equality.briefing.document import WIDTH, Column, Figure, Section, Table, Value
from equality.briefing.subject import Subject
from equality.charts.lifts import lift_rows, lifts
from equality.charts.palette import LIGHT
from equality.reading.places import lifted

DEEPEST: Final = 2
"""Dimensions of a place: places large enough to be worth a conversation, and short enough to be said."""
MOST: Final = 8
"""Places in the picture."""
ROWS: Final = 24
"""Places in the table, at most."""


def what_if(subject: Subject) -> list[Section]:
    """The fewest places, and what their lift would do to the overall rate."""
    figures, title = subject.figures, subject.focus_title
    question = f"What would bring {title.lower()} to its target?"
    found = lifted(figures, named=subject.named, deepest=DEEPEST)
    if found is None:
        return [Section(question, "There is no gap here that could be divided.")]
    keys, usual, plan = found
    titles = figures.snapshot.dimensions
    of = " and ".join(titles[key].lower() for key in keys)
    finding = plan_headline(plan, usual, f"combinations of {of}", "known", choice=False)
    if plan.cells.is_empty() or not plan.needed:
        return [Section(question, finding)]
    rows = lift_rows(plan, keys, {}, "not known")
    listed = rows.head(min(ROWS, subject.preset.rows))
    what = f"{title}: places by {of} that could be lifted to {percent(usual, 0)}, {figures.period}"
    shown = listed.head(MOST)
    columns = (
        *(Column(titles[key]) for key in keys),
        Column("People", "count"),
        Column("Known", "count"),
        Column("Known, %", "percent"),
        Column("More people known", "count"),
        Column("Then known, %", "percent"),
        Column("Overall then, %", "percent"),
    )
    cells: list[tuple[Value, ...]] = [
        (
            *(row[key] for key in keys),
            row["n"],
            row["hits"],
            round(100 * row["rate"], 1),
            row["gain"],
            round(100 * row["rate_after"], 1),
            round(100 * row["total_after"], 1),
        )
        for row in listed.iter_rows(named=True)
    ]
    notes = [
        f"The usual rate, {percent(usual, 0)}, is what half of the places reach that have at least "
        f"{figures.minimum_n} people. Overall: with this place and all above it lifted.",
        "A place low by chance alone rises without help: look at several months before you act.",
    ]
    if rows.height > listed.height:
        notes.append(f"The table lists the first {listed.height} of {rows.height:,} places.")
    return [
        Section(
            question,
            finding,
            figure=Figure(
                f"{what}; bars run from the rate now to the rate then, the line is {percent(usual, 0)}; at the right, "
                "people more known and the overall rate then",
                f"{what}. {'; '.join(shown['sentence'].to_list())}.",
                lifts(shown, usual, LIGHT, width=WIDTH),
            ),
            table=Table(what, columns, tuple(cells)),
            notes=tuple(notes),
        )
    ]
