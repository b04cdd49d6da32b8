"""The items of an audit sample: what an auditor looks up in the source, and writes down."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import acting, data, downloads, identity, show
from dashboard.shell import Context
from dashboard.text import count_of
from equality.measures.states import STATE_TITLES
from equality.protection.audit import audit_log
from equality.worklist import sample
from equality.worklist.sample import FINDINGS, LONGEST_NOTE, Sample

_SIZE: Final = 25
"""Items on screen at a time."""


def draw(context: Context, of: Sample, found: pl.DataFrame) -> None:
    """The items, once it is written down that they are shown, with what was found of them."""
    shown = st.session_state.setdefault("_samples_shown", {})
    why = downloads.reason("sample-reason")
    missing = data.holding().settings.audit_reason_required and not why.strip()
    if (of.id, identity.person().id) not in shown:
        st.write("Items name single records: that they are shown is written to the audit log.")
        if not st.button("Show the items", key="sample-show", disabled=missing):
            return
        items = sample.items(data.registry(), of, by=identity.person(), log=audit_log(data.registry()), reason=why)
        shown[of.id, identity.person().id] = items
    items = shown[of.id, identity.person().id]
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    only = left.toggle("Only those not looked at", key="sample-open")
    looked = found.select("item", "finding", "note").with_columns(pl.col("finding").replace_strict(FINDINGS))
    rows = items.with_columns(pl.col("item").cast(pl.Int64)).join(looked, on="item", how="left").sort("item")
    if only:
        rows = rows.filter(pl.col("finding").is_null())
    pages = max(-(-rows.height // _SIZE), 1)
    page = 1
    if pages > 1:
        with right:
            page = min(st.pagination(pages, key="sample-page"), pages)
    _editor(context, of, rows.slice((page - 1) * _SIZE, _SIZE), why, missing=missing)


def _editor(context: Context, of: Sample, rows: pl.DataFrame, why: str, *, missing: bool) -> None:
    if rows.is_empty():
        st.write("Nothing is left to look at.")
        return
    text = st.column_config.TextColumn
    table = rows.with_columns(
        state=pl.col("state").replace_strict(dict(STATE_TITLES)), note=pl.col("note").fill_null("")
    ).select("item", "finding", "note", "recorded", "state", "crime_ref", "person_ref", "recorded_on", "stratum")
    # A key of what was saved: what stands in the editor after saving is what is in the registry.
    key = f"sample-items-{of.id}-{rows['item'][0]}-{rows['item'][-1]}-{hash(str(table['finding'].to_list()))}"
    columns: dict[str, Any] = {
        "item": st.column_config.NumberColumn("Item", pinned=True, disabled=True),
        "finding": st.column_config.SelectboxColumn("Finding", options=list(FINDINGS.values()), width="medium"),
        "note": text("Note (no names)", max_chars=LONGEST_NOTE, width="medium"),
        "recorded": text("What stands there", disabled=True, help="As the export has it"),
        "state": text("Counts as", disabled=True),
        "crime_ref": text("Crime reference", disabled=True),
        "person_ref": text("Person reference", disabled=True),
        "recorded_on": st.column_config.DateColumn("Recorded", format="DD/MM/YYYY", disabled=True),
        "stratum": text(context.snapshot.dimensions.get(of.design.by, "Stratum"), disabled=True),
    }
    st.data_editor(
        table.to_arrow(), key=key, hide_index=True, column_config=columns, alt="Items of the sample with their findings"
    )
    st.button(
        "Save the findings", key="sample-save", on_click=_save, args=(of, table, key, why), disabled=missing,
        type=show.main_button(),
    )  # fmt: skip
    st.caption("Choose a finding in its column; a note alone is not saved. A change adds to the history.")


def _save(of: Sample, table: pl.DataFrame, key: str, why: str) -> None:
    kinds = {words: kind for kind, words in FINDINGS.items()}
    changed: dict[int, dict[str, Any]] = st.session_state[key]["edited_rows"]
    found = {}
    for place, cells in changed.items():
        row = table.row(int(place), named=True) | cells
        if row["finding"] in kinds:
            found[int(row["item"])] = (kinds[row["finding"]], str(row["note"] or ""))

    def act() -> str:
        registry = data.registry()
        sample.record(registry, of, found, by=identity.person(), log=audit_log(registry), reason=why)
        return f"{count_of(len(found), 'finding')} saved."

    acting.do(act)
