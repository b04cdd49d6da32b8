"""One step from a figure to the records behind it, for those who may see records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard import identity, navigation
from dashboard.choice import choose
from dashboard.link import View
from dashboard.shell import Context
from dashboard.text import plain
from equality.measures.states import STATE_TITLES
from equality.protection.access import May, may
from equality.worklist import shown
from equality.worklist.wanted import NOT_KNOWN, RECOVERABLE, Wanted

BEHIND: Final[Mapping[str, tuple[str, ...]]] = {
    "known": NOT_KNOWN,
    "populated": ("blank",),
    "validity": ("invalid",),
    "disclosure": ("declined",),
    "asked": ("not_obtained", "not_stated", "unknown", "invalid", "blank"),
    "recoverable": (RECOVERABLE,),
}
"""Measure → the states of the cells that a choice in a chart or table of it leads to: those that could be mended."""
DEEPER, RECORDS = "deeper", "records"
_CLICKS: Final = {DEEPER: "Goes one level deeper", RECORDS: "Opens its records"}
_FOLLOW: Final = "_to_records"


def may_see() -> bool:
    """Whether this reader may open the page of records, be it for the own teams only."""
    return may(identity.person(), May.worklists)


def asking(view: View, of: Sequence[str], states: Sequence[str]) -> View:
    """The view that asks the page of records for cells of these characteristics in these states."""
    found = replace(view, characteristic=of[0] if len(of) == 1 else view.characteristic)
    found = found.with_own("of", "" if len(of) == 1 else ",".join(of))
    found = found.with_own("state", "" if set(states) == set(NOT_KNOWN) else ",".join(states))
    return found.with_own("page", "")


def links(context: Context) -> None:
    """Links to the records behind the figures of this selection: what is not known, and each state of it."""
    if not may_see():
        return
    view = context.view
    counts = context.slice(characteristics=[view.characteristic]).row(0, named=True)
    st.subheader(f"The records behind {plain(context.titles[view.characteristic])}", anchor=False)
    with st.container(horizontal=True, gap="small", key="to-records"):
        for title, states in (
            ("Not known", NOT_KNOWN),
            *((STATE_TITLES[state], (state,)) for state in NOT_KNOWN),
            ("Recoverable", (RECOVERABLE,)),
        ):
            found = shown.permitted(Wanted(view.source, view.selection(), (view.characteristic,), states))
            if found is None:
                continue
            figures = [counts[state] for state in found.states]
            if context.disclosure is None and not sum(figure or 0 for figure in figures):
                continue
            # Figures of readers who see rounded ones are of everybody, their records of their teams.
            label = title if context.disclosure else f"{title}: {sum(figure or 0 for figure in figures):,}"
            page = navigation.PAGES["records"]
            params = context.bar.params(asking(view, [view.characteristic], found.states))
            st.page_link(page.file, label=label, icon=page.icon, query_params=params)


def opens_records(context: Context) -> bool:
    """Whether a choice in a chart or table opens the records behind it, as the address says."""
    return may_see() and context.view.own_choice("click", list(_CLICKS)) == RECORDS


def choose_click(context: Context) -> None:
    """What a choice in a chart or table of this page does."""
    if may_see():
        choose(context, "click", "A choice in a chart or table", _CLICKS)


def remember(context: Context, view: View) -> None:
    """For callbacks, which cannot leave a page: the records behind this view are opened by `follow`."""
    st.session_state[_FOLLOW] = asking(view, [view.characteristic], BEHIND[context.view.measure])


def follow(context: Context) -> None:
    """Open the records that a callback has asked for, if one has."""
    view = st.session_state.pop(_FOLLOW, None)
    if view is not None and may_see():
        st.switch_page(navigation.PAGES["records"].file, query_params=context.bar.params(view))
