"""The book of choices: a row for every change of a setting or target, appended and never changed.

The newest row of a name holds. The name of a setting is that of its field in `equality.settings.Settings`; the name of
a target is that of `equality.choices.targets.Scope`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from equality.errors import StoreError
from equality.store import tables
from equality.store.database import Database

_table: Final = tables.setting_changes


@dataclass(frozen=True)
class Change:
    """One row.

    Attributes:
        name: what was changed.
        version: 1 for the first change of this name, then counted up.
        value: what holds from then on; None: nothing is chosen any more, and the default holds.
        was: what held before.
        at: UTC.
        who: who decided it.
        reason: why, in their words.
    """

    name: str
    version: int
    value: Any
    was: Any
    at: datetime
    who: str
    reason: str


def newest(database: Database) -> dict[str, Change]:
    """What was chosen last, by name; nothing for a store that is not there.

    Raises:
        StoreError: if the database cannot be read.
    """
    found: dict[str, Change] = {}
    for change in _rows(database, _table.c.name, _table.c.version):
        found[change.name] = change
    return found


def history(database: Database) -> list[Change]:
    """Every change, the newest first.

    Raises:
        StoreError: if the database cannot be read.
    """
    return _rows(database, _table.c.at.desc(), _table.c.name, _table.c.version.desc())


def newest_value(connection: sa.Connection, name: str) -> Any:
    """What was chosen last for a name, read on a connection that somebody holds; None for nothing."""
    query = sa.select(_table.c.value).where(_table.c.name == name).order_by(_table.c.version.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def append(
    database: Database, values: Mapping[str, tuple[Any, Any]], seen: Mapping[str, int], who: str, reason: str
) -> None:
    """Write several changes: all of them or none.

    Args:
        database: the registry's.
        values: name → what held before, and what holds from now on.
        seen: name → the version that the one who decides has seen; 0 for a name that was never chosen.
        who: who decides.
        reason: why.

    Raises:
        StoreError: if somebody changed one of them since, or the database cannot be written.
    """
    database.migrate()
    now = datetime.now(UTC).replace(tzinfo=None)
    rows = [
        {
            "name": name,
            "version": seen.get(name, 0) + 1,
            "value": value,
            "was": was,
            "at": now,
            "who": who,
            "reason": reason,
        }
        for name, (was, value) in values.items()
    ]
    try:
        with database.engine.begin() as connection:
            connection.execute(_table.insert(), rows)
    except sa.exc.IntegrityError as error:
        raise StoreError(
            "Nothing was changed: somebody else changed the same since you opened it. Look at what holds now, then "
            "decide again."
        ) from error
    except sa.exc.DBAPIError as error:
        raise database.unreachable(error) from error


def _rows(database: Database, *order: sa.ColumnElement[Any]) -> list[Change]:
    if not database.exists():
        return []
    try:
        with database.engine.connect() as connection:
            rows = connection.execute(sa.select(_table).order_by(*order)).all()
    except sa.exc.DBAPIError as error:
        raise database.unreachable(error) from error
    return [Change(**row._mapping) for row in rows]
