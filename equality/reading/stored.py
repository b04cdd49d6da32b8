"""What lies beside a snapshot's counts, read from the store each time it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from equality.measures import ages
from equality.measures.dimensions import Selection
from equality.protection.disclosure import secret_of
from equality.store import events
from equality.store.events import Entry
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot


def extracts(registry: Registry, snapshot: Snapshot) -> list[Snapshot]:
    """The extracts of a snapshot's source up to it, the oldest first."""
    return [s for s in registry.snapshots(snapshot.source) if s.extract_date <= snapshot.extract_date]


def history(
    registry: Registry, successive: Iterable[Snapshot], selection: Selection, characteristics: Sequence[str]
) -> pl.DataFrame:
    """How much successive extracts knew at which age, as `equality.measures.ages.slice_ages`.

    Of several loads of one extract the last counts.
    """
    tables = []
    for snapshot in {s.extract_date: s for s in successive}.values():
        found = registry.table(snapshot, ages.NAME)
        if found is not None:
            # Counts of closed months are carried along from earlier extracts, which have tables of their own.
            tables.append(found.filter(pl.col("extract_date") == snapshot.extract_date))
    return ages.slice_ages(tables, characteristics=characteristics, selection=selection)


def ages_counted(snapshot: Snapshot) -> bool:
    """Whether this snapshot's ages were counted: it was not loaded by an earlier version."""
    return (snapshot.folder / f"{ages.NAME}.parquet").exists()


@dataclass(frozen=True)
class Stored:
    """The evidence of a snapshot, as `equality.reading.figures.Evidence` describes it.

    Attributes:
        registry: of the store.
        snapshot: whose evidence it is.
        successive: the extracts up to it.
        as_of: events that were entered or changed later are not heeded; None heeds all.
    """

    registry: Registry
    snapshot: Snapshot
    successive: tuple[Snapshot, ...]
    as_of: datetime | None = None

    def table(self, name: str) -> pl.DataFrame | None:
        """A table that was counted beside the counts."""
        found = self.registry.table(self.snapshot, name)
        return None if found is None else found.collect()

    def history(self, selection: Selection, characteristics: Sequence[str]) -> pl.DataFrame | None:
        """How much successive extracts knew at which age."""
        if not ages_counted(self.snapshot):
            return None
        return history(self.registry, self.successive, selection, characteristics)

    def events(self) -> list[Entry]:
        """The events that held at that time."""
        return events.current(self.registry.database, self.snapshot.source, self.as_of)

    def delivered_again(self) -> bool:
        """Whether there was more than one extract."""
        return len(self.successive) > 1

    def secret(self) -> bytes:
        """The key of the store's disclosure control."""
        return secret_of(self.registry.store)
