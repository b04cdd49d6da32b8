"""The Settings page: what holds, in parts, each with what it is now, how to change it, and who decided it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from dashboard import (
    data,
    downloads,
    settings_entries,
    settings_events,
    settings_history,
    settings_numbers,
    settings_roles,
    settings_targets,
)
from dashboard.settings_asking import forget, told
from dashboard.text import count_of, day_name, plain
from equality.choices.fields import CHOICES
from equality.choices.in_force import InForce
from equality.errors import EqualityError

PART: Final = "part"
"""The parameter of the address that names a part."""
_PARTS: Final[Mapping[str, tuple[str, Callable[[InForce], None]]]] = {
    "targets": ("Targets", settings_targets.draw),
    "figures": ("Small numbers", lambda holding: settings_numbers.draw(holding, "figures")),
    "loading": ("Loading", lambda holding: settings_numbers.draw(holding, "loading")),
    "keeping": ("Keeping and reasons", lambda holding: settings_numbers.draw(holding, "keeping")),
    "areas": ("Areas and teams", settings_entries.draw),
    "events": ("Events", settings_events.draw),
    "roles": ("Roles", settings_roles.draw),
    "history": ("History", settings_history.draw),
}


def draw() -> None:
    """The page."""
    try:
        holding = data.holding()
        st.header(_headline(holding), anchor=False)
        told()
        part = _choice()
        _PARTS[part][1](holding)
    except EqualityError as error:
        st.error(plain(str(error)))
        return
    at_once = "What is chosen here holds at once on every page, in briefings and on the command line. "
    st.caption(f"{at_once if part in ('targets', 'figures') else ''}{downloads.LOGGED}")


def _headline(holding: InForce) -> str:
    chosen = [change for change in holding.newest.values() if change.value is not None]
    own = sum(change.name in CHOICES for change in chosen)
    aims = len(holding.targets.chosen)
    if not chosen:
        return "Everything is as it comes: nothing has been chosen yet."
    newest = max(holding.newest.values(), key=lambda change: change.at)
    parts = [count_of(own, "setting")] if own else []
    parts += [count_of(aims, "target")] if aims else []
    return plain(
        f"{' and '.join(parts)} chosen here; the newest change is of {day_name(newest.at.date())}, by {newest.who}."
    )


def _choice() -> str:
    asked = st.query_params.get(PART, "")
    part = asked if asked in _PARTS else next(iter(_PARTS))

    def change() -> None:
        # Choosing the chosen one again unchooses it: it stays.
        forget()
        st.query_params[PART] = st.session_state["settings-part"] or part

    if st.session_state.get("settings-part") != part:
        st.session_state["settings-part"] = part
    st.segmented_control(
        "Part", list(_PARTS), format_func=lambda p: _PARTS[p][0], key="settings-part", on_change=change
    )
    return part
