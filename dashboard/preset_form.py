"""A force's own presets of briefings, composed on the page: saved as files, replaced and deleted by those who may."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final

import streamlit as st

from dashboard import data, identity
from dashboard.shell import Context
from dashboard.text import plain
from equality.briefing import own
from equality.briefing.order import AUDIENCES
from equality.briefing.preset import TOPIC_TITLES, Preset, PresetError
from equality.errors import EqualityError
from equality.protection.access import May, may
from equality.protection.audit import LONGEST_REASON, Act, Entry, audit_log

DONE, REFUSED = "preset-done", "preset-refused"
"""What was done, or refused, before this run, and is said in it."""


def draw(context: Context, name: str, preset: Preset) -> None:
    """The form, for those who may see exact figures; it begins with what the chosen preset holds.

    Args:
        context: the page's.
        name: of the chosen preset.
        preset: what it holds.
    """
    if not may(identity.person(), May.exact):
        return
    if said := st.session_state.pop(DONE, None):
        st.success(plain(said))
    if said := st.session_state.pop(REFUSED, None):
        st.error(plain(said))
    mine, wrong = own.own()
    for mistake in wrong:
        st.warning(plain(f"This preset cannot be used. {mistake}"))
    with st.expander("Compose a preset of your own"):
        _compose(context, name, preset, name in mine)
        if name in mine:
            _delete(name, preset)


def _compose(context: Context, name: str, preset: Preset, is_own: bool) -> None:
    titles = context.titles
    key = f"preset-{name}-"
    with st.form(f"{key}form", border=False):
        st.caption(f"It begins with what “{plain(preset.about or preset.title)}” holds.")
        st.text_input("Name of its file: small letters, digits, hyphens", name if is_own else "", key=f"{key}name")
        _words("Title of the paper", preset.title, f"{key}title")
        _words("For which meeting", preset.about, f"{key}about")
        st.multiselect(
            "Topics, in order",
            list(TOPIC_TITLES),
            preset.topics,
            format_func=TOPIC_TITLES.__getitem__,
            key=f"{key}topics",
        )
        st.number_input("Months that it covers", 1, 120, preset.months, key=f"{key}months")
        held = [c for c in preset.characteristics if c in titles]
        st.multiselect(
            "Characteristics (none: all)",
            list(titles),
            held,
            format_func=titles.__getitem__,
            key=f"{key}characteristics",
        )
        usual = list(titles).index(preset.focus_on) if preset.focus_on in titles else 0
        st.selectbox("Spoken of first", list(titles), usual, format_func=titles.__getitem__, key=f"{key}focus_on")
        st.selectbox(
            "Figures for",
            list(AUDIENCES),
            list(AUDIENCES).index(preset.audience),
            format_func=lambda audience: AUDIENCES[audience].capitalize(),
            key=f"{key}audience",
        )
        st.text_input("Security classification", preset.classification, key=f"{key}classification")
        _words("Handling", preset.handling, f"{key}handling")
        st.checkbox("Replace the preset of this name, if there is one", key=f"{key}replace")
        _reason(f"{key}why")
        st.form_submit_button("Save this preset", on_click=_save, args=(key, preset))


def _words(label: str, value: str, key: str) -> None:
    """A field that grows with its words: in the narrow column one line would hide their end."""
    st.text_area(label, value, height="content", key=key)


ENTERED: Final = (
    "title",
    "about",
    "topics",
    "months",
    "characteristics",
    "focus_on",
    "audience",
    "classification",
    "handling",
)
"""Fields of a preset that the form asks for."""
LINES: Final = ("title", "about", "handling")
"""Those of them whose words may be too long for one line of the form."""


def _save(key: str, preset: Preset) -> None:
    given = {name: st.session_state[f"{key}{name}"] for name in ENTERED}
    # A title, a meeting and a marking are one line each on paper, however they were typed.
    given |= {name: " ".join(str(given[name]).split()) for name in LINES}
    name, why = str(st.session_state[f"{key}name"]).strip(), st.session_state.get(f"{key}why", "")
    lists = {field: tuple(given[field]) for field in ("topics", "characteristics")}
    # Groups of crimes are written in the file: a form for them would be longer than all the rest.
    kept = {"focuses": preset.focuses if "focus" in given["topics"] else (), "rows": preset.rows}
    try:
        made = Preset.model_validate(given | lists | kept)
        with _logged(name, "saved", why):
            own.save(made, name, replace=st.session_state[f"{key}replace"])
    except (EqualityError, ValueError) as error:
        st.session_state[REFUSED] = _mistake(error)
    else:
        st.session_state[DONE] = f"Saved as {name}: choose it above."


def _mistake(error: Exception) -> str:
    """What is wrong, without the form of a validation's report."""
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'The preset'}: {e['msg'].removeprefix('Value error, ')}" for e in errors()
    )


def _delete(name: str, preset: Preset) -> None:
    key = f"preset-{name}-delete"
    with st.form(key, border=False):
        st.checkbox(f"Delete “{plain(preset.about or preset.title)}”; briefings made of it stay", key=f"{key}-sure")
        _reason(f"{key}-why")
        st.form_submit_button("Delete this preset", on_click=_remove, args=(key, name))


def _remove(key: str, name: str) -> None:
    if not st.session_state[f"{key}-sure"]:
        st.session_state[REFUSED] = "Tick the box to say that you mean it."
        return
    try:
        with _logged(name, "deleted", st.session_state.get(f"{key}-why", "")):
            own.delete(name)
    except EqualityError as error:
        st.session_state[REFUSED] = str(error)
    else:
        st.session_state[DONE] = f"Deleted {name}."


def _reason(key: str) -> None:
    if data.holding().settings.audit_reason_required:
        st.text_input("Reason, for the audit log", key=key, max_chars=LONGEST_REASON)


def _logged(name: str, what: str, why: str) -> AbstractContextManager[Entry]:
    # A callback runs before the page: who asks, and may they still?
    if not may(identity.person(), May.exact):
        raise PresetError("Your role may not change presets.")
    about = {"of": "briefing preset", "preset": name, "what": what}
    return audit_log(data.registry()).acting(Act.settings, identity.person(), about, why)
