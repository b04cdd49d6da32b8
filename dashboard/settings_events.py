"""Events that may explain a change, of every source: entered, changed and withdrawn, as on Trends."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import data, event_forms
from dashboard.link import Options
from equality.choices.in_force import InForce
from equality.store.snapshot import Snapshot


@dataclass(frozen=True)
class _Source:
    """What the forms of events have to know of a source."""

    snapshot: Snapshot
    options: Options


def draw(holding: InForce) -> None:
    """The events of a source, the forms, and their history."""
    st.subheader("What happened that may explain a change?", anchor=False)
    snapshots = data.snapshots()
    if not snapshots:
        st.write("Events belong to a source of records, and none has been loaded yet.")
        return
    titles = {name: snapshot.title for name, snapshot in snapshots.items()}
    name = st.selectbox("Source", list(titles), format_func=titles.__getitem__, key="settings-event-source", width=520)
    source = _Source(snapshots[name], data.options(snapshots[name]))
    event_forms.refused()
    entries = {entry.event_id: entry for entry in reversed(data.events(name))}
    chosen = None
    if entries:
        st.caption("Trends draws them and compares before and after. Choose one to change or withdraw it.")
        chosen = entries[
            st.selectbox(
                "Event",
                list(entries),
                format_func=lambda i: event_forms.label(entries[i]),
                key=f"settings-event-{name}",
                width=520,
            )
        ]
    event_forms.draw(source, chosen)
    if not entries:
        st.write("No event that holds has been entered for this source.")
    event_forms.table(source)
