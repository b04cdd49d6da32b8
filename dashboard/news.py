"""The five-minute view: what `equality.reading.news` tells, each with the page that shows its evidence."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import navigation
from dashboard.link import View
from dashboard.shell import Context
from dashboard.text import plain
from equality.analysis.news import News
from equality.analysis.reasons import plan_headline
from equality.analysis.words import MEASURES
from equality.reading.news import news as told
from equality.reading.places import lifted


def news(context: Context) -> list[News]:
    """What changed, or is not as it seems."""
    return told(context.figures())


def draw(context: Context, item: News) -> None:
    """One item: its sentence below the link to the page that shows the evidence."""
    page = navigation.PAGES[item.shown]
    params = context.bar.params(_shown(context, item))
    with st.container(gap=None):
        st.page_link(page.file, label=f"**{page.menu}**", icon=":material/arrow_forward:", query_params=params)
        st.markdown(plain(item.sentence))


def _shown(context: Context, item: News) -> View:
    view = replace(context.view, characteristic=item.characteristic or context.view.characteristic)
    return replace(view, by=item.by) if item.by else view


def lifting(context: Context) -> News | None:
    """What the fewest lifts that reach the target would ask, or that lifting to the usual rate cannot reach it."""
    if context.disclosure:
        return None
    found = lifted(context.figures())
    if found is None or not found[2].needed or not found[2].liftable:
        return None
    keys, usual, plan = found
    of = " × ".join(context.snapshot.dimensions[key].lower() for key in keys)
    sentence = plan_headline(plan, usual, f"combinations of {of}", MEASURES[context.view.measure].done)
    return News(sentence, "drivers", context.view.characteristic)
