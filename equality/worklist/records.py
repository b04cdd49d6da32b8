"""The records of a snapshot as lists need them: kept in a file with their states, filtered, sorted and sliced."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from equality.errors import StoreError
from equality.measures.states import state_column
from equality.store.kept import keep
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot
from equality.worklist.cells import closed_months, elsewhere_column, matching, records_with_states
from equality.worklist.shown import VALUE_NEVER_SHOWN
from equality.worklist.wanted import NOT_KNOWN, Wanted

ORDERS: Final[Mapping[str, str]] = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "most": "Most not known first",
    "reference": "Crime reference",
    "team": "Team",
    "area": "District",
    "crime_subgroup": "Crime type",
}
"""Order of a list → its name on screen. Within equals the newest record stands first."""

PLACES: Final = ("team", "area", "crime_subgroup")
"""Dimensions that are orders."""

ROW: Final = "row"
"""The column that numbers the kept records, the newest first."""
_FORM: Final = 1
"""Of the kept file: another number for other columns."""
_ROW_GROUP: Final = 50_000


def kept_records(registry: Registry, snapshot: Snapshot) -> pl.LazyFrame:
    """The records that a snapshot counts, the newest first, with states and what is known elsewhere.

    Columns: `row`, `crime_ref`, `person_ref`, `role`, `recorded_on`, the dimensions, `flags`, and per characteristic
    `{c}_state`, `{c}_known_elsewhere` and, unless its values are never shown, `{c}_raw`; `not_known`: how many
    characteristics are not; `{order}_place` for orders by a text: the place of each text among all.

    Raises:
        StoreError: if the records were purged, or cannot be kept.
    """
    held = _held(registry, snapshot)
    if snapshot.id not in held.split():
        registry.records(snapshot.source, snapshot)  # says that they are gone
    digest = hashlib.sha256(f"{_FORM} {pl.__version__} {held}".encode()).hexdigest()[:16]

    def write(path: Path) -> None:
        _arranged(records_with_states(registry, snapshot, elsewhere=True), snapshot).collect(
            engine="streaming"
        ).write_parquet(path, compression="lz4", row_group_size=_ROW_GROUP)

    path = keep(registry.store, f"{snapshot.id}-{digest}", write, lambda: _held(registry, snapshot) == held)
    return pl.scan_parquet(path)


def orders(snapshot: Snapshot) -> dict[str, str]:
    """The orders that a snapshot's records can be put in."""
    return {
        name: snapshot.dimensions.get(name, title)
        for name, title in ORDERS.items()
        if name not in PLACES or name in snapshot.dimensions
    }


def rows_of(frame: pl.LazyFrame, wanted: Wanted, teams: frozenset[str] | None, order: str) -> pl.Series:
    """The numbers of the kept records that a list wants and somebody may see, in an order of `ORDERS`.

    Raises:
        StoreError: if the file was removed meanwhile.
    """
    found = matching(frame, wanted, teams)
    by = {"most": "not_known"}.get(order, _place(order))
    try:
        if order in ("newest", "oldest"):
            rows = found.select(ROW).collect()[ROW]
            return rows.reverse() if order == "oldest" else rows
        keyed = found.select(ROW, by)
        return keyed.sort(by, descending=order == "most", nulls_last=True, maintain_order=True).collect()[ROW]
    except FileNotFoundError as error:
        raise _gone() from error


def _place(order: str) -> str:
    return f"{order}_place"


def picked(frame: pl.LazyFrame, rows: pl.Series) -> pl.DataFrame:
    """Kept records by their numbers, in the order given.

    Raises:
        StoreError: if the file was removed meanwhile.
    """
    if rows.is_empty():
        return frame.head(0).collect()
    try:
        # First found, then put in order: so Polars reads the few columns of few rows, wherever they stand.
        found = frame.filter(pl.col(ROW).is_in(rows.to_list())).collect()
        return rows.to_frame().join(found, on=ROW, how="left", maintain_order="left")
    except FileNotFoundError as error:
        raise _gone() from error


def _arranged(records: pl.LazyFrame, snapshot: Snapshot) -> pl.LazyFrame:
    held = records.collect_schema().names()
    names = snapshot.characteristics
    kept = [
        "crime_ref",
        "person_ref",
        "role",
        "recorded_on",
        *snapshot.dimensions,
        "flags",
        *(f"{c}_raw" for c in names if c not in VALUE_NEVER_SHOWN),
        *map(state_column, names),
        *map(elsewhere_column, names),
    ]
    # Sorting a million texts takes a second, their places a tenth of it.
    texts = {"reference": "crime_ref"} | {name: name for name in PLACES if name in held}
    places = [pl.col(c).cast(pl.String).rank("dense").cast(pl.UInt32).alias(_place(o)) for o, c in texts.items()]
    open_cells = [pl.col(state_column(c)).is_in(NOT_KNOWN).cast(pl.UInt8) for c in names]
    return (
        records.select(name for name in dict.fromkeys(kept) if name in held)
        .with_columns(*places, not_known=pl.sum_horizontal(open_cells))
        .sort("recorded_on", descending=True, nulls_last=True, maintain_order=True)
        .with_row_index(ROW)
    )


def _held(registry: Registry, snapshot: Snapshot) -> str:
    """What the records of a snapshot are made of: another text when a purge has removed some of it."""
    held = [s.id for s in registry.snapshots(snapshot.source) if s.records_purged_at is None]
    return " ".join([*held, "without", *closed_months(registry, snapshot)])


def _gone() -> StoreError:
    return StoreError("The store's records have changed just now; ask again.")
