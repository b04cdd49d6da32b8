"""Asking for a change of settings: the act, what was said of it, and who decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from dashboard import data
from equality.choices.book import Change
from equality.errors import EqualityError

SAID: Final = "settings-said"
REFUSED: Final = "settings-refused"


def do(act: Callable[[], Any], done: str, *spent: str) -> None:
    """Do something that a form asked for, and keep what is to be said of it: for callbacks.

    Args:
        act: the act; a list of texts that it returns is said.
        done: what is said if it was done.
        spent: keys of widgets that begin anew then.
    """
    try:
        found = act()
    except (EqualityError, ValueError) as error:
        st.session_state[REFUSED] = _sentence(str(error))
        return
    if found == []:
        st.session_state[SAID] = "That holds already: nothing was changed."
        return
    st.session_state[SAID] = f"{done}: {'; '.join(found)}." if isinstance(found, list) else f"{done}."
    for key in spent:
        st.session_state.pop(key, None)


def choices_of(dimension: str) -> list[str]:
    """The values that a dimension has in the newest extracts of all sources."""
    found = {value for s in data.snapshots().values() for value in data.options(s).values.get(dimension, ())}
    return sorted(found)


def decided(change: Change | None) -> str:
    """Who chose something and when; empty if nobody did."""
    if change is None or change.value is None:
        return ""
    return f"{change.who}, {change.at:%d %b %Y}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
