"""Retention: removes the records of old extracts; their counts and what is known of the load stay."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import polars as pl
import sqlalchemy as sa

from equality.store import tables
from equality.store.files import remove_records
from equality.store.kept import forget
from equality.store.lock import alone
from equality.store.registry import Registry, superseded
from equality.store.snapshot import Snapshot


def due(registry: Registry, before: date, source: str = "") -> list[Snapshot]:
    """The snapshots whose records would be purged, the oldest extract of each source first.

    Args:
        registry: of the store.
        before: extracts drawn before this day.
        source: only this one; empty for all.
    """
    sources = [source] if source else registry.sources()
    found = [s for name in sources for s in registry.snapshots(name)]
    return [s for s in found if s.extract_date < before and s.records_purged_at is None]


Acting = Callable[[list[Snapshot]], AbstractContextManager[object]]
"""Called with what is about to be purged; the purge happens inside, so what it raises on entering prevents it."""


def purge(
    registry: Registry, before: date, source: str = "", waiting: Callable[[], None] = lambda: None, *, acting: Acting
) -> list[Snapshot]:
    """Remove the records of every extract drawn before a day.

    The registry says so first, in one transaction; a process that dies then leaves files that nobody reads any more
    and that the next load or purge removes.

    Returns:
        The snapshots as they were.
    """
    if not due(registry, before, source):
        return []
    registry.database.migrate()
    with alone(registry.store, registry.database, waiting, lambda: False):
        found = due(registry, before, source)
        closed = {s.id: _months_counted(registry, s) for s in found}
        with acting(found):
            _remove(registry, found, closed)
    return found


def _remove(registry: Registry, found: list[Snapshot], closed: dict[str, list[str]]) -> None:
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    table = tables.snapshots
    # Read before the transaction that writes: see `writing.clear_leftovers`.
    with registry.database.engine.connect() as connection:
        chosen = sa.select(table.c.id, table.c.facts).where(table.c.id.in_(closed))
        facts = {row.id: row.facts for row in connection.execute(chosen)}
    with registry.database.engine.begin() as connection:
        for snapshot in found:
            changed = facts[snapshot.id] | {"closed_months": closed[snapshot.id]}
            connection.execute(
                table.update().where(table.c.id == snapshot.id).values(records_purged_at=now, facts=changed)
            )
    for snapshot in found:
        remove_records(snapshot.folder)
    forget(registry.store)


def _months_counted(registry: Registry, snapshot: Snapshot) -> list[str]:
    """The months in which the newest state counts records of this snapshot."""
    held = [s for s in registry.snapshots(snapshot.source) if s.records_purged_at is None]
    extracts = [
        registry.extract(s).select("crime_ref", "person_ref", "role", "month", pl.lit(s.id).alias("_of")) for s in held
    ]
    counted = superseded(extracts).filter(pl.col("_of") == snapshot.id)
    return counted.select(pl.col("month").unique().sort()).collect(engine="streaming")["month"].to_list()
