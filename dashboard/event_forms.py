"""Entering, editing and withdrawing events, and their table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, Protocol

import polars as pl
import streamlit as st

from dashboard import data, downloads, identity, shell, show
from dashboard.link import Options
from dashboard.text import day_name, moment_name, plain
from equality.errors import EqualityError
from equality.protection import choosing
from equality.store.events import KINDS, LONGEST_NOTE, LONGEST_TITLE, Entry, Event
from equality.store.snapshot import Snapshot

SCOPES: Final = ("team", "area", "lpa")
"""Dimensions by which an event may concern a part of the force only."""
SAID: Final = "event-said"


class Source(Protocol):
    """What the forms have to know of the source that events belong to."""

    @property
    def snapshot(self) -> Snapshot:
        """Its newest extract."""
        ...

    @property
    def options(self) -> Options:
        """What that holds."""
        ...


def label(entry: Entry) -> str:
    """An event as choices show it."""
    return f"{entry.event.title} ({day_name(entry.event.happened_on)})"


def scope_words(entry: Entry) -> str:
    """Whom an event concerns, in words."""
    parts = [", ".join(values) for values in entry.event.scope.values()]
    return "; ".join(parts) or "everyone"


def draw(source: Source, chosen: Entry | None) -> None:
    """The forms: one to enter an event, one to change the one that is chosen."""
    if said := st.session_state.pop(SAID, None):
        st.success(plain(said), icon=":material/check:")
    if not shell.may_change_events():
        return
    left, right = st.columns(2, gap="large")
    with left, st.expander("Enter an event"):
        _form(source, None)
    if chosen:
        with right, st.expander(f"Change or withdraw “{plain(chosen.event.title)}”"):
            _form(source, chosen)


def _form(source: Source, entry: Entry | None) -> None:
    of = entry.event_id + str(entry.version) if entry else "new"
    event = entry.event if entry else None

    def key(name: str) -> str:
        return f"event-{name}-{of}"

    with st.form(f"event-form-{of}", border=False, clear_on_submit=entry is None):
        st.text_input("What happened", value=event.title if event else "", max_chars=LONGEST_TITLE, key=key("title"))
        usual = event.happened_on if event else min(source.snapshot.extract_date, date.today())
        st.date_input("Day (year/month/day)", value=usual, key=key("day"), min_value=date(2000, 1, 1))
        kinds = list(KINDS)
        st.selectbox(
            "Kind", kinds, kinds.index(event.kind) if event else 0, format_func=KINDS.__getitem__, key=key("kind")
        )
        for dimension in SCOPES:
            values = source.options.values.get(dimension, ())
            if len(values) > 1:
                given = [v for v in (event.scope.get(dimension, ()) if event else ()) if v in values]
                title = source.snapshot.dimensions[dimension].lower()
                st.multiselect(
                    f"Only for this {title}", values, given, key=key(dimension), placeholder="All", select_all=False
                )
        st.checkbox(
            "Compute control limits anew from this day on",
            value=event.rebase if event else False,
            key=key("rebase"),
            help="Only for a lasting, documented change of how things are done; once there are eight points after it.",
        )
        st.text_area("Note", value=event.note if event else "", max_chars=LONGEST_NOTE, key=key("note"))
        downloads.reason(key("reason"))
        st.form_submit_button(
            "Save the change" if entry else "Enter the event",
            type=show.main_button(),
            on_click=_save,
            args=(source, entry, key),
        )
        if entry:
            st.form_submit_button(
                "Withdraw this event",
                on_click=_withdraw,
                args=(entry, key("reason")),
                help="It is drawn no more; its history stays.",
            )


def _save(source: Source, entry: Entry | None, key: Callable[[str], str]) -> None:
    given: dict[str, Any] = {
        name: st.session_state.get(key(name)) for name in ("title", "day", "kind", "rebase", "note", "reason", *SCOPES)
    }
    if given["day"] is None:
        st.session_state[SAID] = ""
        return
    event = Event(
        happened_on=given["day"],
        kind=given["kind"],
        title=given["title"] or "",
        note=given["note"] or "",
        scope={d: tuple(given[d]) for d in SCOPES if given[d]},
        rebase=bool(given["rebase"]),
        synthetic=source.snapshot.synthetic,
    )
    registry, by, why = data.registry(), identity.person(), given["reason"] or ""
    if entry:
        _do(lambda: choosing.edit_event(registry, entry, event, by, why), "Saved")
    else:
        _do(lambda: choosing.enter_event(registry, source.snapshot.source, event, by, why), "Entered")


def _withdraw(entry: Entry, reason_key: str) -> None:
    registry, by, why = data.registry(), identity.person(), st.session_state.get(reason_key) or ""
    _do(lambda: choosing.withdraw_event(registry, entry, by, why), "Withdrawn")


def _do(act: Callable[[], object], done: str) -> None:
    try:
        act()
    except EqualityError as error:
        st.session_state["event-refused"] = str(error)
    else:
        st.session_state[SAID] = f"{done}: the charts show it from now on."


def refused() -> None:
    """What a form was told, if it was refused."""
    if message := st.session_state.pop("event-refused", None):
        st.error(plain(message), icon=":material/error:")


def table(source: Source) -> None:
    """The history of events: every row that was ever written about them."""
    entries = data.events_history(source.snapshot.source)
    if not entries:
        return
    frame = pl.DataFrame(
        [
            {
                "day": e.event.happened_on,
                "title": e.event.title,
                "kind": KINDS[e.event.kind],
                "scope": scope_words(e),
                "rebase": "yes" if e.event.rebase else "no",
                "action": e.action,
                "at": moment_name(e.at),
                "who": e.who,
                "note": e.event.note,
            }
            for e in reversed(entries)
        ]
    )
    text = st.column_config.TextColumn
    show.table(
        source.snapshot,
        frame,
        "events-table",
        "Events and their history",
        {
            "day": st.column_config.DateColumn("Day", format="D MMM YYYY"),
            "title": text("What happened"),
            "kind": text("Kind"),
            "scope": text("Concerns"),
            "rebase": text("New limits"),
            "action": text("Entry"),
            "at": text("Written"),
            "who": text("By"),
            "note": text("Note"),
        },
    )
