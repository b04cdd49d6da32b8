"""What a label means from one day to another: entries that administrators add to those of the files, or correct.

The table is appended to and never changed, like that of events: the newest row of an entry holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import sqlalchemy as sa

from equality.errors import EqualityError, StoreError
from equality.store import tables
from equality.store.database import Database

KINDS: Final[Mapping[str, str]] = {
    "lpa": "Local policing areas: district → area",
    "team": "Teams: label in the export → team",
    "area": "Places: label in the export → area",
}
"""What entries are of → what it is called on screen."""

ACTIONS: Final = ("added", "corrected", "ended", "withdrawn")
_table: Final = tables.valid_entries


@dataclass(frozen=True)
class Valid:
    """What a label means from one day to another; an open end is None.

    Attributes:
        label: as the export, or the district's name, says it.
        value: what it means.
        start: the first day.
        end: the last day.
    """

    label: str
    value: str
    start: date | None
    end: date | None


@dataclass(frozen=True)
class Entry:
    """One row of the table.

    Attributes:
        entry_id: what all rows of one entry share.
        version: 1 for the first row, then counted up.
        action: one of `ACTIONS`.
        of: one of `KINDS`.
        valid: what it says from then on.
        at: UTC.
        who: who decided it.
        reason: why, in their words.
    """

    entry_id: str
    version: int
    action: str
    of: str
    valid: Valid
    at: datetime
    who: str
    reason: str


def newest(database: Database, of: str) -> dict[str, Entry]:
    """The newest row of each entry of a kind, by its identifier, withdrawn ones included."""
    return {entry.entry_id: entry for entry in reversed(history(database, of))}


def history(database: Database, of: str | None = None) -> list[Entry]:
    """Every row of a kind, or of all, the newest first.

    Raises:
        StoreError: if the database cannot be read.
    """
    if not database.exists():
        return []
    try:
        with database.engine.connect() as connection:
            return _rows(connection, of)
    except sa.exc.DBAPIError as error:
        raise database.unreachable(error) from error


def append(
    database: Database,
    of: str,
    rows: Sequence[tuple[str, int, str, Valid]],
    who: str,
    reason: str,
    check: Callable[[Mapping[str, Entry]], None],
) -> None:
    """Write rows about entries: all of them or none.

    Args:
        database: the registry's.
        of: one of `KINDS`.
        rows: identifier, version that was seen (0: none), action, and what it says from then on.
        who: who decides.
        reason: why.
        check: asked with what holds afterwards; what it raises leaves everything as it was.

    Raises:
        StoreError: if somebody changed one of them since, or the database cannot be written.
    """
    database.migrate()
    now = datetime.now(UTC).replace(tzinfo=None)
    made: list[dict[str, Any]] = [
        {
            "entry_id": identifier,
            "version": seen + 1,
            "action": action,
            "of": of,
            "label": valid.label,
            "value": valid.value,
            "valid_from": valid.start,
            "valid_to": valid.end,
            "at": now,
            "who": who,
            "reason": reason,
        }
        for identifier, seen, action, valid in rows
    ]
    try:
        with database.engine.begin() as connection:
            if database.is_postgresql:
                # What two people add at once must be checked together; SQLite's first write locks the file.
                connection.exec_driver_sql("LOCK TABLE valid_entries IN EXCLUSIVE MODE")
            connection.execute(_table.insert(), made)
            check({entry.entry_id: entry for entry in reversed(_rows(connection, of))})
    except sa.exc.IntegrityError as error:
        raise StoreError(
            "Nothing was changed: somebody else changed this entry since you opened it. Look at what holds now, then "
            "decide again."
        ) from error
    except sa.exc.DBAPIError as error:
        raise database.unreachable(error) from error


def _rows(connection: sa.Connection, of: str | None) -> list[Entry]:
    query = sa.select(_table).order_by(_table.c.at.desc(), _table.c.version.desc(), _table.c.entry_id)
    if of is not None:
        query = query.where(_table.c.of == of)
    return [
        Entry(
            r.entry_id,
            r.version,
            r.action,
            r.of,
            Valid(r.label, r.value, r.valid_from, r.valid_to),
            r.at,
            r.who,
            r.reason,
        )
        for r in connection.execute(query)
    ]


class EntryError(EqualityError):
    """An entry that cannot be; the message says which, why and what to do."""


__all__ = ["ACTIONS", "KINDS", "Entry", "EntryError", "Valid", "append", "history", "newest"]
