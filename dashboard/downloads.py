"""Files about people: written to the audit log before they are made."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from dashboard import data, identity
from equality.protection.audit import LONGEST_REASON, Act, audit_log

MIMES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PATIENCE: Final = 5.0
"""Seconds that a page waits for the number of a download: it is there before the file is made."""

LOGGED = "Each change is written to the audit log first; if that fails nothing is changed."
NOTE = "Each download is written to the audit log first; if that fails there is no file."


def reason(key: str) -> str:
    """Why somebody wants to see what single people have in common with a file or a list of records."""
    required = data.holding().settings.audit_reason_required
    return st.text_input(
        "Reason, for the audit log" + ("" if required else " (optional)"), key=key, max_chars=LONGEST_REASON
    )


def button(
    label: str, file_name: str, mime: str, make: Callable[[], bytes], about: Mapping[str, Any], why: str = ""
) -> None:
    """A button that makes a file when it is chosen, never before.

    Args:
        label: on the button.
        file_name: what the file is called.
        mime: its type.
        make: its content.
        about: what the audit log says of it.
        why: the reader's reason.
    """
    who, log = identity.person(), audit_log(data.registry())

    def made() -> bytes:
        with log.acting(Act.download, who, {**about, "file": file_name}, why):
            return make()

    missing = data.holding().settings.audit_reason_required and not why.strip()
    st.download_button(
        label,
        made,
        file_name=file_name,
        mime=mime,
        on_click="ignore",
        disabled=missing,
        help="Say why first." if missing else None,
    )


@st.fragment
def numbered(files: Mapping[str, tuple[str, Callable[[int], bytes]]], about: Mapping[str, Any], why: str = "") -> None:
    """Buttons for files that carry the number of their entry in the audit log, which the page then shows too.

    Args:
        files: label on a button → the file's name, and what makes it of that number.
        about: what the audit log says of them.
        why: the reader's reason.
    """
    who, log = identity.person(), audit_log(data.registry())
    # A file is made in a thread of its own, which knows no session: it gets the list itself.
    numbers: list[int] = st.session_state.setdefault("_numbered", [])
    told: int = st.session_state.setdefault("_numbered_told", 0)
    missing = data.holding().settings.audit_reason_required and not why.strip()

    def making(name: str, make: Callable[[int], bytes]) -> Callable[[], bytes]:
        def made() -> bytes:
            with log.acting(Act.download, who, {**about, "file": name}, why) as entry:
                numbers.append(entry.number)
                return make(entry.number)

        return made

    chosen = False
    with st.container(horizontal=True):
        for label, (name, make) in files.items():
            chosen |= st.download_button(
                label,
                making(name, make),
                file_name=name,
                mime=MIMES[name.rsplit(".", 1)[-1]],
                disabled=missing,
                help="Say why first." if missing else None,
            )
    if chosen:
        end = time.monotonic() + _PATIENCE
        while len(numbers) == told and time.monotonic() < end:
            time.sleep(0.05)
        st.session_state["_numbered_told"] = len(numbers)
    if numbers:
        st.markdown(f"Your newest file is **download no. {numbers[-1]:,}**: the number stands in its every row.")
