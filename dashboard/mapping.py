"""The mapping assistant on screen: what each column of an export becomes, and what a person has to settle.

What is decided is kept in the session under the component's key; every change is settled anew by
`equality.exports.settle`, so that the screen, the saved profile and the command line cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard.text import plain
from equality.analysis.words import month_name
from equality.errors import EqualityError, ProfileError
from equality.exports import dates
from equality.exports.decisions import Decisions, Meaning, choices
from equality.exports.draft import Draft, draft
from equality.exports.guess import DATE_FORMATS, Values, is_officers_code
from equality.exports.outlook import FIELD_TITLES, Outlook, title_of, to_settle
from equality.exports.profile import Profile, available, load_profile
from equality.exports.remarks import Question
from equality.exports.saving import ProfileExistsError, save_profile
from equality.exports.settle import Settled, settle
from equality.measures.catalogue import characteristics
from equality.measures.dimensions import DIMENSIONS, ROLES

FEW: Final = 12
"""Labels of a column that are shown at first."""
ROWS: Final = 16
"""Rows of a table that are shown without scrolling."""
LEAVE_OUT: Final = ""
FIELDS: Final = (LEAVE_OUT, *characteristics(), *FIELD_TITLES)
MEANINGS: Final = {
    None: "Not settled yet",
    Meaning.UNRECOGNISED: "Leave as it is: unrecognised, counts as invalid",
    Meaning.NOTHING: "Nothing was recorded: blank, in every column",
}


@dataclass
class _State:
    """What the session remembers of one export.

    Attributes:
        identity: the export's path, size and time of change.
        draft: what the assistant made of it.
        decisions: what the person has decided.
        refused: why the last decision could not stand, and in which part of the screen.
        settled: the profile with the decisions in it.
        used: the text and name of the profile that was saved, or the name of one that is used as it is.
    """

    identity: tuple[str, int, int]
    draft: Draft
    decisions: Decisions
    refused: tuple[str, str] = ("", "")
    settled: Settled | None = field(default=None, repr=False)
    used: tuple[str, str] | None = None


def draw(path: Path, key: str) -> Profile | None:
    """Show the assistant for an export, and let a person settle its profile and save it.

    Args:
        path: the export; it is read once, and again if it has changed.
        key: where the session remembers the decisions; another key is another assistant.

    Returns:
        The profile once it is sound and saved (or a known one that is used as it is), until something is changed;
        None before.
    """
    try:
        state = _state(path, key)
    except EqualityError as error:
        st.error(plain(str(error)))
        return None
    if state.settled is None:
        state.settled = settle(state.draft, state.decisions)
    settled = state.settled
    seen = settled.outlook
    assert seen is not None  # A draft has its sample.
    _headline(state, seen)
    known = _known(state, key)
    _questions(state, seen, key)
    _columns(state, seen, key)
    _labels(state, seen, key)
    if settled.profile is not None:
        _dates(state, settled.profile, key)
        _records(seen, settled.profile)
    _name(state, key)
    return _save(state, settled, key) or known


def _state(path: Path, key: str) -> _State:
    stat = path.stat()
    identity = (str(path), stat.st_size, stat.st_mtime_ns)
    state: _State | None = st.session_state.get(f"{key}-state")
    if state is None or state.identity != identity:
        with st.spinner("Reading the headings and a sample of the values"):
            name = _name_of(path)
            made = draft(path, name)
        if made.recognised and made.recognised not in available():
            name = made.recognised
        title = made.profile.title if made.recognised and made.profile else path.stem
        state = _State(identity, made, Decisions(name=name, title=title))
        st.session_state[f"{key}-state"] = state
    return state


def _name_of(path: Path) -> str:
    stem = path.name.split(".")[0].lower()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:40].strip("-") or "export"


# ---- deciding ---- #


def _decide(state: _State, part: str, **changes: Any) -> None:
    """Take a decision, or say why it cannot stand: for callbacks, which run before the page does."""
    decisions = replace(state.decisions, **changes)
    try:
        state.settled = settle(state.draft, decisions)
    except ProfileError as error:
        state.refused = part, str(error)
        return
    state.decisions, state.refused, state.used = decisions, ("", ""), None


def _show_refused(state: _State, part: str) -> None:
    if state.refused[0] == part:
        st.error(f"Not changed: {plain(state.refused[1])}.", icon=":material/block:")


def _widget(key: str, value: Any) -> str:
    """A widget's key, with its value set to what is decided: a refused choice falls back."""
    st.session_state[key] = value
    return key


