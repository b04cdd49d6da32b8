"""The page of records: which list is asked for, that it is written down before it is shown, and its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import data, downloads, identity, show
from dashboard.shell import Context
from dashboard.text import count_of, day_name, plain
from dashboard.to_records import asking
from equality.analysis.words import month_name
from equality.errors import AuditError, StoreError
from equality.measures.states import STATE_TITLES
from equality.protection.access import may_see_records_of
from equality.protection.audit import Act, audit_log, canonical
from equality.spreadsheet import csv_bytes, xlsx_bytes
from equality.store.snapshot import Snapshot
from equality.worklist import records, shown
from equality.worklist.cells import closed_months
from equality.worklist.download import MARKING, MOST_IN_A_WORKBOOK, SHEET, cover, file_rows, listed
from equality.worklist.wanted import KINDS, NOT_KNOWN, RECOVERABLE, Wanted

SIZE: Final = 50
"""Rows of a page."""
KIND_TITLES: Final = {**STATE_TITLES, RECOVERABLE: "Recoverable"}


@dataclass(frozen=True)
class List:
    """The list that a page shows.

    Attributes:
        wanted: which records; what may not be shown is taken away already.
        order: of `records.ORDERS`.
        teams: whose records the reader may see; None for all.
        frame: all kept records.
        rows: the numbers of those that the list has, in its order.
    """

    wanted: Wanted
    order: str
    teams: frozenset[str] | None
    frame: pl.LazyFrame
    rows: pl.Series

    @property
    def size(self) -> int:
        """How many records it has."""
        return len(self.rows)

    def about(self, snapshot: Snapshot) -> dict[str, Any]:
        """What the audit log says of it."""
        teams = {} if self.teams is None else {"teams": sorted(self.teams)}
        return {"filter": self.wanted.as_dict(), "rows": self.size, "snapshot": snapshot.id, **teams}


def wanted_of(context: Context) -> Wanted:
    """The list that the address asks for: by default the records in which the characteristic in focus is not known."""
    view = context.view
    known = context.options.characteristics
    of = tuple(name for name in known if name in view.own.get("of", "").split(",")) or (view.characteristic,)
    states = tuple(state for state in KINDS if state in view.own.get("state", "").split(",")) or NOT_KNOWN
    return Wanted(view.source, view.selection(), of, states)


def draw(context: Context) -> None:
    """The page."""
    wanted = wanted_of(context)
    found = shown.permitted(wanted)
    order = context.view.own_choice("sort", list(records.orders(context.snapshot)))
    teams = may_see_records_of(identity.person())
    try:
        if found is None:
            _refused(context, wanted)
            return
        listing = _listing(context, found, order, teams)
    except StoreError as error:
        st.header("These records cannot be listed.", anchor=False)
        st.info(plain(str(error)))
        return
    st.header(plain(_headline(context, listing)), anchor=False)
    st.caption(plain(f"{MARKING}. {found.words()}."))
    _limits(context, wanted, listing)
    _choices(context, wanted, order)
    if not listing.size:
        st.info("No record fits: take a filter away, or choose other states.")
        return
    number = _written(context, listing)
    if number is None:
        return
    try:
        _rows(context, listing)
        _downloads(context, listing, number)
    except StoreError as error:
        st.info(plain(str(error)))


def _listing(context: Context, wanted: Wanted, order: str, teams: frozenset[str] | None) -> List:
    frame = records.kept_records(data.registry(), context.snapshot)
    key = canonical({"wanted": wanted.as_dict(), "teams": None if teams is None else sorted(teams)})
    # A purge takes months away from a snapshot that stays: they are part of what the numbers mean.
    closed = tuple(closed_months(data.registry(), context.snapshot))
    rows = _numbers(context.snapshot.id, closed, key, order, frame, wanted, teams)
    return List(wanted, order, teams, frame, rows)


@st.cache_resource(show_spinner="Looking for the records", max_entries=24)
def _numbers(
    snapshot_id: str,
    closed: tuple[str, ...],
    key: str,
    order: str,
    _frame: pl.LazyFrame,
    _wanted: Wanted,
    _teams: frozenset[str] | None,
) -> pl.Series:
    return records.rows_of(_frame, _wanted, _teams, order)


def _headline(context: Context, listing: List) -> str:
    number = count_of(listing.size, "record")
    whose = "" if listing.teams is None else " of your teams"
    return f"{number}{whose} to look at: {listing.wanted.cells()}."


def _refused(context: Context, wanted: Wanted) -> None:
    st.header("Of this characteristic only open questions are listed.", anchor=False)
    st.info(
        "Of gender reassignment no list says what was answered, that an answer was refused, or that another record "
        "holds one. Choose other states."
    )
    _choices(context, wanted, "newest")


def _limits(context: Context, wanted: Wanted, listing: List) -> None:
    """What a reader has to know of what the list leaves out."""
    if wanted != listing.wanted:
        st.info(
            "Of gender reassignment a list says only that the question is open: cells with an answer or a refusal are "
            "left out, and it does not stand beside other characteristics in one list."
        )
    first, last = context.view.first, context.view.last
    closed = [m for m in closed_months(data.registry(), context.snapshot) if first <= m <= last]
    if closed:
        months = ", ".join(map(month_name, closed))
        st.info(f"Records of {months} are not listed: the retention period has removed some of them, figures are kept.")
    if listing.teams is not None:
        names = ", ".join(sorted(listing.teams)) or "no team"
        st.caption(plain(f"You see records of: {names}. Figures on other pages count everybody."))
        if "team" not in context.snapshot.dimensions:
            st.info("This source does not say which team a record belongs to, so there is none that is yours.")


def _choices(context: Context, wanted: Wanted, order: str) -> None:
    view, catalogue = context.view, context.catalogue
    orders = records.orders(context.snapshot)
    _set("records-of", list(wanted.characteristics))
    _set("records-state", list(wanted.states))
    _set("records-sort", order)

    def change() -> None:
        of = [c for c in catalogue if c in st.session_state["records-of"]] or [view.characteristic]
        states = [s for s in KINDS if s in st.session_state["records-state"]] or list(NOT_KNOWN)
        # Recoverable cells are blank or unknown ones: asked for beside others they would say nothing.
        if RECOVERABLE in states and len(states) > 1:
            states = [RECOVERABLE] if RECOVERABLE not in wanted.states else [s for s in states if s != RECOVERABLE]
        context.bar.go(asking(view, of, states))

    def arrange() -> None:
        context.bar.go(view.with_own("sort", st.session_state["records-sort"], "newest"))

    st.pills(
        "What is recorded",
        [state for state in (*NOT_KNOWN, RECOVERABLE, "valid", "not_applicable") if state in KINDS],
        format_func=KIND_TITLES.__getitem__,
        selection_mode="multi",
        key="records-state",
        on_change=change,
        help="Recoverable: blank or unknown here, and known on another record of the same person.",
    )
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        st.multiselect(
            "In any of these characteristics",
            list(catalogue),
            format_func=lambda name: catalogue[name].title,
            key="records-of",
            on_change=change,
            select_all=False,
        )
    with right:
        st.selectbox("Order", list(orders), format_func=orders.__getitem__, key="records-sort", on_change=arrange)


def _set(key: str, value: Any) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _written(context: Context, listing: List) -> int | None:
    """The number of the audit entry of this view, written once before it is shown; None if it may not be shown."""
    person = identity.person()
    about = listing.about(context.snapshot)
    key = hashlib.sha256(canonical({"who": person.id, **about}).encode()).hexdigest()
    seen: dict[str, int] = st.session_state.setdefault("_records_seen", {})
    if key in seen:
        return seen[key]
    why = ""
    if data.holding().settings.audit_reason_required:
        why = downloads.reason("records-reason")
        if not why.strip():
            st.info("Say why you look at these records; then they are shown.")
            return None
    try:
        entry = audit_log(data.registry()).write(Act.records, person, about, why)
    except AuditError as error:
        st.error(plain(str(error)))
        return None
    seen[key] = entry.number
    return entry.number


def _rows(context: Context, listing: List) -> None:
    pages = -(-listing.size // SIZE)
    page = context.view.own_number("page", 1, pages, 1)
    picked = records.picked(listing.frame, listing.rows.slice((page - 1) * SIZE, SIZE))
    table = listed(picked, listing.frame, listing.wanted, context.snapshot)
    columns = _columns(context, listing.wanted, table)
    name = f"Records {(page - 1) * SIZE + 1:,} to {(page - 1) * SIZE + table.height:,} of {listing.size:,}"
    st.caption(f"{name}. Age is counted up to the extract of {day_name(context.snapshot.extract_date)}.")
    with show.without_download("records-list"):
        show.table(context.snapshot, table, f"records-{page}", name, columns)
    if pages > 1:
        if "records-page" in st.session_state:
            _set("records-page", page)
        st.pagination(pages, default=page, key="records-page", on_change=_turn, args=(context,))


def _turn(context: Context) -> None:
    context.bar.go(context.view.with_own("page", str(st.session_state["records-page"]), "1"), same_list=True)


def _columns(context: Context, wanted: Wanted, table: pl.DataFrame) -> dict[str, Any]:
    config = st.column_config
    text, titles = config.TextColumn, context.snapshot.dimensions
    words = shown.mark_words(context.snapshot.characteristics, shown.titles(context.snapshot.characteristics))
    found: dict[str, Any] = {
        "crime_ref": text("Crime reference", pinned=True),
        "role": text("Role"),
        "recorded_on": config.DateColumn("Recorded", format="DD/MM/YYYY"),
        "days": config.NumberColumn("Days old", format="localized"),
        "area": text(titles.get("area", "")),
        "team": text(titles.get("team", "")),
        "crime_group": text(titles.get("crime_group", "")),
        "crime_subgroup": text(titles.get("crime_subgroup", "")),
        "known_at": text("Known on another record", width="large", help="To be checked: nothing is filled in from it"),
        "not_known": config.MultiselectColumn("Not known", options=list(words), color="gray", width="large"),
        "raw": text("What stands there", width="medium", help="As the export has it"),
        "person_ref": text("Person reference"),
    }
    return {name: column for name, column in found.items() if name in table.columns}


def _downloads(context: Context, listing: List, number: int) -> None:
    st.subheader("Take it along", anchor=False)
    why = downloads.reason("records-download-reason")
    about = {"of": "records", **listing.about(context.snapshot)}
    stem = f"records-{context.snapshot.source}-{context.snapshot.extract_date}"

    def rows(entry: int) -> pl.DataFrame:
        picked = records.picked(listing.frame, listing.rows)
        return file_rows(picked, listing.frame, listing.wanted, context.snapshot, entry)

    person = identity.person()
    files: dict[str, tuple[str, Callable[[int], bytes]]] = {
        "List as CSV": (f"{stem}.csv", lambda entry: csv_bytes(rows(entry)))
    }
    if listing.size <= MOST_IN_A_WORKBOOK:
        files["List as XLSX"] = (
            f"{stem}.xlsx",
            lambda entry: xlsx_bytes(
                rows(entry), SHEET, cover(listing.wanted, context.snapshot, listing.size, entry, person.id), MARKING
            ),
        )
    downloads.numbered(files, about, why)
    most = f" A workbook holds at most {MOST_IN_A_WORKBOOK:,} records." if listing.size > MOST_IN_A_WORKBOOK else ""
    st.caption(
        f"All {count_of(listing.size, 'record')} in this order. The file is numbered and marked: {MARKING}. "
        f"{downloads.NOTE}{most} That you see this list is entry {number:,} of the audit log."
    )
