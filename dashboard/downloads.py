"""Files about people: written to the audit log before they are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import data, identity
from equality.protection.audit import LONGEST_REASON, Act, audit_log

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
