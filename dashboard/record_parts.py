"""The parts of the page of records: the list, the lists that teams have, audit samples; one at a time."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import identity, sample_panel, tasks_panel, worklist
from dashboard.shell import Context
from equality.protection.access import May, may

RECORDS, LISTS, SAMPLES = "records", "lists", "samples"
_TITLES: Final = {RECORDS: "Records", LISTS: "Lists of teams", SAMPLES: "Audit samples"}


def draw(context: Context) -> None:
    """The part that the address asks for: only what is looked at is read, and written to the audit log."""
    parts = [RECORDS, LISTS, *([SAMPLES] if may(identity.person(), May.records) else [])]
    chosen = context.view.own_choice("part", parts)
    if st.session_state.get("records-part") != chosen:
        st.session_state["records-part"] = chosen

    def change() -> None:
        context.bar.go(context.view.with_own("part", st.session_state["records-part"], RECORDS))

    st.segmented_control(
        "What to look at",
        parts,
        format_func=_TITLES.__getitem__,
        key="records-part",
        on_change=change,
        required=True,
        wrap=True,
        label_visibility="collapsed",
    )
    if chosen == LISTS:
        tasks_panel.lists(context)
    elif chosen == SAMPLES:
        sample_panel.draw(context)
    else:
        worklist.draw(context)
        tasks_panel.assigning(context, worklist.wanted_of(context))
