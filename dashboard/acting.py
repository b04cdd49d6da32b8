"""Acts in callbacks: what there is to say of them stands on the page that follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.text import plain
from equality.errors import EqualityError

_SAID: Final = "acting-said"
_REFUSED: Final = "acting-refused"


def told() -> None:
    """What the newest act was answered with."""
    if said := st.session_state.pop(_SAID, None):
        st.success(plain(said), icon=":material/check:")
    if refused := st.session_state.pop(_REFUSED, None):
        st.error(plain(refused), icon=":material/error:")


def do(act: Callable[[], str]) -> None:
    """Do something and keep what there is to say for the next run."""
    try:
        st.session_state[_SAID] = act()
    except EqualityError as error:
        st.session_state[_REFUSED] = str(error)
