"""The page of substance: are we getting better, what changed, and which actions would help most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from equality.analysis import findings, trend
from equality.analysis.proportions import wilson
from equality.analysis.words import people, percent
from equality.briefing.document import Section
from equality.briefing.subject import Subject
from equality.briefing.what_if import DEEPEST
from equality.reading.news import news
from equality.reading.places import lifted, to_act, whole

ACTIONS: Final = 3
EVERYTHING: Final = 1.0
"""A goal that no list of places falls short of: the list then holds every place that can be lifted."""


def summary(subject: Subject) -> list[Section]:
    """How we are doing, what changed, and what would help most."""
    return [doing(subject), changed(subject), actions(subject)]


def doing(subject: Subject) -> Section:
    """The rate of the focus, where its months are heading, its target and the national figure."""
    figures = subject.figures
    row = figures.rates(characteristics=[figures.focus]).row(0, named=True)
    finding = findings.headline(row, subject.focus_title, "known", figures.people_are, figures.earlier_words)
    said = (*_direction(subject), *_standing(subject, row)) if row["share"] is not None else ()
    return Section("Are we getting better, and how sure are we?", finding, said)


def _direction(subject: Subject) -> list[str]:
    """What the months amount to, by the control chart."""
    chart = subject.charts.get(subject.figures.focus)
    if chart is None:
        return []
    found = trend.verdict(chart)
    said = trend.sentence(chart, found, subject.focus_title, "known", subject.figures.people_are)
    return [f"Month by month: {said[0].lower()}{said[1:]}"]


def _standing(subject: Subject, focus: Mapping[str, Any]) -> list[str]:
    """The focus against its target and the national figure, in sentences."""
    figures = subject.figures
    about = figures.catalogue[figures.focus]
    target = f"The target is {percent(about.target, 0)}"
    if focus["low"] >= about.target:
        said = [f"{target}: it is reached."]
    elif focus["high"] < about.target:
        short = (about.target * focus["n"] - focus["hits"]) / figures.step
        more = people(max(1, round(short)) * figures.step)
        said = [f"{target}: it is not reached; about {more} more would have to be known."]
    else:
        said = [f"{target}: whether it is reached cannot be told from these numbers."]
    national = about.national.get(figures.role)
    if national:
        said.append(
            f"In England and Wales {percent(national.known, 0)} were known in {national.period} ({national.source})."
        )
    return said


def changed(subject: Subject) -> Section:
    """What is told first, but for what has been said of the focus."""
    figures = subject.figures
    title = "What changed, or is not as it seems?"
    short = "The data does not reach back far enough to compare with an earlier period of this length."
    since = f" since {figures.earlier_words}" if figures.earlier else ""
    notes = () if figures.earlier else (short,)
    # The trend of the focus has been told above.
    found = [item for item in news(figures, subject.charts) if not item.word or item.characteristic != figures.focus]
    if not found:
        return Section(title, f"Nothing{since} that chance does not explain.", notes=notes)
    several = f"{len(found)} things are" if len(found) > 1 else "One thing is"
    finding = f"{several} more than chance explains:"
    return Section(title, finding, tuple(item.sentence for item in found), notes=notes)


def actions(subject: Subject) -> Section:
    """The three places whose lift to what is usual would make most people more known."""
    title = f"Which actions would help {subject.focus_title.lower()} most?"
    found = lifted(subject.figures, EVERYTHING, named=subject.named, deepest=DEEPEST)
    if found is None:
        return Section(title, "There is no gap here that could be divided.")
    keys, usual, plan = found
    _, _, high = wilson(pl.col("hits"), pl.col("n"))
    # Below what is usual by more than chance: to name others would be to send people after noise.
    below = plan.cells.filter(high < usual).head(ACTIONS)
    if below.is_empty():
        return _holders(subject, title)
    hits, total = whole(subject.figures)
    rows = below.to_dicts()
    names = [", ".join(row[key] for key in keys) for row in rows]
    points = [_action(row, name, usual, (hits, total)) for row, name in zip(rows, names, strict=True)]
    gained = sum(row["gain"] for row in rows)
    kinds = " and ".join(subject.figures.snapshot.dimensions[key].lower() for key in keys)
    what = "Recording there" if len(rows) == 1 else f"Recording in these {len(rows)} places (by {kinds})"
    finding = (
        f"{what} as half of all places already do, {percent(usual, 0)}, would make {people(gained)} more known and "
        f"take the overall rate from {percent(hits / total)} to {percent((hits + gained) / total)}."
    )
    return Section(title, finding, tuple(points))


def _action(row: Mapping[str, Any], name: str, usual: float, total: tuple[int, int]) -> str:
    return (
        f"{name}: known for {row['hits']:,} of {people(row['n'])}, {percent(row['rate'])}. At {percent(usual, 0)}, "
        f"{row['gain']:,} more would be known: {percent((total[0] + row['gain']) / total[1])} overall."
    )


def _holders(subject: Subject, title: str) -> Section:
    """Where no place is below what is usual: the units that hold most of the gap."""
    figures = subject.figures
    items = to_act(figures, ACTIONS, named=subject.named)
    if not items:
        return Section(title, "There is no gap here that could be divided.")
    target = figures.catalogue[figures.focus].target
    points = tuple(
        f"{item.unit} ({figures.snapshot.dimensions[item.dimension].lower()}): {findings.advice(item, 'known', target)}"
        for item in items
    )
    start = f"No place is below the others by more than chance. Start with {_listed([i.unit for i in items])}"
    return Section(title, f"{start}: most of the gap is there.", points)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
