"""One snapshot: where it came from, what was read, what was not, and what the checkpoint says."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboard import data, downloads, history, running, shell, show
from dashboard.fields import field_title
from dashboard.text import count_of, day_name, moment_name, month_name, plain
from equality.analysis.verdict import by_suite, not_met, verdict
from equality.errors import StoreError
from equality.measures.catalogue import characteristics
from equality.rejected import SHEET, reasons, rejected_rows
from equality.spreadsheet import csv_bytes, xlsx_bytes
from equality.store.snapshot import Snapshot


def draw(snapshot: Snapshot) -> None:
    """The page of one snapshot."""
    st.button("All snapshots", icon=":material/arrow_back:", key="all-snapshots", on_click=history.close_snapshot)
    st.header(
        f"{plain(snapshot.title)}, extract of {day_name(snapshot.extract_date)}: {plain(snapshot.equation)}.",
        anchor=False,
    )
    if snapshot.synthetic:
        st.badge("Synthetic data", icon=":material/science:", color="orange")
    st.write(_facts(snapshot))
    if snapshot.records_purged_at:
        st.info(
            f"Its records were purged on {moment_name(snapshot.records_purged_at)}; counts and accounting are kept."
        )
    st.subheader("Files", anchor=False)
    running.accounts([snapshot], "files")
    _rejected(snapshot)
    _warnings(snapshot)
    left, right = st.columns(2, gap="large")
    with left:
        _columns(snapshot)
    with right:
        _blank(snapshot)
    st.subheader("Labels that no code list knows", anchor=False)
    show.unmapped(snapshot)
    _verdict(snapshot)


def _facts(snapshot: Snapshot) -> str:
    first, last = snapshot.months
    return " · ".join(
        [
            f"Loaded {moment_name(snapshot.loaded_at)}",
            f"with earlier extracts it covers {month_name(first)} to {month_name(last)}",
            count_of(len(snapshot.characteristics), "characteristic"),
            plain(f"snapshot {snapshot.id}"),
        ]
    )


def _rejected(snapshot: Snapshot) -> None:
    st.subheader("Rejected rows", anchor=False)
    if not snapshot.set_aside:
        st.write("None: every row became a record.")
        return
    if snapshot.records_purged_at:
        st.write(f"{count_of(snapshot.set_aside, 'row')}; they were purged together with the records.")
        return
    registry = data.registry()
    try:
        counted = reasons(registry, snapshot)
    except StoreError as error:
        st.error(plain(str(error)))
        return
    config = st.column_config
    columns = {
        "rows": config.NumberColumn("Rows", format="localized", width="small"),
        "reason": config.TextColumn("Reason", width="large"),
    }
    show.table(snapshot, counted, "reasons", "Why rows were rejected", columns)
    if not shell.may_see_records():
        return
    about = {"of": "rejected rows", "snapshot": snapshot.id, "rows": snapshot.set_aside}
    why = downloads.reason("rejected-reason")
    with st.container(horizontal=True):
        downloads.button(
            "Rejected rows as CSV",
            f"rejected-{snapshot.id}.csv",
            "text/csv",
            lambda: csv_bytes(rejected_rows(registry, snapshot)),
            about,
            why,
        )
        downloads.button(
            "Rejected rows as XLSX",
            f"rejected-{snapshot.id}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            lambda: xlsx_bytes(rejected_rows(registry, snapshot), SHEET),
            about,
            why,
        )
    st.caption(
        "The files hold the rows as they stand in the export, with line and reason: data about people. Text that a "
        "spreadsheet would take for a formula has an apostrophe in front; without it, it is the export's own text. "
        + downloads.NOTE
    )


def _warnings(snapshot: Snapshot) -> None:
    st.subheader("Warnings accepted", anchor=False)
    if snapshot.warnings:
        st.markdown("\n".join(f"- {plain(warning)}" for warning in snapshot.warnings))
    else:
        st.write("None: it did not differ from the extract before, or there was none.")


def _columns(snapshot: Snapshot) -> None:
    st.subheader("Columns", anchor=False)
    rows = [(heading, field_title(name)) for heading, name in snapshot.columns_used.items()]
    rows += [(heading, "ignored") for heading in snapshot.columns_ignored]
    if not rows:
        st.write("Not known: an earlier version loaded this snapshot.")
        return
    st.caption(f"{count_of(len(snapshot.columns_used), 'column')} used, {len(snapshot.columns_ignored)} ignored.")
    text = st.column_config.TextColumn
    show.grid(
        pl.DataFrame(rows, schema={"heading": pl.String, "field": pl.String}, orient="row"),
        "columns",
        "What each column was read as",
        {"heading": text("Column in the file"), "field": text("Read as")},
    )


def _blank(snapshot: Snapshot) -> None:
    st.subheader("Left blank", anchor=False)
    if not snapshot.blank:
        st.write("Not known: an earlier version loaded this snapshot.")
        return
    st.caption("Share of this extract's records, the largest first.")
    blank = sorted(snapshot.blank.items(), key=lambda item: -item[1])
    rows: list[dict[str, Any]] = [
        {"field": field_title(name), "blank": 100 * share, "unmapped": 100 * snapshot.unmapped_shares.get(name, 0.0)}
        for name, share in blank
    ]
    number = st.column_config.NumberColumn
    columns = {
        "field": st.column_config.TextColumn("Field"),
        "blank": number("Blank", format="%.1f%%"),
        "unmapped": number("Label not known", format="%.1f%%"),
    }
    show.table(snapshot, pl.DataFrame(rows), "blank", "Share of records that leave each field blank", columns)


def _verdict(snapshot: Snapshot) -> None:
    st.subheader("Verdict of the checkpoint", anchor=False)
    outcome = data.validation(snapshot)
    st.write(f"{verdict(outcome).sentence.capitalize()}, by the state of knowledge as of this extract.")
    if not verdict(outcome).of:
        return
    config = st.column_config
    number = config.NumberColumn
    columns = {
        "suite": config.TextColumn("Suite", width="medium"),
        "expectations": number("Expectations"),
        "met": number("Met"),
        "not_met": number("Not met"),
    }
    show.table(snapshot, by_suite(outcome), "suites", "Expectations met by suite", columns)
    failed = not_met(outcome, {name: c.title for name, c in characteristics().items()})
    if failed.is_empty():
        return
    with st.expander(f"The {count_of(failed.height, 'expectation')} not met"):
        columns = {
            "suite": config.TextColumn("Suite"),
            "about": config.TextColumn("About"),
            "state": config.TextColumn("Fails if"),
            "failing": number("Records failing", format="localized"),
            "of": number("Of", format="localized"),
            "share": number("Share", format="%.1f%%"),
            "allowed": number("Allowed", format="%.1f%%"),
        }
        show.table(snapshot, failed, "not-met", "Expectations that are not met", columns)