# ---- what is there ---- #


def _headline(state: _State, seen: Outlook) -> None:
    columns, questions = len(seen.columns), len(seen.questions)
    asked = "nothing is open" if not questions else f"{questions} question{'s are' if questions > 1 else ' is'} open"
    st.header(f"{seen.used} of {columns} columns recognised; {asked}", anchor=False)
    known = state.draft.recognised
    how = (
        f"The headings are those of the profile **{plain(known)}**."
        if known
        else "No known profile has these headings, so one was drafted from headings and values."
    )
    rows = (
        f"All {seen.rows:,} rows were looked at."
        if seen.looked_at >= seen.rows
        else f"The first {seen.looked_at:,} of {seen.rows:,} rows were looked at: counts are of these."
    )
    notes = "".join(f" {plain(note[:1].upper() + note[1:])}." for note in state.draft.sample.notes)
    st.write(f"{plain(state.draft.sample.path.name)}: {how} {rows}{notes}")


def _known(state: _State, key: str) -> Profile | None:
    """A profile that fits is used as it is, if the person says so."""
    known = state.draft.recognised
    if not known:
        return None

    def use() -> None:
        state.used = known, ""

    if state.used == (known, ""):
        st.success(f"The profile {plain(known)} is used as it is.", icon=":material/check:")
        return load_profile(known)
    st.button(f"Use {plain(known)} as it is", key=f"{key}-known", on_click=use)
    st.caption("For another extract of the same recording system. For another system, settle and save a profile below.")
    return None


def _questions(state: _State, seen: Outlook, key: str) -> None:
    st.subheader("What is open", anchor=False)
    if not seen.questions:
        st.write("Nothing: every question is settled.")
    else:
        st.write("Settle each in the parts below, or tick it if it is right as it is.")
    for number, question in enumerate(seen.questions):
        st.checkbox(
            _asked(question),
            key=_widget(f"{key}-question-{number}", False),
            on_change=_answer,
            args=(state, str(question)),
        )
    if state.decisions.answered:
        ticked = len(state.decisions.answered)
        st.button(
            f"Ask the {ticked} ticked question{'s' if ticked > 1 else ''} again",
            key=f"{key}-again",
            on_click=_decide,
            args=(state, "questions"),
            kwargs={"answered": frozenset()},
            type="tertiary",
        )


def _answer(state: _State, question: str) -> None:
    _decide(state, "questions", answered=state.decisions.answered | {question})


def _asked(question: Question) -> str:
    # The rest of such a sentence is for those who edit the file by hand.
    text = re.sub(r": (add|name) .*`$", "", question.text)
    return f"**{plain(question.heading)}**: {plain(text)}" if question.heading else plain(text[:1].upper() + text[1:])


# ---- columns ---- #


