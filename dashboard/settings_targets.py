"""Targets: what is aimed at for each characteristic, in general and for a role or channel, and a form for that."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import data, downloads, identity, navigation, show
from dashboard.settings_asking import choices_of, decided, do
from equality.choices.in_force import InForce
from equality.choices.targets import Scope
from equality.measures.catalogue import characteristics
from equality.measures.dimensions import ROLES
from equality.protection.choosing import aim

_FORM: Final = "settings-target"


def draw(holding: InForce) -> None:
    """The targets that hold, and the form."""
    st.subheader("Of how many in 100 people is each characteristic to be known?", anchor=False)
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    show.grid(
        _table(holding),
        "targets-table",
        "The target of each characteristic, in general and for a role or channel",
        {
            "characteristic": text("Characteristic", pinned=True),
            "target": number("Target", format="%.4g%%"),
            "role": text("Role"),
            "channel": text("Channel"),
            "usual": number("As it comes", format="%.4g%%"),
            "decided": text("Chosen by"),
        },
    )
    st.caption(
        "Where a view shows one role and one channel, the most specific target holds: that of both together, else of "
        "the channel, else of the role, else of everyone. The verdict on an extract keeps the targets that "
        "held when it was loaded; counts do not change."
    )
    st.page_link(navigation.PAGES["overview"].file, label="See the ticks on Overview", icon=":material/monitoring:")
    _form(holding)


def _table(holding: InForce) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for name, characteristic in characteristics().items():
        own = [s for s in holding.targets.chosen if s.characteristic == name and s != Scope(name)]
        for scope in [Scope(name), *sorted(own, key=lambda s: s.name)]:
            rows.append(
                {
                    "characteristic": characteristic.title,
                    "role": ROLES.get(scope.role, scope.role) if scope.role else "Everyone",
                    "channel": scope.channel or "All channels",
                    "target": 100 * holding.targets.of(name, scope.role, scope.channel),
                    "usual": 100 * characteristic.target,
                    "decided": decided(holding.newest.get(scope.name)),
                }
            )
    return pl.DataFrame(rows)


def _form(holding: InForce) -> None:
    st.subheader("Choose a target", anchor=False)
    channels = ["", *choices_of("channel")]
    key = {name: f"{_FORM}-{name}" for name in ("characteristic", "role", "channel", "share", "reason")}
    with st.form(_FORM, border=False):
        left, right = st.columns(2, gap="large")
        with left:
            titles = {name: c.title for name, c in characteristics().items()}
            st.selectbox("Characteristic", list(titles), format_func=titles.__getitem__, key=key["characteristic"])
            st.number_input("Target (per cent known)", value=None, step=1.0, key=key["share"], format="%g")
        with right:
            st.selectbox("Role", ["", *ROLES], format_func=lambda r: ROLES[r] if r else "Everyone", key=key["role"])
            st.selectbox("Channel", channels, format_func=lambda c: c or "All channels", key=key["channel"])
        downloads.reason(key["reason"])
        with st.container(horizontal=True):
            st.form_submit_button(
                "Choose this target", type=show.main_button(), on_click=_choose, args=(holding, key, False)
            )
            st.form_submit_button(
                "Take the chosen target back",
                on_click=_choose,
                args=(holding, key, True),
                help="Then the next general one holds, or the one that it came with.",
            )


def _choose(holding: InForce, key: dict[str, str], back: bool) -> None:
    state = st.session_state
    scope = Scope(state[key["characteristic"]], state[key["role"]], state[key["channel"]])
    share = state.get(key["share"])

    def act() -> None:
        if share is None and not back:
            raise ValueError("Nothing was changed: say which per cent is to be known, such as 85.")
        wanted = None if back or share is None else share / 100
        aim(data.registry(), scope, wanted, identity.person(), state.get(key["reason"]) or "", seen=holding)

    title = characteristics()[scope.characteristic].title
    said = "the target was taken back" if back else f"the target is {share or 0:g}% from now on"
    do(partial(act), f"{title}, {scope.words}: {said}", key["share"], key["reason"])
