"""What the mapping assistant lets a person settle: columns, labels, date formats and names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard.deciding import State, decide, show_refused, widget_key
from dashboard.text import plain
from equality.exports import dates
from equality.exports.decisions import Meaning, choices
from equality.exports.draft import clash
from equality.exports.guess import DATE_FORMATS, Values, is_officers_code
from equality.exports.outlook import FIELD_TITLES, Outlook, title_of, to_settle
from equality.exports.profile import Profile
from equality.measures.catalogue import characteristics
from equality.measures.dimensions import ROLES

FEW: Final = 12
"""Labels of a column that are shown at first."""
ROWS: Final = 16
"""Rows of a table that are shown without scrolling."""
LEAVE_OUT: Final = ""
FIELDS: Final = (LEAVE_OUT, *characteristics(), *FIELD_TITLES)
MEANINGS: Final = {
    Meaning.UNRECOGNISED: "Leave as it is: unrecognised, counts as invalid",
    Meaning.NOTHING: "Nothing was recorded: blank, in every column",
}


# ---- columns ---- #


def columns(state: State, seen: Outlook, key: str) -> None:
    """The columns as a table, and what one of them becomes as a choice."""
    st.subheader("What each column becomes", anchor=False)
    frame = pl.DataFrame(
        {
            "heading": [c.heading for c in seen.columns],
            "becomes": [_becomes(c.field, c.also) for c in seen.columns],
            "sure": [c.certainty.capitalize() for c in seen.columns],
            "cells": [c.cells for c in seen.columns],
            "reason": [c.reason[:1].upper() + c.reason[1:] for c in seen.columns],
        }
    )
    config = st.column_config.TextColumn
    table, chosen = f"{key}-columns", f"{key}-column"
    headings = [c.heading for c in seen.columns]

    def follow() -> None:
        selected = st.session_state[table]["selection"]["rows"]
        st.session_state[chosen] = headings[selected[0]] if selected else None

    st.caption("Choose a row, or a column in the list below the table, to change what it becomes.")
    st.dataframe(
        frame.to_arrow(),
        key=table,
        alt="What each column becomes, how sure that is, and why",
        hide_index=True,
        column_config={
            "heading": config("Column", pinned=True, width="medium"),
            "becomes": config("Becomes", width="medium"),
            "sure": config("How sure"),
            "cells": config("What stands in it", width="large"),
            "reason": config("Why", width="large"),
        },
        on_select=follow,
        selection_mode="single-row",
        height="content" if frame.height <= ROWS else 35 * (ROWS + 1),
    )
    left, right = st.columns(2)
    with left:
        heading = st.selectbox(
            "Column to change", headings, index=None, key=chosen, placeholder="Choose a column", format_func=str
        )
    if heading is not None:
        now = next(c for c in seen.columns if c.heading == heading)
        with right:
            st.selectbox(
                "It becomes",
                FIELDS,
                key=widget_key(f"{key}-becomes", now.field),
                format_func=lambda name: title_of(name) if name else "Nothing: leave it out",
                on_change=_change_column,
                args=(state, seen, heading, f"{key}-becomes"),
            )
    show_refused(state, "columns")


def _becomes(name: str, also: str) -> str:
    if name and also:
        return f"{title_of(name)}; {also}"
    return title_of(name) if name else also[:1].upper() + also[1:] if also else "–"


def _change_column(state: State, seen: Outlook, heading: str, widget: str) -> None:
    name = st.session_state[widget]
    # A field is held by one column: the one that held it is left out, and the table says so.
    others = {c.heading: LEAVE_OUT for c in seen.columns if name and c.field == name and c.heading != heading}
    columns = {**state.decisions.columns, heading: name, **others}
    held = {c.field for c in seen.columns if c.heading not in columns} | set(columns.values())
    held |= {"age"} if "date_of_birth" in held else set()
    labels = {each: meanings for each, meanings in state.decisions.labels.items() if each in held}
    role = None if "role" in held else state.decisions.role
    decide(state, "columns", columns=columns, labels=labels, role=role)


# ---- labels ---- #


def labels(state: State, seen: Outlook, key: str) -> None:
    """The labels that no list knows, with their rows, and what each means as a choice."""
    st.subheader("What labels mean", anchor=False)
    parts = to_settle(seen, state.draft.sample, state.draft.columns, state.decisions)
    as_they_are = {c.heading: c.unmapped for c in seen.columns if c.unmapped and not choices(c.field)}
    if not parts and not as_they_are:
        st.write("Every label of the columns that are used is in a list.")
    for name, labels in parts.items():
        _labels_of(state, name, labels, key)
    for heading, labels in as_they_are.items():
        shown = ", ".join(f"{plain(label)} ({rows:,})" for label, rows in list(labels.items())[:FEW])
        more = f" and {len(labels) - FEW} more" if len(labels) > FEW else ""
        st.markdown(f"**{plain(heading)}**: no list has these labels, which stand as they are: {shown}{more}.")
    show_refused(state, "labels")


def _labels_of(state: State, name: str, labels: Values, key: str) -> None:
    settled = state.decisions.labels.get(name, {})
    st.markdown(f"**{title_of(name)}**: {len(settled)} of {len(labels)} labels settled")
    names, listed = choices(name), list(labels.items())
    if len(listed) > FEW and not st.toggle(f"Show all {len(listed)} labels", key=f"{key}-all-{name}"):
        listed = listed[:FEW]
    with st.container(horizontal=True, gap="medium"):
        for number, (label, rows) in enumerate(listed):
            own_answer_only = name == "ethnicity" and is_officers_code(label)
            options = [Meaning.UNRECOGNISED] if own_answer_only else [*names, *_beside(name)]
            widget = f"{key}-label-{name}-{number}"
            st.selectbox(
                f"“{plain(label[:60])}” in {rows:,} row{'s' if rows != 1 else ''}",
                options,
                index=None,
                placeholder="Not settled yet",
                key=widget_key(widget, settled.get(label)),
                format_func=_meanings(names),
                on_change=_change_label,
                args=(state, name, label, widget),
                width=320,
                help="An officer's (IC) code is never taken for the person's own answer." if own_answer_only else None,
            )


def _beside(name: str) -> list[Meaning]:
    """What a label may mean beside a code."""
    return list(Meaning) if name in characteristics() else [Meaning.UNRECOGNISED]


def _meanings(names: Mapping[str, str]) -> Callable[[Any], str]:
    def words(option: Any) -> str:
        if isinstance(option, Meaning):
            return MEANINGS[option]
        return f"{names[option]} ({option})" if names[option] != option else names[option]

    return words


def _change_label(state: State, name: str, label: str, widget: str) -> None:
    meanings = dict(state.decisions.labels.get(name, {}))
    chosen = st.session_state[widget]
    if chosen is None:
        meanings.pop(label, None)
    else:
        meanings[label] = chosen
    decide(state, "labels", labels={**state.decisions.labels, name: meanings})


# ---- dates, records, name ---- #


def date_formats(state: State, profile: Profile, key: str) -> None:
    """The date format that is tried first; one that reads the same text as different days goes."""
    st.subheader("How dates are written", anchor=False)
    widget = f"{key}-dates"

    def change() -> None:
        first = st.session_state[widget]
        others = [form for form in profile.dates if form != first and not clash(form, [first])]
        decide(state, "dates", dates=(first, *others))

    st.selectbox(
        "Dates are written like",
        list(dict.fromkeys([*profile.dates, *DATE_FORMATS])),
        key=widget_key(widget, profile.dates[0]),
        format_func=_date_words,
        on_change=change,
        width=420,
    )
    if also := [_date_words(form) for form in profile.dates[1:]]:
        st.caption(plain(f"Also read: {', '.join(also)}. The table above says how many dates can be read."))
    show_refused(state, "dates")


def _date_words(form: str) -> str:
    if form == dates.EXCEL:
        return "46387 (a spreadsheet's serial number)"
    parts = {"%d": "day", "%m": "month", "%b": "month", "%B": "month", "%Y": "year", "%y": "year of two digits"}
    order = ", ".join(parts[part] for part in re.findall(r"%.", form) if part in parts)
    return f"{date(2026, 12, 31).strftime(form)} ({order})"


def names(state: State, key: str) -> None:
    """What the profile is called, who its people are, and whether it is confirmed."""
    st.subheader("What the profile is called", anchor=False)

    def change(what: str) -> Callable[[], None]:
        return lambda: decide(state, "name", **{what: st.session_state[f"{key}-{what}"]})

    decided = state.decisions
    left, right = st.columns(2)
    with left:
        st.text_input(
            "Name (a to z, 0 to 9, hyphens)",
            key=widget_key(f"{key}-name", decided.name),
            max_chars=60,
            on_change=change("name"),
        )
    with right:
        st.text_input(
            "Title of the source on screen",
            key=widget_key(f"{key}-title", decided.title),
            max_chars=80,
            on_change=change("title"),
        )
    profile = state.settled.profile
    if profile and "role" not in profile.columns and not profile.people:
        with left:
            st.selectbox(
                "Who the people are: no column says it",
                list(ROLES),
                key=widget_key(f"{key}-role", profile.constants.get("role", "victim")),
                format_func=ROLES.__getitem__,
                on_change=change("role"),
            )
    elif profile:
        with left:
            st.selectbox(
                "Whom pages show at first",
                list(ROLES),
                key=widget_key(f"{key}-headline_role", profile.headline_role),
                format_func=ROLES.__getitem__,
                on_change=change("headline_role"),
            )
    st.checkbox(
        "Someone who knows the recording system has confirmed this profile",
        key=widget_key(f"{key}-confirmed", bool(profile and profile.confirmed)),
        on_change=change("confirmed"),
    )
    show_refused(state, "name")
