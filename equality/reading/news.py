"""What is told first to a reader: gathered from the analyses, selected by `equality.analysis.news`."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from equality.analysis import defaults
from equality.analysis.comparison import unit_sentence
from equality.analysis.control_chart import ControlChart
from equality.analysis.funnel import FAR_ABOVE, FAR_BELOW
from equality.analysis.news import MOST, News, in_one_place, of_changes, of_trends, select
from equality.reading import mix, trends
from equality.reading.figures import Figures


def news(figures: Figures, charts: Mapping[str, ControlChart] | None = None) -> list[News]:
    """What changed, or is not as it seems: at most five things that chance does not explain.

    A reader of rounded figures is told of changes only: the other analyses reckon with exact counts.

    Args:
        figures: of the selection.
        charts: the usual control charts of all characteristics, where they are at hand.
    """
    if figures.disclosure:
        return in_one_place(_changed(figures), "gaps")[:MOST]
    if charts is None:
        charts = trends.charts_of(figures, trends.points_of(figures, trends.usual_basis(figures)))
    words = figures.measure, figures.people_are
    by_trend = of_trends(charts, trends.ranked(charts), figures.titles, figures.focus, words)
    hollow = _hollow(figures)
    return select(by_trend, list(hollow.values()), _apart(figures, set(hollow)), _changed(figures))


def unit_dimension(figures: Figures) -> str:
    """The dimension whose units are compared: teams where the export has them, else districts."""
    return next((d for d in ("team", "area") if d in figures.units), "")


def _hollow(figures: Figures) -> dict[str, News]:
    """Units that fill fields with defaults or one answer: populated, and saying nothing."""
    unit = unit_dimension(figures)
    if not unit or figures.selection.where.get(unit):
        return {}
    title, titles, least = figures.snapshot.dimensions[unit], figures.titles, figures.minimum_n
    checks = [defaults.defaults(figures.slice(unit), unit, title, titles, least)]
    answers = figures.table("answers")
    if answers is not None and unit in answers.columns:
        checks.append(defaults.one_answer(answers, unit, title, titles, least))
    first = [c.findings[0] for c in checks if c.findings]
    return {finding.where.get(unit, ""): News(finding.sentence, "plausibility") for finding in first}


def _apart(figures: Figures, told: set[str]) -> list[News]:
    """The unit that lies furthest outside the limits of the funnel, mix allowed for, of which nothing is told yet."""
    by = unit_dimension(figures)
    if not by:
        return []
    adjusted = bool(mix.mix(figures.units, figures.snapshot.flags, by))
    rows, _ = mix.placed(figures, by, adjusted=adjusted, spread=True)
    far = rows.filter(pl.col("place").is_in([FAR_BELOW, FAR_ABOVE])).sort(pl.col("z").abs(), descending=True)
    row = next((row for row in far.iter_rows(named=True) if row["unit"] not in told), None)
    if row is None:
        return []
    sentence = unit_sentence(row | {"name": row["unit"]}, figures.measure, adjusted=adjusted)
    return [News(f"{figures.titles[figures.focus]} differs: {sentence}.", "compare", figures.focus, by)]


def _changed(figures: Figures) -> list[News]:
    if figures.earlier is None:
        return []
    counts = figures.slice(), figures.slice(selection=figures.earlier)
    return of_changes(*counts, figures.rates(), figures.titles, figures.measure, figures.focus)
