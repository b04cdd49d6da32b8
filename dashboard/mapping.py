"""The mapping assistant on screen: what each column of an export becomes, and what a person has to settle.

What is decided is kept in the session under the component's key; every change is settled anew by
`equality.exports.settle`, so that the screen, the saved profile and the command line cannot differ.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import polars as pl
import streamlit as st

from dashboard import settling
from dashboard.deciding import State, decide, show_refused, state_of, widget_key
from dashboard.text import plain
from equality.analysis.words import month_name
from equality.errors import EqualityError, ProfileError
from equality.exports.outlook import Outlook, title_of
from equality.exports.profile import Profile, load_profile
from equality.exports.remarks import Question
from equality.exports.saving import ProfileExistsError, save_profile
from equality.exports.settle import Settled
from equality.measures.catalogue import characteristics
from equality.measures.dimensions import DIMENSIONS
from equality.settings import settings
from equality.uploads import shown


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
        state = state_of(path, key)
    except EqualityError as error:
        st.error(plain(shown(str(error), settings().store)))
        return None
    settled = state.settled
    seen = settled.outlook
    assert seen is not None  # A draft has its sample.
    _headline(state, seen)
    known = _known(state, key)
    _questions(state, seen, key)
    settling.columns(state, seen, key)
    settling.labels(state, seen, key)
    if settled.profile is not None:
        settling.date_formats(state, settled.profile, key)
        _records(seen, settled.profile)
    settling.names(state, key)
    return _save(state, settled, key) or known


# ---- what is there ---- #


def _headline(state: State, seen: Outlook) -> None:
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


def _known(state: State, key: str) -> Profile | None:
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


def _questions(state: State, seen: Outlook, key: str) -> None:
    st.subheader("What is open", anchor=False)
    if not seen.questions:
        st.write("Nothing: every question is settled.")
    else:
        st.write("Settle each in the parts below, or tick it if it is right as it is.")
    for number, question in enumerate(seen.questions):
        st.checkbox(
            _asked(question),
            key=widget_key(f"{key}-question-{number}", False),
            on_change=_answer,
            args=(state, str(question)),
        )
    if state.decisions.answered:
        ticked = len(state.decisions.answered)
        st.button(
            f"Ask the {ticked} ticked question{'s' if ticked > 1 else ''} again",
            key=f"{key}-again",
            on_click=decide,
            args=(state, "questions"),
            kwargs={"answered": frozenset()},
            type="tertiary",
        )


def _answer(state: State, question: str) -> None:
    decide(state, "questions", answered=state.decisions.answered | {question})


def _asked(question: Question) -> str:
    # The rest of such a sentence is for those who edit the file by hand.
    text = re.sub(r": (add|name) .*`$", "", question.text)
    return f"**{plain(question.heading)}**: {plain(text)}" if question.heading else plain(text[:1].upper() + text[1:])


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


# ---- saving ---- #


def _save(state: State, settled: Settled, key: str) -> Profile | None:
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
            # Streamlit writes white on the primary colour, which is light in the dark mode: 2.4 to 1.
            type="secondary" if st.context.theme.type == "dark" else "primary",
            key=f"{key}-save",
            on_click=save,
            disabled=settled.profile is None,
        )
        st.download_button(
            "Download YAML", settled.text.encode(), f"{name}.yaml", "application/yaml", key=f"{key}-download"
        )
    show_refused(state, "save")
    if not saved:
        return None
    st.success(f"Saved as {plain(name)}. Loading with it:", icon=":material/check:")
    st.code(f"python -m equality load {shlex.quote(state.draft.sample.path.name)} --profile {name}", language=None)
    return load_profile(name)
