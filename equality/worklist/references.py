"""References that lists and samples need later: record-level data, kept beside the records they are of.

Each extract's folder gets those whose record it delivered, in a file that only its owner may read. Purging the records
of an extract removes them too, also where the process that purges, or the one that wrote them, died half-way.
"""

from __future__ import annotations

import os
import secrets
from datetime import date
from pathlib import Path

import polars as pl

from equality.errors import StoreError
from equality.store.files import OF_RECORDS, sync
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot


def keep(registry: Registry, snapshot: Snapshot, name: str, rows: pl.DataFrame) -> None:
    """Keep rows about records.

    Args:
        registry: of the store.
        snapshot: as of which the records are known.
        name: of what they are kept for.
        rows: with `extract_date`, by which their extract is found.

    Raises:
        StoreError: if they cannot be written; then none are kept.
    """
    held = _held(registry, snapshot)
    days = sorted(held)
    origin = {day: next((d for d in days if d >= day), days[-1]) for day in rows["extract_date"].unique()}
    parts = rows.with_columns(_of=pl.col("extract_date").replace_strict(origin)).partition_by("_of", as_dict=True)
    try:
        for (day,), part in parts.items():
            _write(part.drop("_of"), held[day].folder / _file(name))
    except OSError as error:
        forget(registry, snapshot.source, name)
        raise StoreError(f"The store cannot be written ({error.strerror}); nothing was kept.") from error


def kept(registry: Registry, source: str, name: str) -> pl.LazyFrame | None:
    """The rows that are kept under a name; None if all of them were purged."""
    paths = [s.folder / _file(name) for s in registry.snapshots(source) if s.records_purged_at is None]
    found = [pl.scan_parquet(path) for path in paths if path.exists()]
    return pl.concat(found) if found else None


def forget(registry: Registry, source: str, name: str) -> None:
    """Remove what is kept under a name."""
    for snapshot in registry.snapshots(source):
        (snapshot.folder / _file(name)).unlink(missing_ok=True)


def _held(registry: Registry, snapshot: Snapshot) -> dict[date, Snapshot]:
    upto = (snapshot.extract_date, snapshot.id)
    found = [s for s in registry.snapshots(snapshot.source) if (s.extract_date, s.id) <= upto]
    return {s.extract_date: s for s in found if s.records_purged_at is None}


def _file(name: str) -> str:
    return f"{OF_RECORDS}{name}.parquet"


def _write(rows: pl.DataFrame, path: Path) -> None:
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            rows.write_parquet(file)
        sync(aside)
        aside.replace(path)
        sync(path.parent)
    finally:
        aside.unlink(missing_ok=True)
