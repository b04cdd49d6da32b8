"""Roles: who may do what, given and taken away here, with their history."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import data, downloads, identity, show
from dashboard.settings_asking import choices_of, do
from dashboard.text import count_of
from equality.choices.in_force import InForce
from equality.protection.access import ROLE_TITLES, Assignment, Roles
from equality.protection.audit import audit_log
from equality.protection.people import Role

_NONE: Final = "none"
_FORM: Final = "settings-role"


def draw(holding: InForce) -> None:
    """Who has which role, and the form."""
    roles = Roles(data.registry().database)
    held = roles.all()
    administrators = sum(one.role is Role.administrator for one in held)
    st.subheader(
        f"{count_of(len(held), 'person', 'people')} in the table, {count_of(administrators, 'administrator')}",
        anchor=False,
    )
    if held:
        _grid([_row(one) for one in held], "roles-table", "Who has which role")
    else:
        st.write("Nobody is in the table: roles come from groups at the identity provider, or nobody has one.")
    st.caption(
        "The table goes before groups at the identity provider; No role shuts somebody out at once. A role is looked "
        "up whenever a page is drawn. A person without sign-in, on this machine, may do everything."
    )
    _form(held)
    with st.expander("History of roles"):
        history = roles.history()
        if history:
            _grid([_row(one) for one in history], "roles-history", "Every change of a role, the newest first")
        else:
            st.write("No role has been given yet.")


def _row(one: Assignment) -> dict[str, Any]:
    title = ROLE_TITLES[one.role] if one.role else "No role"
    return {"who": one.who, "role": title, "teams": ", ".join(one.teams), "at": one.at, "by": one.by}


def _grid(rows: list[dict[str, Any]], key: str, name: str) -> None:
    text = st.column_config.TextColumn
    show.grid(
        pl.DataFrame(rows),
        key,
        name,
        {
            "who": text("Who", pinned=True),
            "role": text("Role"),
            "teams": text("Teams"),
            "at": st.column_config.DatetimeColumn("Since (UTC)", format="D MMM YYYY, HH:mm"),
            "by": text("Given by"),
        },
    )


def _form(held: list[Assignment]) -> None:
    st.subheader("Give or take away a role", anchor=False)
    key = {name: f"{_FORM}-{name}" for name in ("who", "role", "teams", "reason")}
    seen = {one.who: one.number for one in held}
    with st.form(_FORM, border=False):
        st.text_input("Who, as the identity provider names them", key=key["who"], max_chars=200)
        st.selectbox(
            "Role",
            [*Role, _NONE],
            format_func=lambda r: "No role: may do nothing" if r == _NONE else ROLE_TITLES[r],
            key=key["role"],
        )
        st.multiselect(
            "Teams, for a team lead",
            choices_of("team"),
            key=key["teams"],
            placeholder="Teams",
            accept_new_options=True,
            select_all=False,
        )
        downloads.reason(key["reason"])
        st.form_submit_button("Give this role", type=show.main_button(), on_click=_give, args=(seen, key))


def _give(seen: dict[str, int], key: dict[str, str]) -> None:
    state, registry = st.session_state, data.registry()
    who = " ".join((state.get(key["who"]) or "").split())
    role, teams = state[key["role"]], tuple(state.get(key["teams"]) or ())
    given = None if role == _NONE else Role(role)

    def act() -> None:
        log, by, why = audit_log(registry), identity.person(), state.get(key["reason"]) or ""
        Roles(registry.database).give(who, given, teams, by, log, why, seen=seen.get(who.lower(), 0))

    title = ROLE_TITLES[given] if given else "no role"
    do(act, f"{who}: {title} from now on", key["who"], key["teams"], key["reason"])
