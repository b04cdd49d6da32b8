"""One list of a team: what became of it, and what can be done with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import acting, data, downloads, identity, show
from dashboard.shell import Context
from dashboard.text import day_name, moment_name, plain
from dashboard.to_records import asking
from equality.protection.access import May, may
from equality.protection.audit import audit_log
from equality.worklist import progress, tasks
from equality.worklist.tasks import ACTIONS, LONGEST_NOTE, Task

_TITLES: Final = {
    "cells": "Cells",
    "settled": "Settled",
    "filled": "Filled",
    "declined": "Declined",
    "asked": "Asked",
    "open": "Still open",
    "inapplicable": "No longer applicable",
    "gone": "Gone",
    "unfollowed": "Not followed",
}


def table(context: Context, rows: pl.DataFrame, key: str, alt: str, first: str) -> None:
    """What became of cells, a row a `name`."""
    number = st.column_config.NumberColumn
    counts = {name: number(title, format="localized") for name, title in _TITLES.items()}
    columns = {"name": st.column_config.TextColumn(first, pinned=True, width="medium"), **counts}
    show.table(context.snapshot, rows.select(*columns), key, alt, columns)


def draw(context: Context, task: Task, counted: pl.DataFrame) -> None:
    """One list: what it is of, what became of it by team and from extract to extract, and what can be done with it."""
    st.subheader(f"List {task.number}", anchor=False)
    note = f" Note: {task.note}" if task.note else ""
    st.markdown(
        plain(
            f"{task.wanted.words()}. For {task.team}, due {day_name(task.due)}, {ACTIONS[task.action].lower()}.{note}"
        )
    )
    if counted.is_empty():
        st.write("None of its cells is on a record of your teams.")
    else:
        left, right = st.columns(2, gap="large")
        by_team = progress.newest(progress.progress(counted, "team")).with_columns(name=pl.col("team"))
        with left:
            st.markdown("**By team of the record**")
            table(context, by_team.sort("open", "name", descending=[True, False]), "tasks-team", "By team", "Team")
        over_time = progress.progress(counted).with_columns(name=pl.col("extract_date").dt.strftime("%d %b %Y"))
        with right:
            st.markdown("**From extract to extract**")
            table(context, over_time, "tasks-extracts", "From extract to extract", "Extract of")
    st.button("Show these records as they are now", key="task-records", on_click=_open, args=(context, task))
    if may(identity.person(), May.records):
        if task.open:
            _change(context, task)
        _history(task)


def _open(context: Context, task: Task) -> None:
    wanted, selection = task.wanted, task.wanted.selection
    where = dict(selection.where)
    roles = where.pop("role", ()) or (context.view.role,)
    months = context.options.months
    first, last = selection.period
    view = replace(
        context.view,
        first=first or months[0],
        last=last or months[-1],
        role=roles[0],
        where=where,
        flags=selection.flags,
        drill=(),
    )
    context.bar.go(asking(view, wanted.characteristics, wanted.states).with_own("part", ""))


def _change(context: Context, task: Task) -> None:
    of = f"{task.id}-{task.version}"
    teams = list(dict.fromkeys((task.team, *context.options.values.get("team", ()))))
    with st.expander("Change or end this list"):
        with st.form(f"task-change-{of}", border=False):
            st.selectbox("Team", teams, key=f"task-team-{of}", accept_new_options=True)
            earliest = min(task.due, date.today())
            st.date_input("Due", task.due, key=f"task-due-{of}", min_value=earliest, format="DD/MM/YYYY")
            st.text_area("Note (no names)", task.note, key=f"task-note-{of}", max_chars=LONGEST_NOTE, height=80)
            downloads.reason(f"task-reason-{of}")
            st.form_submit_button("Save the change", on_click=_end, args=(task, "changed"))
        st.write("Close a list that is done with; withdraw one that was a mistake. Either is no longer followed.")
        downloads.reason(f"task-why-{of}")
        missing = (
            data.holding().settings.audit_reason_required and not (st.session_state.get(f"task-why-{of}") or "").strip()
        )
        with st.container(horizontal=True):
            st.button("Close", key=f"task-close-{of}", on_click=_end, args=(task, "closed"), disabled=missing)
            st.button("Withdraw", key=f"task-withdraw-{of}", on_click=_end, args=(task, "withdrawn"), disabled=missing)


def _end(task: Task, action: str) -> None:
    of = f"{task.id}-{task.version}"
    new: dict[str, Any] = {}
    if action == "changed":
        new = {name: st.session_state.get(f"task-{name}-{of}") for name in ("team", "due", "note")}
        # A day that is past may stay; another one may not be.
        new["due"] = None if new["due"] == task.due else new["due"]
    reason = st.session_state.get(f"task-{'reason' if action == 'changed' else 'why'}-{of}") or ""

    def act() -> str:
        registry = data.registry()
        log, by = audit_log(registry), identity.person()
        tasks.change(registry, task, action, **new, by=by, log=log, reason=reason)
        return f"List {task.number}: {ACTIONS[action].lower()}."

    acting.do(act)


def _history(task: Task) -> None:
    with st.expander("History of this list"):
        for entry in reversed(tasks.history(data.registry(), task)):
            note = f" Note: {entry.note}" if entry.note else ""
            said = (
                f"{moment_name(entry.at)}: {ACTIONS[entry.action].lower()} by {entry.who}; for {entry.team}, due "
                f"{day_name(entry.due)}.{note}"
            )
            st.markdown(f"- {plain(said)}")
