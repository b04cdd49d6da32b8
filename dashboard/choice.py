"""A choice of a page's own, kept in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.shell import Context


def choose(
    context: Context,
    name: str,
    label: str,
    titles: Mapping[str, str],
    disabled: Sequence[str] = (),
    *,
    listed: bool = False,
    width: int | None = None,
) -> str:
    """One of the page's own choices, kept in the address.

    Args:
        context: the page's.
        name: its parameter.
        label: what it is called.
        titles: value → its words; the first is the usual one.
        disabled: values that cannot be chosen here.
        listed: as a list to open, where there are many or their words are long; else side by side.
        width: of the list in pixels; None for all there is.
    """
    allowed = [value for value in titles if value not in disabled]
    chosen = context.view.own_choice(name, allowed)
    key = f"own-{name}"
    if st.session_state.get(key) != chosen:
        st.session_state[key] = chosen

    def change() -> None:
        context.bar.go(context.view.with_own(name, st.session_state[key], allowed[0]))

    if listed:
        st.selectbox(
            label, allowed, format_func=titles.__getitem__, key=key, on_change=change, width=width or "stretch"
        )
    else:
        st.segmented_control(
            label, allowed, format_func=titles.__getitem__, key=key, on_change=change, required=True, wrap=True
        )
    return chosen
