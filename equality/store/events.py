"""Events that may explain a change: training, a new form, a system release, a restructure.

The table is appended to and never changed: an event is entered, edited and withdrawn by rows of its own, so that what
a chart showed on an earlier day can be told. The newest row of an event is what holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from uuid import uuid4

import sqlalchemy as sa

from equality.errors import StoreError
from equality.store import tables
from equality.store.database import Database

KINDS: Final[Mapping[str, str]] = {
    "training": "Training",
    "form": "Form or script change",
    "release": "System release",
    "restructure": "Restructure",
    "other": "Other",
}
"""Kind of event → what it is called on screen."""

LONGEST_TITLE: Final = 80
LONGEST_NOTE: Final = 500


@dataclass(frozen=True)
class Event:
    """What happened.

    Attributes:
        happened_on: its day.
        kind: one of `KINDS`.
        title: a few words, as a chart shows them.
        note: what else is to be known of it.
        scope: dimension → values: the part of the force that it concerned; empty for all of it.
        rebase: whether control limits are computed anew from its day on: only for a lasting, documented change of how
            things are done.
        synthetic: part of the invented sample.
    """

    happened_on: date
    kind: str
    title: str
    note: str = ""
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rebase: bool = False
    synthetic: bool = False


@dataclass(frozen=True)
class Entry:
    """One row of the history of events.

    Attributes:
        event_id: what all rows of one event share.
        version: 1 for the row that entered it, then counted up.
        action: `entered`, `edited` or `withdrawn`.
        at: UTC.
        who: who did it.
        source: the source whose records it concerns.
        event: what it said from then on.
    """

    event_id: str
    version: int
    action: str
    at: datetime
    who: str
    source: str
    event: Event


def current(database: Database, source: str, as_of: datetime | None = None) -> list[Entry]:
    """The events of a source that hold, the oldest first; with a time (UTC), those that held then."""
    until = as_of.astimezone(UTC).replace(tzinfo=None) if as_of and as_of.tzinfo else as_of
    newest: dict[str, Entry] = {}
    for entry in history(database, source):
        if until is None or entry.at <= until:
            newest[entry.event_id] = entry
    held = [entry for entry in newest.values() if entry.action != "withdrawn"]
    return sorted(held, key=lambda e: (e.event.happened_on, e.event.title, e.event_id))


def history(database: Database, source: str) -> list[Entry]:
    """Every row about the events of a source, in the order in which they were written."""
    if not database.exists():
        return []
    table = tables.events
    query = sa.select(table).where(table.c.source == source).order_by(table.c.at, table.c.version, table.c.event_id)
    try:
        with database.engine.connect() as connection:
            return [_entry(row) for row in connection.execute(query)]
    except sa.exc.DBAPIError as error:
        raise database.unreachable(error) from error


def enter(database: Database, source: str, event: Event, who: str) -> str:
    """Add an event; returns its identifier.

    Raises:
        StoreError: if the event says nothing that can be drawn.
    """
    event_id = uuid4().hex
    _append(database, event_id, 1, "entered", source, event, who)
    return event_id


def edit(database: Database, of: Entry, event: Event, who: str) -> None:
    """Say from now on something else of an event.

    Args:
        database: the registry's.
        of: the row that the one who edits has seen.
        event: what holds from now on.
        who: who edits.

    Raises:
        StoreError: if somebody changed the event since, or the event says nothing that can be drawn.
    """
    _append(database, of.event_id, of.version + 1, "edited", of.source, event, who)


def withdraw(database: Database, of: Entry, who: str) -> None:
    """Take an event off the charts; its history stays.

    Raises:
        StoreError: if somebody changed the event since.
    """
    _append(database, of.event_id, of.version + 1, "withdrawn", of.source, of.event, who)


def _append(database: Database, event_id: str, version: int, action: str, source: str, event: Event, who: str) -> None:
    event = checked(event)
    database.migrate()
    row = {
        "event_id": event_id,
        "version": version,
        "action": action,
        "at": datetime.now(UTC).replace(tzinfo=None),
        "who": who,
        "source": source,
        "happened_on": event.happened_on,
        "kind": event.kind,
        "title": event.title,
        "note": event.note,
        "scope": {name: list(values) for name, values in event.scope.items()},
        "rebase": event.rebase,
        "synthetic": event.synthetic,
    }
    try:
        with database.engine.begin() as connection:
            connection.execute(tables.events.insert().values(row))
    except sa.exc.IntegrityError as error:
        raise StoreError("Somebody changed this event since you opened it: look at it again, then decide.") from error
    except sa.exc.DBAPIError as error:
        raise database.unreachable(error) from error


def checked(event: Event) -> Event:
    """An event as it is kept.

    Raises:
        StoreError: if it says nothing that can be drawn.
    """
    title, note = " ".join(event.title.split()), event.note.strip()
    if not title:
        raise StoreError("Give the event a title: a few words that a chart can show.")
    if len(title) > LONGEST_TITLE or len(note) > LONGEST_NOTE:
        raise StoreError(f"A title has at most {LONGEST_TITLE} characters, a note {LONGEST_NOTE}.")
    if event.kind not in KINDS:
        raise StoreError(f"An event is one of {', '.join(KINDS)}, not {event.kind!r}.")
    scope = {name: tuple(values) for name, values in event.scope.items() if values}
    return Event(event.happened_on, event.kind, title, note, scope, event.rebase, event.synthetic)


def _entry(row: sa.Row[tuple[object, ...]]) -> Entry:
    facts = dict(row._mapping)
    event = Event(
        happened_on=facts["happened_on"],
        kind=facts["kind"],
        title=facts["title"],
        note=facts["note"],
        scope={name: tuple(values) for name, values in facts["scope"].items()},
        rebase=facts["rebase"],
        synthetic=facts["synthetic"],
    )
    return Entry(
        facts["event_id"], facts["version"], facts["action"], facts["at"], facts["who"], facts["source"], event
    )
