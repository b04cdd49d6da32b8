"""The five-minute view: at most five things that chance does not explain, each with the page that shows its evidence.

They come from the analyses of the other pages: the control charts of Trends, the checks of Plausibility, the funnel of
Compare, and the change against the period before. Where there is only noise, there is nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from typing import Final

import polars as pl
import streamlit as st

from dashboard import comparing, mix, navigation, reasoning, trends
from dashboard.checks import unit_dimension
from dashboard.link import View
from dashboard.shell import Context
from dashboard.text import plain
from equality.analysis import defaults, trend
from equality.analysis.comparison import unit_sentence
from equality.analysis.findings import Change, changes, state_changes
from equality.analysis.funnel import FAR_ABOVE, FAR_BELOW
from equality.analysis.reasons import plan_headline
from equality.analysis.whatif import plan
from equality.analysis.words import MEASURES

MOST: Final = 5
TRENDS: Final = 2
"""Trends that are told at most: other kinds of news have room beside them."""


@dataclass(frozen=True)
class News:
    """Something that chance does not explain, or something worth doing.

    Attributes:
        sentence: what it is, with number, interval and denominator.
        page: id of the page with the evidence.
        view: what that page is to show.
    """

    sentence: str
    page: str
    view: View


def news(context: Context, now: pl.DataFrame, before: pl.DataFrame | None, rates: pl.DataFrame) -> list[News]:
    """What changed, or is not as it seems: worsening trends first, then answers that cannot be believed, improvement,
    units that differ, and what the change against the period before is made of.

    Args:
        context: the page's.
        now: counts per characteristic.
        before: the same of the period before; None if the data does not reach back so far.
        rates: the chosen rate with its change: a frame of `findings.compared`.
    """
    if context.disclosure:
        # The other analyses reckon with exact counts, and their pages are not open to readers of rounded ones.
        return [replace(item, page="gaps") for item in _changes(context, now, before, rates, set())][:MOST]
    found = dict(_trends(context))
    worse = [item for name, (word, item) in found.items() if word == "worsening"][:TRENDS]
    other = [item for name, (word, item) in found.items() if word != "worsening"][: TRENDS - len(worse)]
    told = {item.view.characteristic for item in (*worse, *other)}
    changed = _changes(context, now, before, rates, told)
    hollow = _hollow(context)
    items = [*worse, *hollow.values(), *other, *_apart(context, hollow), *changed]
    return items[:MOST]


def _trends(context: Context) -> Iterator[tuple[str, tuple[str, News]]]:
    """The characteristics whose control chart shows a signal that stands: the one in focus first."""
    how = trends.basis(context)
    charts = trends.charts_of(how, trends.points_of(context, how), context.view.measure, context)
    ranked = trends.ranked(charts)
    ranked.sort(key=lambda pair: pair[0] != context.view.characteristic)
    for name, verdict in ranked:
        if verdict.word in {"worsening", "improving", "changed"}:
            title, measure = context.titles[name], context.view.measure
            sentence = trend.sentence(charts[name], verdict, title, measure, context.people_are)
            yield name, (verdict.word, News(sentence, "trends", replace(context.view, characteristic=name)))


def _hollow(context: Context) -> dict[str, News]:
    """Units that fill fields with defaults or one answer: populated, and saying nothing."""
    unit = unit_dimension(context)
    if not unit or context.view.where.get(unit):
        return {}
    title, titles, least = context.snapshot.dimensions[unit], context.titles, context.minimum_n
    checks = [defaults.defaults(context.slice(unit), unit, title, titles, least)]
    answers = context.table("answers")
    if answers is not None and unit in answers.columns:
        checks.append(defaults.one_answer(answers, unit, title, titles, least))
    first = [c.findings[0] for c in checks if c.findings]
    return {finding.where.get(unit, ""): News(finding.sentence, "plausibility", context.view) for finding in first}


def _apart(context: Context, told: Container[str]) -> list[News]:
    """The unit that lies furthest outside the limits of the funnel, mix allowed for, of which nothing is told yet."""
    by = unit_dimension(context)
    if not by or by not in mix.units(context.options):
        return []
    rows, _ = comparing.compared(context, by, adjusted=bool(mix.mix(context.options, by)), spread=True)
    far = rows.filter(pl.col("place").is_in([FAR_BELOW, FAR_ABOVE])).sort(pl.col("z").abs(), descending=True)
    row = next((row for row in far.iter_rows(named=True) if row["id"] not in told), None)
    if row is None:
        return []
    sentence = unit_sentence(row, context.view.measure, adjusted=bool(mix.mix(context.options, by)))
    title = context.titles[context.view.characteristic]
    return [News(f"{title} differs: {sentence}.", "compare", replace(context.view, by=by))]


def _changes(
    context: Context, now: pl.DataFrame, before: pl.DataFrame | None, rates: pl.DataFrame, told: set[str]
) -> list[News]:
    """Changes against the period before: first what that of the focus is made of, then of characteristics of which
    nothing is told yet.
    """
    if before is None:
        return []
    focus = context.view.characteristic
    of_states = [c for c in state_changes(now, before, context.titles) if c.characteristic == focus]
    of_rates = changes(rates, context.titles, context.view.measure)
    of_rates.sort(key=lambda c: c.characteristic != focus)

    def item(change: Change, page: str) -> News:
        return News(change.sentence, page, replace(context.view, characteristic=change.characteristic))

    made_of = [item(c, "gaps") for c in of_states[:1]]
    return [*(item(c, "drivers") for c in of_rates if c.characteristic not in told), *made_of]


def draw(context: Context, item: News) -> None:
    """One item: its sentence below the link to the page that shows the evidence."""
    page = navigation.PAGES[item.page]
    params = context.bar.params(item.view)
    with st.container(gap=None):
        st.page_link(page.file, label=f"**{page.menu}**", icon=":material/arrow_forward:", query_params=params)
        st.markdown(plain(item.sentence))


def lifting(context: Context) -> News | None:
    """What the fewest lifts that reach the target would ask, or that lifting to the usual rate cannot reach it."""
    if context.disclosure:
        return None
    keys, cells = reasoning.places(context)
    if not keys or cells.is_empty():
        return None
    view = context.view
    target = context.catalogue[view.characteristic].target
    usual = reasoning.usual_rate(context, cells) / 100
    found = plan(cells, keys, usual, target, context.minimum_n)
    if not found.needed or not found.liftable:
        return None
    of = " × ".join(context.snapshot.dimensions[key].lower() for key in keys)
    sentence = plan_headline(found, usual, f"combinations of {of}", MEASURES[view.measure].done)
    return News(sentence, "drivers", view)
