"""Areas and teams valid from and to: what holds, and forms to add, correct, end and withdraw entries."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import data, downloads, identity, show
from dashboard.settings_asking import do
from equality.choices.entries import KINDS, Valid
from equality.choices.in_force import InForce
from equality.exports import validity
from equality.exports.validity import HeldEntry, period_words

_KEY: Final = "settings-entry"
_FIRST, _LAST = date(1974, 4, 1), date(2100, 1, 1)


def draw(holding: InForce) -> None:
    """The entries of a kind, and the forms."""
    st.subheader("Which area or team does a label mean, and from when to when?", anchor=False)
    kind = st.selectbox("Entries of", list(KINDS), format_func=KINDS.__getitem__, key=f"{_KEY}-kind", width=520)
    held = validity.holding(data.registry().database, kind)
    _table(held)
    today = " Figures are grouped by the area of today: the entry without an end." if kind == "lpa" else ""
    st.caption(
        "It takes effect with the next load: records that are loaded already keep the area and team they were given."
        f"{today} An entry that follows another one ends it on the day before."
    )
    left, right = st.columns(2, gap="large")
    with left, st.expander("Add an entry"):
        _add(kind, held)
    if held:
        with right, st.expander("Correct, end or withdraw an entry"):
            _change(kind, held)


def _table(held: list[HeldEntry]) -> None:
    if not held:
        st.write("There is none: labels stay as the export has them.")
        return
    text = st.column_config.TextColumn
    rows: list[dict[str, Any]] = [
        {
            "label": one.valid.label,
            "value": one.valid.value,
            "start": f"{one.valid.start:%d %b %Y}" if one.valid.start else "the beginning",
            "end": f"{one.valid.end:%d %b %Y}" if one.valid.end else "open",
            "by": f"{one.newest.who}, {one.newest.at:%d %b %Y} ({one.newest.action})" if one.newest else "as it comes",
            "reason": one.newest.reason if one.newest else "",
        }
        for one in held
    ]
    show.grid(
        pl.DataFrame(rows),
        f"{_KEY}-table",
        "The entries that hold, by label and day",
        {
            "label": text("Label", pinned=True),
            "value": text("Means"),
            "start": text("From"),
            "end": text("To"),
            "by": text("Decided by"),
            "reason": text("Reason"),
        },
    )


def _add(kind: str, held: list[HeldEntry]) -> None:
    key = {name: f"{_KEY}-add-{kind}-{name}" for name in ("label", "value", "start", "end", "reason")}
    with st.form(f"{_KEY}-add-{kind}", border=False):
        if kind == "lpa":
            st.selectbox("District", validity.districts(), key=key["label"])
        else:
            st.text_input("Label in the export", key=key["label"], max_chars=validity.LONGEST)
        st.text_input("Means", key=key["value"], max_chars=validity.LONGEST, help="The area or team, as pages show it.")
        _days(key, None)
        downloads.reason(key["reason"])
        st.form_submit_button("Add the entry", type=show.main_button(), on_click=_do_add, args=(kind, key))


def _days(key: dict[str, str], valid: Valid | None) -> None:
    first, last = st.columns(2)
    for place, name, label, value in (
        (first, "start", "First day (year/month/day)", valid.start if valid else None),
        (last, "end", "Last day (empty: open)", valid.end if valid else None),
    ):
        place.date_input(label, value=value, key=key[name], min_value=_FIRST, max_value=_LAST)


def _do_add(kind: str, key: dict[str, str]) -> None:
    state = st.session_state
    valid = _given(key)

    def act() -> None:
        validity.add(data.registry(), kind, valid, identity.person(), state.get(key["reason"]) or "")

    spent = [key[name] for name in ("value", "start", "end", "reason")]
    do(act, f"Added: {valid.label} means {valid.value}, {period_words(valid)}, from the next load on", *spent)


def _change(kind: str, held: list[HeldEntry]) -> None:
    by_id = {one.entry_id: one for one in held}

    def named(identifier: str) -> str:
        valid = by_id[identifier].valid
        return f"{valid.label} → {valid.value}, {period_words(valid)}"

    chosen = by_id[st.selectbox("Entry", list(by_id), format_func=named, key=f"{_KEY}-chosen-{kind}")]
    stem = f"{_KEY}-change-{chosen.entry_id[:12]}-{chosen.version}"
    key = {name: f"{stem}-{name}" for name in ("value", "start", "end", "reason")}
    with st.form(stem, border=False):
        st.text_input("Means", value=chosen.valid.value, key=key["value"], max_chars=validity.LONGEST)
        _days(key, chosen.valid)
        downloads.reason(key["reason"])
        with st.container(horizontal=True):
            st.form_submit_button(
                "Save the change",
                type=show.main_button(),
                on_click=_do_change,
                args=(kind, chosen, key),
                help="To end it, give its last day.",
            )
            st.form_submit_button(
                "Withdraw the entry",
                on_click=_do_withdraw,
                args=(kind, chosen, key),
                help="For one that should never have been there; its history stays.",
            )


def _do_change(kind: str, of: HeldEntry, key: dict[str, str]) -> None:
    why = st.session_state.get(key["reason"]) or ""
    valid = _given(key, of.valid.label)
    ends_only = valid.end is not None and valid == Valid(of.valid.label, of.valid.value, of.valid.start, valid.end)

    def act() -> None:
        if ends_only and of.valid.end is None and valid.end:
            validity.end(data.registry(), kind, of, valid.end, identity.person(), why)
        else:
            validity.correct(data.registry(), kind, of, valid, identity.person(), why)

    do(act, f"Saved: {valid.label} means {valid.value}, {period_words(valid)}, from the next load on")


def _do_withdraw(kind: str, of: HeldEntry, key: dict[str, str]) -> None:
    why = st.session_state.get(key["reason"]) or ""

    def act() -> None:
        validity.withdraw(data.registry(), kind, of, identity.person(), why)

    do(act, f"Withdrawn: {of.valid.label}, from the next load on")


def _given(key: dict[str, str], label: str = "") -> Valid:
    state = st.session_state
    label = label or state.get(key["label"]) or ""
    return Valid(label, state.get(key["value"]) or "", state.get(key["start"]), state.get(key["end"]))