def _columns(state: _State, seen: Outlook, key: str) -> None:
    st.subheader("What each column becomes", anchor=False)
    frame = pl.DataFrame(
        {
            "heading": [c.heading for c in seen.columns],
            "becomes": [_becomes(c.field, c.also) for c in seen.columns],
            "sure": [c.certainty.capitalize() for c in seen.columns],
            "reason": [c.reason[:1].upper() + c.reason[1:] for c in seen.columns],
            "cells": [c.cells for c in seen.columns],
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
            "reason": config("Why", width="large"),
            "cells": config("What stands in it", width="medium"),
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
                key=_widget(f"{key}-becomes", now.field),
                format_func=lambda name: title_of(name) if name else "Nothing: leave it out",
                on_change=_change_column,
                args=(state, seen, heading, f"{key}-becomes"),
            )
    _show_refused(state, "columns")


def _becomes(name: str, also: str) -> str:
    if name and also:
        return f"{title_of(name)}; {also}"
    return title_of(name) if name else also[:1].upper() + also[1:] if also else "–"


def _change_column(state: _State, seen: Outlook, heading: str, widget: str) -> None:
    name = st.session_state[widget]
    # A field is held by one column: the one that held it is left out, and the table says so.
    others = {c.heading: LEAVE_OUT for c in seen.columns if name and c.field == name and c.heading != heading}
    columns = {**state.decisions.columns, heading: name, **others}
    held = {c.field for c in seen.columns if c.heading not in columns} | set(columns.values())
    held |= {"age"} if "date_of_birth" in held else set()
    labels = {each: meanings for each, meanings in state.decisions.labels.items() if each in held}
    role = None if "role" in held else state.decisions.role
    _decide(state, "columns", columns=columns, labels=labels, role=role)


# ---- labels ---- #


def _labels(state: _State, seen: Outlook, key: str) -> None:
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
    _show_refused(state, "labels")


def _labels_of(state: _State, name: str, labels: Values, key: str) -> None:
    settled = state.decisions.labels.get(name, {})
    st.markdown(f"**{title_of(name)}**: {len(settled)} of {len(labels)} labels settled")
    names, listed = choices(name), list(labels.items())
    if len(listed) > FEW and not st.toggle(f"Show all {len(listed)} labels", key=f"{key}-all-{name}"):
        listed = listed[:FEW]
    with st.container(horizontal=True, gap="medium"):
        for number, (label, rows) in enumerate(listed):
            own_answer_only = name == "ethnicity" and is_officers_code(label)
            options = [None, Meaning.UNRECOGNISED] if own_answer_only else [None, *names, *_beside(name)]
            widget = f"{key}-label-{name}-{number}"
            st.selectbox(
                f"“{plain(label[:60])}” in {rows:,} row{'s' if rows != 1 else ''}",
                options,
                key=_widget(widget, settled.get(label)),
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
        if option is None or isinstance(option, Meaning):
            return MEANINGS[option]
        return f"{names[option]} ({option})" if names[option] != option else names[option]

    return words


def _change_label(state: _State, name: str, label: str, widget: str) -> None:
    meanings = dict(state.decisions.labels.get(name, {}))
    chosen = st.session_state[widget]
    if chosen is None:
        meanings.pop(label, None)
    else:
        meanings[label] = chosen
    _decide(state, "labels", labels={**state.decisions.labels, name: meanings})


# ---- dates, records, name ---- #


def _dates(state: _State, profile: Profile, key: str) -> None:
    st.subheader("How dates are written", anchor=False)

    def change() -> None:
        _decide(state, "dates", dates=tuple(st.session_state[f"{key}-dates"]))

    st.multiselect(
        "Formats, tried in this order; the table above says how many dates they read",
        list(dict.fromkeys([*profile.dates, *DATE_FORMATS])),
        key=_widget(f"{key}-dates", list(profile.dates)),
        format_func=_date_words,
        on_change=change,
    )
    _show_refused(state, "dates")


def _date_words(form: str) -> str:
    if form == dates.EXCEL:
        return "46387 (a spreadsheet's serial number)"
    parts = {"%d": "day", "%m": "month", "%b": "month", "%B": "month", "%Y": "year", "%y": "year of two digits"}
    order = ", ".join(parts[part] for part in re.findall(r"%.", form) if part in parts)
    return f"{date(2026, 12, 31).strftime(form)} ({order})"


def _records(seen: Outlook, profile: Profile) -> None:
    st.subheader("The first records, as they would be stored", anchor=False)
    if seen.records.is_empty():
        st.write("Nothing can be shown until the questions about dates and columns are settled.")
        return
    frame = seen.records.with_columns(pl.col("month").map_elements(month_name, return_dtype=pl.String))
    titles = {**DIMENSIONS, **profile.dimension_titles, **{n: c.short for n, c in characteristics().items()}}
    st.dataframe(
        frame.to_arrow(),
        alt="The first records, as they would be stored",
        hide_index=True,
        column_config={name: st.column_config.TextColumn(titles.get(name, name)) for name in frame.columns},
    )
    st.caption("Without references, names and dates of birth. “Blank” is what counts as not recorded.")


def _name(state: _State, key: str) -> None:
    st.subheader("What the profile is called", anchor=False)

    def change(what: str) -> Callable[[], None]:
        return lambda: _decide(state, "name", **{what: st.session_state[f"{key}-{what}"]})

    decided = state.decisions
    left, right = st.columns(2)
    with left:
        st.text_input(
            "Name (a to z, 0 to 9, hyphens)",
            key=_widget(f"{key}-name", decided.name),
            max_chars=60,
            on_change=change("name"),
        )
    with right:
        st.text_input(
            "Title of the source on screen",
            key=_widget(f"{key}-title", decided.title),
            max_chars=80,
            on_change=change("title"),
        )
    profile = state.settled.profile if state.settled else None
    if profile and "role" not in profile.columns and not profile.people:
        with left:
            st.selectbox(
                "Who the people are: no column says it",
                list(ROLES),
                key=_widget(f"{key}-role", profile.constants.get("role", "victim")),
                format_func=ROLES.__getitem__,
                on_change=change("role"),
            )
    elif profile:
        with left:
            st.selectbox(
                "Whom pages show at first",
                list(ROLES),
                key=_widget(f"{key}-headline_role", profile.headline_role),
                format_func=ROLES.__getitem__,
                on_change=change("headline_role"),
            )
    st.checkbox(
        "Someone who knows the recording system has confirmed this profile",
        key=_widget(f"{key}-confirmed", bool(profile and profile.confirmed)),
        on_change=change("confirmed"),
    )
    _show_refused(state, "name")


# ---- saving ---- #


def _save(state: _State, settled: Settled, key: str) -> Profile | None:
    name = state.decisions.name or ""
    saved = state.used == (name, settled.text)
    if settled.profile is None:
        undated = settled.outlook and all(c.field != "recorded_on" for c in settled.outlook.columns)
        why = f"choose the column that becomes “{title_of('recorded_on')}”: it gives every record its month."
        st.warning(
            f"The profile cannot be saved yet: {why if undated else plain(settled.lacks)}", icon=":material/info:"
        )

    def save() -> None:
        again = bool(st.session_state.get(f"{key}-replace"))
        try:
            save_profile(settled.text, name, replace=again)
        except ProfileExistsError:
            state.refused = "exists", ""
        except ProfileError as error:
            state.refused = "save", str(error)
        else:
            state.refused, state.used = ("", ""), (name, settled.text)

    if state.refused[0] == "exists":
        st.warning(f"There is a profile {plain(name)} already.", icon=":material/info:")
        st.checkbox("Replace it", key=f"{key}-replace")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Save profile",
            type="primary",
            key=f"{key}-save",
            on_click=save,
            disabled=settled.profile is None,
        )
        st.download_button(
            "Download YAML", settled.text.encode(), f"{name}.yaml", "application/yaml", key=f"{key}-download"
        )
    _show_refused(state, "save")
    if not saved:
        return None
    st.success(f"Saved as {plain(name)}. Loading with it:", icon=":material/check:")
    st.code(f"python -m equality load {state.draft.sample.path.name!r} --profile {name}", language=None)
    return load_profile(name)
