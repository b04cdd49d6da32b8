"""A load while it runs, asks and has ended: drawn again every moment, without the rest of the page."""

from __future__ import annotations

from typing import Final

import polars as pl
import streamlit as st

from dashboard import data, desk, history, shell, show
from dashboard.text import count_of, day_name, plain
from equality.background import BackgroundLoad
from equality.store.snapshot import OUTCOMES, Snapshot

_EVERY: Final = 0.7
"""Seconds between looks at a load that runs."""
_UNACCEPTED: Final = "Not loaded, as you decided: nothing was changed."


def others(own: BackgroundLoad | None) -> None:
    """The loads that others, or this reader before a reload, have started."""
    for load in desk.desk().running():
        if load is not own:
            with st.container(border=True):
                st.subheader("A load is running", anchor=False)
                panel(load)


def panel(load: BackgroundLoad) -> None:
    """One load: its progress, its question, or what came of it."""

    def look() -> None:
        if not load.running:
            st.rerun()  # the whole page: the history has a new line
        _draw(load)

    if load.running:
        st.fragment(look, run_every=_EVERY)()
    else:
        _draw(load)


def _draw(load: BackgroundLoad) -> None:
    standing = load.standing
    names = ", ".join(load.names[:3]) + (" …" if len(load.names) > 3 else "")
    st.write(f"{plain(names)} · profile {plain(load.profile)}")
    if not load.running:
        _ended(load)
    elif standing.asking:
        _ask(load)
    else:
        step = min(standing.done + 1, standing.of)
        # What it is to do is known once it has looked at the files.
        begun = f"Step {step} of {standing.of}: {plain(standing.what)}" if standing.of > 1 else "Starting"
        words = f"{begun} · {load.seconds:.0f} s"
        st.progress(min(standing.done / standing.of, 1.0), text=words)
        if shell.may_load():
            _cancel(load)


def _cancel(load: BackgroundLoad) -> None:
    if load.ending:
        st.write("The load ends after this step. Ending it at once is as safe: nothing of it stays either way.")
    label = "End it at once" if load.ending else "Cancel"
    st.button(label, key=f"cancel-{load.id}", on_click=load.cancel)


def _ask(load: BackgroundLoad) -> None:
    warnings = load.standing.warnings
    differs = "This export differs from the one before. Look whether that is as it should be:"
    st.warning("\n".join([differs, "", *(f"- {plain(warning)}" for warning in warnings)]))
    if shell.may_load():
        with st.container(horizontal=True):
            st.button(
                "Accept and load", type=show.main_button(), key=f"accept-{load.id}", on_click=load.answer, args=(True,)
            )
            st.button("Do not load", key=f"decline-{load.id}", on_click=load.answer, args=(False,))


def _ended(load: BackgroundLoad) -> None:
    standing = load.standing
    if standing.outcome == "loaded":
        found = [data.registry().snapshot(name) for name in standing.snapshots]
        _loaded(load, [snapshot for snapshot in found if snapshot])
    elif standing.outcome == "unaccepted":
        st.info(_UNACCEPTED)
    else:
        told = st.info if standing.outcome == "cancelled" else st.error
        told(f"{OUTCOMES[standing.outcome]}. {plain(standing.message)}")


def _loaded(load: BackgroundLoad, made: list[Snapshot]) -> None:
    accepted = sum(snapshot.accepted for snapshot in made)
    rows_in = sum(snapshot.rows_in for snapshot in made)
    marked = " **Synthetic: the people are invented.**" if any(s.synthetic for s in made) else ""
    st.success(f"Loaded: {accepted:,} of {count_of(rows_in, 'row')} accepted, in {load.seconds:.0f} seconds.{marked}")
    accounts(made, f"accounts-{load.id}")
    for snapshot in made[-3:]:
        st.button(
            f"Look at the extract of {day_name(snapshot.extract_date)}: rejected rows, labels, verdict",
            icon=":material/arrow_forward:",
            key=f"open-{snapshot.id}",
            on_click=history.open_snapshot,
            args=(snapshot.id,),
        )
    if len(made) > 3:
        st.caption("The other snapshots stand in the table below.")


def accounts(made: list[Snapshot], key: str) -> None:
    """The accounting of rows, a line per file."""
    rows = [
        (file.name, s.extract_date, file.equation, "; ".join(file.notes), file.sha256)
        for s in made
        for file in s.every_file
    ]
    schema = {"file": pl.String, "extract": pl.Date, "rows": pl.String, "notes": pl.String, "sha256": pl.String}
    config = st.column_config
    show.grid(
        pl.DataFrame(rows, schema=schema, orient="row"),
        key,
        "Rows in, accepted and rejected of each file",
        {
            "file": config.TextColumn("File", pinned=True),
            "extract": config.DateColumn("Extract of", format="D MMM YYYY"),
            "rows": config.TextColumn("Rows", width=300),
            "notes": config.TextColumn("Noted while reading", width=330),
            "sha256": config.TextColumn("SHA-256", width="small"),
        },
    )
