"""What the mapping assistant remembers of one export in a session, and how a decision is taken or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.text import plain
from equality.errors import ProfileError
from equality.exports.decisions import Decisions, Meaning
from equality.exports.draft import Draft, draft
from equality.exports.profile import available
from equality.exports.settle import Settled, settle


@dataclass
class State:
    """What the session remembers of one export.

    Attributes:
        identity: the export's path, size and time of change.
        draft: what the assistant made of it.
        decisions: what the person has decided.
        settled: the profile with the decisions in it.
        refused: in which part of the screen the last decision was made that could not stand, and why.
        used: the text and name of the profile that was saved, or the name of one that is used as it is.
    """

    identity: tuple[str, int, int]
    draft: Draft
    decisions: Decisions
    settled: Settled = field(repr=False)
    refused: tuple[str, str] = ("", "")
    used: tuple[str, str] | None = None


def state_of(path: Path, key: str) -> State:
    """What the session remembers of an export; it is drafted when it is new or has changed.

    Args:
        path: the export.
        key: where the session remembers it.

    Raises:
        EqualityError: if the export cannot be read as a table.
    """
    stat = path.stat()
    identity = (str(path), stat.st_size, stat.st_mtime_ns)
    state: State | None = st.session_state.get(f"{key}-state")
    if state is None or state.identity != identity:
        with st.spinner("Reading the headings and a sample of the values"):
            name = _name_of(path)
            made = draft(path, name)
            if made.recognised and made.recognised not in available():
                # An own profile is changed under its own name and source.
                name = made.recognised
                made = draft(path, name)
        title = made.profile.title if made.recognised and made.profile else path.stem
        left = {each: dict.fromkeys(sorted(labels), Meaning.UNRECOGNISED) for each, labels in made.left.items()}
        decisions = Decisions(name=name, title=title, labels=left)
        state = State(identity, made, decisions, settle(made, decisions))
        st.session_state[f"{key}-state"] = state
    return state


def _name_of(path: Path) -> str:
    stem = path.name.split(".")[0].lower()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:40].strip("-") or "export"


def decide(state: State, part: str, **changes: Any) -> None:
    """Take a decision, or say why it cannot stand: for callbacks, which run before the page does."""
    decisions = replace(state.decisions, **changes)
    try:
        state.settled = settle(state.draft, decisions)
    except ProfileError as error:
        state.refused = part, str(error)
        return
    state.decisions, state.refused, state.used = decisions, ("", ""), None


def show_refused(state: State, part: str) -> None:
    """Say in a part of the screen why the last decision that was made there could not stand."""
    if state.refused[0] == part:
        st.error(f"Not changed: {plain(state.refused[1])}.", icon=":material/block:")


def widget_key(key: str, value: Any) -> str:
    """A widget's key, with its value set to what is decided: a refused choice falls back."""
    st.session_state[key] = value
    return key
