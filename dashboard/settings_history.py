"""Who changed which setting, target, area or team, from what to what, and why."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboard import data, show
from equality.choices import book, entries
from equality.choices.book import Change
from equality.choices.entries import KINDS, Entry
from equality.choices.fields import CHOICES, in_words
from equality.choices.in_force import InForce
from equality.choices.targets import Scope
from equality.exports.validity import period_words
from equality.measures.catalogue import characteristics


def draw(holding: InForce) -> None:
    """The whole history, the newest first."""
    database = data.registry().database
    rows = [_of_change(change) for change in book.history(database)]
    rows += [_of_entry(entry) for entry in entries.history(database)]
    st.subheader("What was changed, by whom, and why?", anchor=False)
    if not rows:
        st.write("Nothing has been changed yet.")
        return
    text = st.column_config.TextColumn
    show.grid(
        pl.DataFrame(rows).sort("at", descending=True),
        "settings-history",
        "Every change of a setting, target, area or team, the newest first",
        {
            "at": st.column_config.DatetimeColumn("When (UTC)", format="D MMM YYYY, HH:mm", pinned=True),
            "who": text("Who"),
            "what": text("What", width="large"),
            "was": text("From"),
            "value": text("To"),
            "reason": text("Reason", width="medium"),
        },
    )
    st.caption("Nothing here is ever overwritten. Changes of roles stand under Roles, those of events under Events.")


def _of_change(change: Change) -> dict[str, Any]:
    scope = Scope.of(change.name)
    if scope:
        known = characteristics().get(scope.characteristic)
        what = f"Target: {known.title if known else scope.characteristic}, {scope.words}"
        was, value = f"{100 * change.was:g}%", "taken back" if change.value is None else f"{100 * change.value:g}%"
    elif change.name in CHOICES:
        choice = CHOICES[change.name]
        what, was = choice.title, in_words(choice, change.was)
        value = (
            f"default: {in_words(choice, choice.default)}" if change.value is None else in_words(choice, change.value)
        )
    else:
        what, was, value = change.name, str(change.was), str(change.value)
    return {"at": change.at, "who": change.who, "what": what, "was": was, "value": value, "reason": change.reason}


def _of_entry(entry: Entry) -> dict[str, Any]:
    what = f"{KINDS.get(entry.of, entry.of).split(':')[0]}: {entry.valid.label}"
    said = f"{entry.action}: {entry.valid.value}, {period_words(entry.valid)}"
    return {"at": entry.at, "who": entry.who, "what": what, "was": "", "value": said, "reason": entry.reason}
