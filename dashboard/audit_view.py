"""The audit log on screen: look for entries, export them, verify the log."""

from __future__ import annotations

import json
from typing import Final

import polars as pl
import streamlit as st

from dashboard import data, downloads, show
from dashboard.text import count_of, plain
from equality.errors import EqualityError
from equality.protection.audit import ACT_TITLES, AuditLog, Entry, Wanted, audit_log
from equality.protection.audit_check import check
from equality.protection.audit_export import entries_frame, json_lines
from equality.spreadsheet import csv_bytes

_PAGE: Final = 200
"""Entries on screen: the newest that fit; the search finds older ones, the export has all."""


def draw() -> None:
    """The page."""
    log = audit_log(data.registry())
    try:
        st.header(f"{count_of(log.count(), 'entry', 'entries')}, the newest first.", anchor=False)
        _verify(log)
        wanted = _search()
        _entries(log, wanted)
        _export(log, wanted)
    except EqualityError as error:
        st.error(plain(str(error)))


def _verify(log: AuditLog) -> None:
    st.subheader("Is it untouched?", anchor=False)
    if not st.button("Verify the whole log", key="audit-verify"):
        st.write("Every entry carries the hash of the one before; verifying looks for what was changed, cut or moved.")
        return
    with st.spinner("Verifying"):
        found = check(log)
    (st.success if found.sound else st.error)(plain(found.sentence))
    for line in (*found.problems, *found.notes):
        st.markdown(f"- {plain(line)}")
    if found.sound:
        st.caption(
            "Note the number and hash elsewhere: only they show a log that was forged throughout "
            "(python -m equality audit verify with --expect)."
        )


def _search() -> Wanted:
    st.subheader("Entries", anchor=False)
    columns = st.columns([2, 3, 2, 2], vertical_alignment="bottom")
    act = columns[0].selectbox(
        "What", ["", *ACT_TITLES], format_func=lambda a: ACT_TITLES[a] if a else "Everything", key="audit-act"
    )
    words = columns[1].text_input("Words in who, about or reason", key="audit-words", max_chars=200)
    first = columns[2].date_input("From (UTC)", value=None, key="audit-first", format="DD/MM/YYYY")
    last = columns[3].date_input("Up to (UTC)", value=None, key="audit-last", format="DD/MM/YYYY")
    return Wanted(act, words.strip(), first, last)


def _entries(log: AuditLog, wanted: Wanted) -> None:
    found = log.count(wanted)
    if not found:
        st.write("No entry fits.")
        return
    more = f" The newest {_PAGE} are shown; narrow the search, or export." if found > _PAGE else ""
    st.caption(f"{count_of(found, 'entry', 'entries')}.{more}")
    text = st.column_config.TextColumn
    show.grid(
        pl.DataFrame([_row(entry) for entry in log.entries(wanted, _PAGE)]),
        "audit-entries",
        "Entries of the audit log, the newest first",
        {
            "number": st.column_config.NumberColumn("No.", width="small", format="localized"),
            "at": text("When (UTC)", width="medium"),
            "who": text("Who", width="medium"),
            "role": text("Role", width="small"),
            "act": text("What", width="small"),
            "about": text("About", width="large"),
            "reason": text("Reason", width="medium"),
        },
    )


def _row(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at[:19].replace("T", " "),
        "who": entry.who,
        "role": entry.role.replace("_", " "),
        "act": ACT_TITLES.get(entry.act, entry.act),  # type: ignore[call-overload]
        "about": json.dumps(entry.about, ensure_ascii=False, sort_keys=True),
        "reason": entry.reason,
    }


def _export(log: AuditLog, wanted: Wanted) -> None:
    st.subheader("Export", anchor=False)
    about = {"of": "audit log", "entries": log.count(wanted)}
    why = downloads.reason("audit-reason")
    with st.container(horizontal=True):
        downloads.button(
            "Entries as CSV",
            "audit-log.csv",
            "text/csv",
            lambda: csv_bytes(entries_frame(log.entries(wanted, None)[::-1])),
            about,
            why,
        )
        downloads.button(
            "Entries with hashes as JSON lines",
            "audit-log.jsonl",
            "application/jsonl",
            lambda: json_lines(log.entries(wanted, None)[::-1]).encode(),
            about,
            why,
        )
    st.caption(f"All entries that fit the search, the oldest first. {downloads.NOTE}")
