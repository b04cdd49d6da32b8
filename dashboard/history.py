"""What the store holds and how it came in: a finding, a line per snapshot, a line per attempt to load."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import data, desk, link, show
from dashboard.text import count_of, day_name, moment_name, plain
from equality.settings import settings
from equality.store.snapshot import OUTCOMES, Load, Snapshot
from equality.uploads import shown

SNAPSHOT: Final = "snapshot"
"""The parameter of the address that names a snapshot."""
_LOADS: Final = 100


def asked() -> Snapshot | None:
    """The snapshot that the address names; of one that is not there, a word and None."""
    name = st.query_params.get(SNAPSHOT)
    if not name:
        return None
    snapshot = data.registry().snapshot(name)
    if snapshot is None:
        called = name[: link.LONGEST_ECHO] + ("…" if len(name) > link.LONGEST_ECHO else "")
        st.warning(f"This store has no snapshot “{plain(called)}”: here are those that it has.")
    return snapshot


def open_snapshot(snapshot_id: str) -> None:
    """Go to a snapshot's page: for callbacks; a link from a page to itself leaves the browser's address as it was."""
    st.query_params[SNAPSHOT] = snapshot_id


def close_snapshot() -> None:
    """Go back to all snapshots: for callbacks."""
    del st.query_params[SNAPSHOT]


def headline(snapshots: list[Snapshot]) -> None:
    """The finding: what is in, of when, and whether every row is accounted for."""
    if not snapshots:
        st.header("Nothing is in yet: load an export to begin.", anchor=False)
        return
    sources = {snapshot.source for snapshot in snapshots}
    rows_in, rejected = sum(s.rows_in for s in snapshots), sum(s.rejected for s in snapshots)
    wrong = [s for s in snapshots if s.rows_in != s.accepted + s.rejected]
    accounted = "every row is accounted for"
    if wrong:
        accounted = f"the rows of {count_of(len(wrong), 'snapshot')} do not add up"
    newest = max(snapshots, key=lambda s: s.extract_date)
    st.header(
        f"{count_of(len(sources), 'source')} in {count_of(len(snapshots), 'snapshot')}, and {accounted}: "
        f"{rejected:,} of {count_of(rows_in, 'row')} rejected.",
        anchor=False,
    )
    invented = " (synthetic)" if newest.synthetic else ""
    st.write(f"The newest extract is {plain(newest.title)}{invented}, of {day_name(newest.extract_date)}.")


def snapshots_table(snapshots: list[Snapshot]) -> None:
    """A line per snapshot; choosing one opens its page."""
    st.subheader("Snapshots", anchor=False)
    if not snapshots:
        st.write("None yet.")
        return
    st.caption("Choose a line to see its files, rejected rows, labels and verdict.")

    def follow() -> None:
        chosen = st.session_state["snapshots"]["selection"]["rows"]
        if chosen:
            open_snapshot(snapshots[chosen[0]].id)

    config = st.column_config
    number = {
        "rows_in": "Rows in",
        "accepted": "Accepted",
        "rejected": "Rejected",
        "duplicates": "Duplicates",
        "warnings": "Warnings",
        "unmapped": "Unknown labels",
    }
    show.grid(
        pl.DataFrame([_line(snapshot) for snapshot in snapshots]),
        "snapshots",
        "Snapshots with the accounting of their rows and the verdict",
        {
            "extract": config.DateColumn("Extract of", format="D MMM YYYY", pinned=True),
            "title": config.TextColumn("Source"),
            "data": config.TextColumn("Data"),
            **{name: config.NumberColumn(title, format="localized") for name, title in number.items()},
            "verdict": config.TextColumn("Expectations"),
            "loaded": config.DatetimeColumn("Loaded (UTC)", format="D MMM YYYY, HH:mm"),
        },
        follow,
    )


def _line(snapshot: Snapshot) -> dict[str, Any]:
    unmapped, judged = data.digest(snapshot)
    return {
        "extract": snapshot.extract_date,
        "title": snapshot.title,
        "data": "Synthetic" if snapshot.synthetic else "Real",
        "rows_in": snapshot.rows_in,
        "accepted": snapshot.accepted,
        "rejected": snapshot.rejected,
        "duplicates": snapshot.duplicates,
        "warnings": len(snapshot.warnings),
        "unmapped": unmapped,
        "verdict": judged.short,
        "loaded": snapshot.loaded_at,
    }


def loads_table() -> None:
    """A line per attempt to load, whatever came of it."""
    loads = _loads()
    st.subheader("History of loads", anchor=False)
    if not loads:
        st.write("Nobody has loaded anything yet.")
        return
    for load in loads:
        if load.outcome == "running" and not desk.desk().running():
            st.info(
                f"A load of {plain(load.source)} that was started elsewhere, on the command line perhaps, runs since "
                f"{moment_name(load.started_at)}."
            )
    config = st.column_config
    show.grid(
        pl.DataFrame([_attempt(load) for load in loads]),
        "loads",
        "Attempts to load and what came of them",
        {
            "started": config.DatetimeColumn("Started (UTC)", format="D MMM YYYY, HH:mm", pinned=True),
            "source": config.TextColumn("Source"),
            "outcome": config.TextColumn("Outcome"),
            "files": config.TextColumn("Files", width="medium"),
            "message": config.TextColumn("What came of it", width="large"),
        },
    )
    if len(loads) == _LOADS:
        st.caption(f"The newest {_LOADS}.")


def _loads() -> list[Load]:
    registry = data.registry()
    loads = registry.loads(_LOADS)
    if any(load.outcome == "running" for load in loads) and not desk.desk().running() and registry.tidy():
        # Nobody holds the store: what seemed to run has died.
        loads = registry.loads(_LOADS)
    return loads


def _attempt(load: Load) -> dict[str, Any]:
    made = f"{count_of(len(load.snapshots), 'snapshot')} added" if load.snapshots else load.message
    return {
        "started": load.started_at,
        "source": load.source,
        "outcome": OUTCOMES[load.outcome],
        "files": ", ".join(load.files[:3]) + (f" and {len(load.files) - 3} more" if len(load.files) > 3 else ""),
        "message": shown(made, settings().store),
    }
