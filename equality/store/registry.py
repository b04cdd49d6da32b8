"""The registry: which snapshots exist. A snapshot is visible once its row is committed, and never changes.

Beside the registry's database, each snapshot has a folder with `records.parquet` (what the extract delivered),
`rejected.parquet`, `unmapped.parquet`, `counts.parquet` (of the state as of the snapshot) and `validation.json`
(of the newest of the extracts loaded together).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from equality.errors import StoreError
from equality.store.snapshot import Snapshot, SourceFile

_metadata = sa.MetaData()
_snapshots = sa.Table(
    "snapshots",
    _metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("source", sa.String, nullable=False, index=True),
    sa.Column("extract_date", sa.Date, nullable=False),
    sa.Column("loaded_at", sa.DateTime, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
)
_files = sa.Table(
    "files",
    _metadata,
    sa.Column("snapshot_id", sa.ForeignKey("snapshots.id"), nullable=False, index=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("sha256", sa.String, nullable=False, index=True),
    sa.Column("rows_in", sa.Integer, nullable=False),
    sa.Column("accepted", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
)

_FACTS = ("title", "synthetic", "months", "headline_role", "characteristics", "dimensions", "flags", "attribution")


class Registry:
    """The snapshots of a store."""

    def __init__(self, store: Path) -> None:
        """Open a store; a folder without one is an empty store and stays untouched until something is added."""
        self.store = store
        self._database = store / "registry.sqlite"
        self._engine = sa.create_engine(f"sqlite:///{self._database}")

    def sources(self) -> list[str]:
        """Every source that has a snapshot: those with real people first, then by name."""
        latest = [self.latest(source) for source in sorted({row.source for row in self._rows()})]
        known = sorted((s.synthetic, s.source) for s in latest if s)
        return [source for _, source in known]

    def latest(self, source: str) -> Snapshot | None:
        """The newest snapshot of a source by extract date, or None."""
        found = self.snapshots(source)
        return found[-1] if found else None

    def snapshots(self, source: str) -> list[Snapshot]:
        """Every snapshot of a source, the oldest extract first."""
        rows = self._rows(_snapshots.c.source == source)
        files: dict[str, list[SourceFile]] = {}
        for row in self._select(_files):
            files.setdefault(row.snapshot_id, []).append(SourceFile(*row[1:]))
        return [self._snapshot(row, tuple(files.get(row.id, ()))) for row in rows]

    def holds(self, sha256: str) -> Snapshot | None:
        """The snapshot that a file with this checksum went into, or None."""
        for row in self._select(_files, _files.c.sha256 == sha256):
            found = self._rows(_snapshots.c.id == row.snapshot_id)
            return self._snapshot(found[0], ())
        return None

    def counts(self, snapshot: Snapshot) -> pl.LazyFrame:
        """The stored counts of the state as of a snapshot."""
        return pl.scan_parquet(self._file(snapshot, "counts.parquet"))

    def unmapped(self, snapshot: Snapshot) -> pl.DataFrame:
        """The labels of an extract that were not recognised: `field`, `label`, `records`, most frequent first."""
        return pl.read_parquet(self._file(snapshot, "unmapped.parquet"))

    def validation(self, snapshot: Snapshot) -> dict[str, Any] | None:
        """The checkpoint's outcome, as `equality.measures.measure.validate` describes it.

        None for an extract that was loaded together with newer ones: only the newest state is judged.
        """
        if not (snapshot.folder / "validation.json").exists():
            return None
        return json.loads(self._file(snapshot, "validation.json").read_text(encoding="utf-8"))

    def records(self, source: str, as_of: Snapshot | None = None) -> pl.LazyFrame:
        """The person-role records of a source as known at a snapshot (the newest if None).

        A later extract's record replaces an earlier one with the same key.

        Raises:
            StoreError: if the source has no snapshot.
        """
        found = self.snapshots(source)
        if as_of is not None:
            found = [s for s in found if (s.extract_date, s.id) <= (as_of.extract_date, as_of.id)]
        if not found:
            raise StoreError(f"The store {self.store} has no snapshot of {source}; load an export first.")
        return superseded([self.extract(s) for s in found])

    def extract(self, snapshot: Snapshot) -> pl.LazyFrame:
        """The person-role records that one extract delivered."""
        return pl.scan_parquet(self._file(snapshot, "records.parquet"))

    def add(self, snapshot: Snapshot, write: Callable[[Path], None]) -> Snapshot:
        """Write a snapshot's files and make it visible, or leave the store as it was.

        Args:
            snapshot: its facts; `folder` and `loaded_at` are set here.
            write: writes the snapshot's files into the folder it is given.

        Returns:
            The snapshot as the registry now knows it.
        """
        self.store.mkdir(parents=True, exist_ok=True)
        _metadata.create_all(self._engine)
        folder = self._folder(snapshot.id)
        unfinished = folder.with_name(f".{folder.name}.loading")
        unfinished.mkdir(parents=True)
        try:
            write(unfinished)
            unfinished.rename(folder)
            loaded_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
            with self._engine.begin() as connection:
                connection.execute(
                    _snapshots.insert().values(
                        id=snapshot.id,
                        source=snapshot.source,
                        extract_date=snapshot.extract_date,
                        loaded_at=loaded_at,
                        facts={name: getattr(snapshot, name) for name in _FACTS},
                    )
                )
                rows = [{"snapshot_id": snapshot.id, **vars(file)} for file in snapshot.files]
                connection.execute(_files.insert(), rows)
        except BaseException:
            # Not visible, so not part of the store: an interrupted load leaves nothing behind.
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return next(s for s in self.snapshots(snapshot.source) if s.id == snapshot.id)

    def _rows(self, *where: sa.ColumnElement[bool]) -> list[Any]:
        return self._select(_snapshots, *where, order=(_snapshots.c.extract_date, _snapshots.c.id))

    def _select(self, table: sa.Table, *where: sa.ColumnElement[bool], order: tuple[Any, ...] = ()) -> list[Any]:
        if not self._database.exists():
            return []
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(table).where(*where).order_by(*order)))

    def _snapshot(self, row: Any, files: tuple[SourceFile, ...]) -> Snapshot:
        facts: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in row.facts.items()
        }
        return Snapshot(
            id=row.id,
            source=row.source,
            extract_date=row.extract_date,
            loaded_at=row.loaded_at,
            files=files,
            folder=self._folder(row.id),
            **facts,
        )

    def _folder(self, snapshot_id: str) -> Path:
        return self.store / "snapshots" / snapshot_id

    def _file(self, snapshot: Snapshot, name: str) -> Path:
        path = snapshot.folder / name
        if not path.exists():
            raise StoreError(f"Snapshot {snapshot.id} lacks {name}: the store {self.store} is damaged.")
        return path


def new_id(source: str, extract_date: date, now: datetime) -> str:
    """An identifier of a new snapshot, sortable by extract date and then by time of loading."""
    return f"{source}-{extract_date:%Y%m%d}-{now:%Y%m%dT%H%M%S%f}"


KEY = ("crime_ref", "person_ref", "role")
"""What makes a person-role record the same in a later extract."""


def superseded(extracts: list[pl.LazyFrame]) -> pl.LazyFrame:
    """The records of successive extracts, oldest first: of records with one key only the newest extract's remain."""
    if len(extracts) == 1:
        return extracts[0]
    numbered = [frame.with_columns(pl.lit(n).alias("_extract")) for n, frame in enumerate(extracts)]
    everything = pl.concat(numbered, how="diagonal")
    newest = everything.group_by(KEY).agg(pl.col("_extract").max())
    return everything.join(newest, on=[*KEY, "_extract"], how="semi", nulls_equal=True).drop("_extract")
