"""The registry: which snapshots exist. A snapshot is visible once its row is committed, and never changes.

Each snapshot has a folder with `records.parquet` (what the extract delivered),
`rejected.parquet`, `unmapped.parquet`, `counts.parquet` (of the state as of the snapshot), the further tables of
`equality.measures.evidence`, `states.json` (`equality.measures.stored_states`) and `validation.json` (of the newest of
the extracts loaded together).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence, Set
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs
import sqlalchemy as sa

from equality.errors import EqualityError, StoreError
from equality.settings import settings
from equality.store import tables
from equality.store.database import Database
from equality.store.snapshot import Load, Snapshot, SourceFile, TableFile
from equality.store.writing import Writing, note, outcome_of, tidy, writing

_snapshots, _files, _loads = tables.snapshots, tables.files, tables.loads


class Registry:
    """The snapshots of a store."""

    def __init__(self, store: Path, url: str | None = None) -> None:
        """Open a store; a folder without one is an empty store and stays untouched until something is added.

        Args:
            store: the store's folder.
            url: the registry's database; None for the one that the settings name.
        """
        self.store = store
        self.database = Database(store, settings().registry if url is None else url)

    def sources(self) -> list[str]:
        """Every source that has a snapshot: those with real people first, then by name."""
        latest = [self.latest(source) for source in sorted({row.source for row in self._rows()})]
        known = sorted((s.synthetic, s.source) for s in latest if s)
        return [source for _, source in known]

    def latest(self, source: str) -> Snapshot | None:
        """The newest snapshot of a source by extract date, or None."""
        found = self.snapshots(source)
        return found[-1] if found else None

    def snapshots(self, source: str | None = None) -> list[Snapshot]:
        """Every snapshot of a source, or of all, the oldest extract first."""
        return self._found() if source is None else self._found(_snapshots.c.source == source)

    def snapshot(self, snapshot_id: str) -> Snapshot | None:
        """The snapshot with this identifier, or None."""
        found = self._found(_snapshots.c.id == snapshot_id)
        return found[0] if found else None

    def holds(self, sha256: str) -> Snapshot | None:
        """The snapshot that a file with this checksum went into, or None."""
        for row in self._select(_files, _files.c.sha256 == sha256):
            found = self._rows(_snapshots.c.id == row.snapshot_id)
            return self._snapshot(found[0], ())
        return None

    def holds_all(self, sha256s: Set[str]) -> Snapshot | None:
        """The newest snapshot of the load, or loads, that all files with these checksums went into together, or None.

        A file of records may hold several extracts; then its joined tables are accounted for with any of them.
        """
        found = [s for s in self.snapshots() if sha256s & {file.sha256 for file in s.files}]
        known = {file.sha256 for s in found for file in s.files} | {file.sha256 for s in found for file in s.tables}
        return found[-1] if found and sha256s <= known else None

    def counts(self, snapshot: Snapshot) -> pl.LazyFrame:
        """The stored counts of the state as of a snapshot; dimensions are String."""
        return _with_texts(pl.scan_parquet(self._file(snapshot, "counts.parquet")))

    def table(self, snapshot: Snapshot, name: str) -> pl.LazyFrame | None:
        """A table that was counted beside the counts by state (`equality.measures.evidence`); dimensions are String.

        None if the snapshot was loaded by a version of this program that did not count it.
        """
        path = snapshot.folder / f"{name}.parquet"
        return _with_texts(pl.scan_parquet(path)) if path.exists() else None

    def unmapped(self, snapshot: Snapshot) -> pl.DataFrame:
        """The labels of an extract that were not recognised: `field`, `label`, `records`, most frequent first."""
        return pl.read_parquet(self._file(snapshot, "unmapped.parquet"))

    def rejected(self, snapshot: Snapshot) -> pl.LazyFrame:
        """The rows of an extract that were set aside: `source_file`, `source_row`, `line`, `reason`, `raw_text`, …

        Raises:
            StoreError: if they were purged.
        """
        return pl.scan_parquet(self._file(snapshot, "rejected.parquet"))

    def validation(self, snapshot: Snapshot) -> dict[str, Any] | None:
        """The checkpoint's outcome, as `equality.measures.measure.validate` describes it.

        None for an extract that was loaded together with newer ones: only the newest state is judged.
        """
        if not (snapshot.folder / "validation.json").exists():
            return None
        return json.loads(self._file(snapshot, "validation.json").read_text(encoding="utf-8"))

    def records(self, source: str, as_of: Snapshot | None = None) -> pl.LazyFrame:
        """The person-role records of a source as known at a snapshot (the newest if None).

        A later extract's record replaces an earlier one with the same key. What was loaded after a snapshot is not
        among what was known at it, even if its extract is older: the snapshot did not count it. Records that were
        purged are not among them: `purged` says which, and `Snapshot.closed_months` where counts know more than
        records.

        Raises:
            StoreError: if the source has no snapshot, or the records asked for were purged.
        """
        found = self.snapshots(source)
        if as_of is not None:
            found = [s for s in found if (s.extract_date, s.id) <= (as_of.extract_date, as_of.id)]
            found = [s for s in found if _made_at(s) <= _made_at(as_of)]
        if not found:
            raise StoreError(f"The store {self.store} has no snapshot of {source}; load an export first.")
        held = [s for s in found if s.records_purged_at is None]
        if not held or (as_of is not None and found[-1].records_purged_at):
            raise StoreError(_gone(found[-1]))
        return superseded([self.extract(s) for s in held])

    def purged(self, source: str) -> list[Snapshot]:
        """The snapshots of a source whose records were purged, the oldest extract first."""
        return [s for s in self.snapshots(source) if s.records_purged_at]

    def extract(self, snapshot: Snapshot) -> pl.LazyFrame:
        """The person-role records that one extract delivered; texts but references are Categorical."""
        return with_categories(pl.scan_parquet(self._file(snapshot, "records.parquet")))

    def loads(self, limit: int = 100) -> list[Load]:
        """The newest attempts to load, whatever came of them, the newest first."""
        if not self.database.exists():
            return []
        newest = sa.select(_loads).order_by(_loads.c.started_at.desc(), _loads.c.id.desc()).limit(limit)
        return [
            Load(**{**row._mapping, "files": tuple(row.files), "snapshots": tuple(row.snapshots)})
            for row in self._all(newest)
        ]

    def writing(
        self, source: str, files: Sequence[str], waiting: Callable[[], None], cancelled: Callable[[], bool]
    ) -> AbstractContextManager[Writing]:
        """Hold the store for one load, as `equality.store.writing` describes."""
        return writing(self.store, self.database, source, files, waiting, cancelled)

    def tidy(self) -> bool:
        """Remove what loads that died have left, and say so in the history; returns False if one is running."""
        return tidy(self.store, self.database)

    def note_refusal(self, source: str, files: Sequence[str], error: EqualityError) -> None:
        """Add a load that was refused before it began to the history; a store that is not there is not made."""
        if self.database.exists():
            note(self.database, source, files, *outcome_of(error))

    def _found(self, *where: sa.ColumnElement[bool]) -> list[Snapshot]:
        rows = self._rows(*where)
        files: dict[str, list[SourceFile]] = {}
        for row in self._select(_files):
            facts = {**row._mapping, "notes": tuple(row.notes)}
            files.setdefault(facts.pop("snapshot_id"), []).append(SourceFile(**facts))
        return [self._snapshot(row, tuple(files.get(row.id, ()))) for row in rows]

    def _rows(self, *where: sa.ColumnElement[bool]) -> list[Any]:
        return self._select(_snapshots, *where, order=(_snapshots.c.extract_date, _snapshots.c.id))

    def _select(self, table: sa.Table, *where: sa.ColumnElement[bool], order: tuple[Any, ...] = ()) -> list[Any]:
        if not self.database.exists():
            return []
        return self._all(sa.select(table).where(*where).order_by(*order))

    def _all(self, query: sa.Select[Any]) -> list[Any]:
        try:
            with self.database.engine.connect() as connection:
                return list(connection.execute(query))
        except sa.exc.DBAPIError as error:
            raise self.database.unreachable(error) from error

    def _snapshot(self, row: Any, files: tuple[SourceFile, ...]) -> Snapshot:
        facts: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in row.facts.items()
        }
        facts["tables"] = tuple(
            TableFile(**{**each, "notes": tuple(each["notes"])}) for each in facts.get("tables", ())
        )
        return Snapshot(
            id=row.id,
            source=row.source,
            extract_date=row.extract_date,
            loaded_at=row.loaded_at,
            files=files,
            folder=self._folder(row.id),
            records_purged_at=row.records_purged_at,
            **facts,
        )

    def _folder(self, snapshot_id: str) -> Path:
        return self.store / "snapshots" / snapshot_id

    def _file(self, snapshot: Snapshot, name: str) -> Path:
        path = snapshot.folder / name
        if not path.exists():
            if snapshot.records_purged_at and name in ("records.parquet", "rejected.parquet"):
                raise StoreError(_gone(snapshot))
            raise StoreError(f"Snapshot {snapshot.id} lacks {name}: the store {self.store} is damaged.")
        return path


def _gone(snapshot: Snapshot) -> str:
    when = f" on {snapshot.records_purged_at:%d %B %Y}" if snapshot.records_purged_at else ""
    return (
        f"The records of the extract of {snapshot.extract_date:%d %B %Y} ({snapshot.source}) were purged{when}, as the "
        "retention period says; its counts are kept. Ask for a later extract."
    )


def _with_texts(table: pl.LazyFrame) -> pl.LazyFrame:
    return table.with_columns(cs.categorical().cast(pl.String))


def new_id(source: str, extract_date: date, now: datetime) -> str:
    """An identifier of a new snapshot, sortable by extract date and then by time of loading."""
    return f"{source}-{extract_date:%Y%m%d}-{now:%Y%m%dT%H%M%S%f}"


def _made_at(snapshot: Snapshot) -> str:
    return snapshot.id.rsplit("-", 1)[-1]


KEY = ("crime_ref", "person_ref", "role")
"""What makes a person-role record the same in a later extract."""


_REFERENCES = ("crime_ref", "person_ref", "source_file")


def with_categories(records: pl.LazyFrame) -> pl.LazyFrame:
    """Person-role records with every text as Categorical but references, which are different in nearly every record."""
    return records.with_columns(cs.string().exclude(_REFERENCES).cast(pl.Categorical))


def superseded(extracts: list[pl.LazyFrame]) -> pl.LazyFrame:
    """The records of successive extracts, oldest first: of records with one key only the newest extract's remain."""
    state = extracts[0]
    for newer in extracts[1:]:
        older = state.join(newer.select(KEY), on=KEY, how="anti", nulls_equal=True, maintain_order="left")
        state = pl.concat([older, newer], how="diagonal")
    return state
