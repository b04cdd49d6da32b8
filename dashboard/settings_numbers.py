"""Settings that are numbers or yes and no: what each means, its limits, and a form for all of a part."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import streamlit as st

from dashboard import data, downloads, identity, show
from dashboard.settings_asking import decided, do
from dashboard.text import plain
from equality.choices.fields import CHOICES, Choice, in_words, limit_words
from equality.choices.in_force import InForce, fixed
from equality.protection.choosing import choose

_TITLES: Final[Mapping[str, str]] = {
    "figures": "From how many people on is a figure shown, and how exactly to viewers?",
    "loading": "Of which differences does a load ask first?",
    "keeping": "How long are records kept, and does the log ask why?",
}


def draw(holding: InForce, part: str) -> None:
    """One part's settings."""
    st.subheader(_TITLES[part], anchor=False)
    held = [choice for choice in CHOICES.values() if choice.part == part]
    weaker = [choice for choice in held if choice.weaker]
    stamp = "-".join(str(holding.version(choice.name)) for choice in held)
    keys = {choice.name: f"setting-{choice.name}-{stamp}" for choice in held if choice.name not in fixed()}
    with st.form(f"settings-{part}", border=False):
        for choice in held:
            _one(choice, holding, f"setting-{choice.name}-{stamp}")
        agreed = f"settings-agreed-{part}-{stamp}"
        if weaker:
            st.checkbox(
                "Where this protects people less than before, it is agreed with the data protection officer", key=agreed
            )
        why = f"settings-reason-{part}-{stamp}"
        downloads.reason(why)
        st.form_submit_button(
            "Save", type=show.main_button(), on_click=_save, args=(holding, keys, agreed, why), disabled=not keys
        )


def _one(choice: Choice, holding: InForce, key: str) -> None:
    value = getattr(holding.settings, choice.name)
    is_fixed = choice.name in fixed()
    if choice.unit == "yes":
        st.checkbox(choice.title, value=value, key=key, disabled=is_fixed)
    else:
        unit = {"people": "people", "share": "per cent", "days": "days; empty: not decided"}.get(choice.unit, "")
        shown = value if choice.unit != "share" or value is None else round(100 * value, 4)
        # No limits here: what cannot be is answered with a sentence, not by changing what was typed.
        st.number_input(
            f"{choice.title} ({unit})" if unit else choice.title,
            value=shown,
            step=0.5 if choice.unit == "share" else 1,
            key=key,
            disabled=is_fixed,
            width=420,
        )
    said = [choice.meaning]
    if choice.unit != "yes":
        said.append(f"It may be {limit_words(choice)}.")
    said.append(f"Default: {in_words(choice, choice.default)}.")
    if choice.weaker:
        weakening = choice.weakening[:1].lower() + choice.weakening[1:]
        said.append(f"{_WEAKER[choice.unit == 'yes', choice.weaker]}: {weakening}")
    if is_fixed:
        said.append(f"The operator has fixed it (EQUALITY_{choice.name.upper()}): it is changed there only.")
    elif who := decided(holding.newest.get(choice.name)):
        said.append(f"Chosen by {who}.")
    st.caption(plain(" ".join(said)))


_WEAKER: Final = {
    (False, "lower"): "A lower number protects less",
    (False, "higher"): "A higher number protects less",
    (True, "lower"): "Without it",
}


def _save(holding: InForce, keys: Mapping[str, str], agreed: str, why: str) -> None:
    state = st.session_state
    wanted: dict[str, Any] = {}
    for name, key in keys.items():
        value = state.get(key)
        if CHOICES[name].unit == "share" and value is not None:
            value = round(value / 100, 6)
        if value is None and not CHOICES[name].may_be_open:
            value = CHOICES[name].default
        wanted[name] = value
    act = partial(
        choose,
        data.registry(),
        wanted,
        identity.person(),
        state.get(why) or "",
        seen=holding,
        agreed=bool(state.get(agreed)),
    )
    do(act, "Saved; it holds from now on")
