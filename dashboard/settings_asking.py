"""Asking for a change of settings: the act, what was said of it, and who decides."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from dashboard import data
from dashboard.text import plain
from equality.choices.book import Change
from equality.errors import EqualityError

_TOLD: Final = "settings-told"
_SECONDS: Final = 120
"""So long a message stands: a page that is drawn again meanwhile, as after a lost connection, must not lose it."""


def do(act: Callable[[], Any], done: str, *spent: str) -> None:
    """Do something that a form asked for, and keep what is to be said of it: for callbacks.

    Args:
        act: the act; a list of texts that it returns is said.
        done: what is said if it was done.
        spent: keys of fields that are emptied then.
    """
    try:
        found = act()
    except (EqualityError, ValueError) as error:
        said = str(error)
        st.session_state[_TOLD] = (False, said[:1].upper() + said[1:], time.monotonic())
        return
    said = f"{done}: {'; '.join(found)}." if isinstance(found, list) else f"{done}."
    if found == []:
        said = "That holds already: nothing was changed."
    st.session_state[_TOLD] = (True, said, time.monotonic())
    for key in spent:
        # Emptied, not forgotten: the browser would keep what was typed.
        given = st.session_state.get(key)
        st.session_state[key] = "" if isinstance(given, str) else [] if isinstance(given, list) else None


def told() -> None:
    """What came of the last act."""
    done, said, at = st.session_state.get(_TOLD, (True, "", 0.0))
    if said and time.monotonic() - at < _SECONDS:
        if done:
            st.success(plain(said), icon=":material/check:")
        else:
            st.error(plain(said), icon=":material/error:")


def forget() -> None:
    """Tell no more of the last act: for callbacks."""
    st.session_state.pop(_TOLD, None)


def choices_of(dimension: str) -> list[str]:
    """The values that a dimension has in the newest extracts of all sources."""
    found = {value for s in data.snapshots().values() for value in data.options(s).values.get(dimension, ())}
    return sorted(found)


def decided(change: Change | None) -> str:
    """Who chose something and when; empty if nobody did."""
    if change is None or change.value is None:
        return ""
    return f"{change.who}, {change.at:%d %b %Y}"
