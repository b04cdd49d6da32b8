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
from equality.briefing.preset import TOPIC_TITLES, Preset
from equality.errors import EqualityError
from equality.protection.access import May, may
from equality.protection.audit import LONGEST_REASON, Act, Entry, audit_log
from equality.settings import settings

DONE: Final = "preset-done"
"""What was done in the run before, and is said in this one."""


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
        file = st.text_input(
            "Name of its file: small letters, digits, hyphens", name if is_own else "", key=f"{key}name"
        )
        title = st.text_input("Title of the paper", preset.title, key=f"{key}title")
        about = st.text_input("For which meeting", preset.about, key=f"{key}about")
        topics = st.multiselect(
            "Topics, in order",
            list(TOPIC_TITLES),
            preset.topics,
            format_func=TOPIC_TITLES.__getitem__,
            key=f"{key}topics",
        )
        months = st.number_input("Months that it covers", 1, 120, preset.months, key=f"{key}months")
        held = [c for c in preset.characteristics if c in titles]
        chosen = st.multiselect(
            "Characteristics (none: all)", list(titles), held, format_func=titles.__getitem__, key=f"{key}which"
        )
        usual = list(titles).index(preset.focus_on) if preset.focus_on in titles else 0
        focus = st.selectbox("Spoken of first", list(titles), usual, format_func=titles.__getitem__, key=f"{key}focus")
        audience = st.selectbox(
            "Figures for",
            list(AUDIENCES),
            list(AUDIENCES).index(preset.audience),
            format_func=AUDIENCES.__getitem__,
            key=f"{key}audience",
        )
        classification = st.text_input("Security classification", preset.classification, key=f"{key}class")
        handling = st.text_input("Handling", preset.handling, key=f"{key}handling")
        replace = st.checkbox("Replace the preset of this name, if there is one", key=f"{key}replace")
        why = _reason(f"{key}why")
        if not st.form_submit_button("Save this preset"):
            return
    try:
        made = Preset.model_validate(
            {
                "title": title,
                "about": about,
                "months": months,
                "characteristics": tuple(chosen),
                "focus_on": focus,
                "topics": topics,
                "audience": audience,
                "classification": classification,
                "handling": handling,
                # Groups of crimes are written in the file: a form for them would be longer than all the rest.
                "focuses": preset.focuses if "focus" in topics else (),
                "rows": preset.rows,
            }
        )
        with _logged(file, "saved", why):
            own.save(made, file, replace=replace)
    except (EqualityError, ValueError) as error:
        st.error(plain(_mistake(error)))
        return
    st.session_state[DONE] = f"Saved as {file}: choose it above."
    st.rerun()


def _mistake(error: Exception) -> str:
    """What is wrong, without the form of a validation's report."""
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'The preset'}: {e['msg'].removeprefix('Value error, ')}" for e in errors()
    )


def _delete(name: str, preset: Preset) -> None:
    with st.form(f"preset-{name}-delete", border=False):
        sure = st.checkbox(f"Delete “{plain(preset.about or preset.title)}”; briefings made of it stay")
        why = _reason(f"preset-{name}-delete-why")
        if not st.form_submit_button("Delete this preset"):
            return
    if not sure:
        st.error("Tick the box to say that you mean it.")
        return
    try:
        with _logged(name, "deleted", why):
            own.delete(name)
    except EqualityError as error:
        st.error(plain(str(error)))
        return
    st.session_state[DONE] = f"Deleted {name}."
    st.rerun()


def _reason(key: str) -> str:
    if not settings().audit_reason_required:
        return ""
    return st.text_input("Reason, for the audit log", key=key, max_chars=LONGEST_REASON)


def _logged(name: str, what: str, why: str) -> AbstractContextManager[Entry]:
    about = {"of": "briefing preset", "preset": name, "what": what}
    return audit_log(data.registry()).acting(Act.settings, identity.person(), about, why)
