"""One load of one export, as the registry knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path


@dataclass(frozen=True)
class SourceFile:
    """A file that went into a snapshot.

    Attributes:
        name: the file's name without its folder.
        sha256: checksum of its bytes.
        rows_in: data rows in the file; `rows_in == accepted + rejected`.
        accepted: rows that became person-role records.
        rejected: rows set aside with a reason.
    """

    name: str
    sha256: str
    rows_in: int
    accepted: int
    rejected: int


@dataclass(frozen=True)
class Snapshot:
    """A load that is complete and visible.

    Attributes:
        id: unique, sortable by extract date within a source; part of every cache key.
        source: what the records are of and from which system, for example `athena`; snapshots of one
            source supersede each other.
        title: the source's name on screen.
        synthetic: the export says that its people are invented; every screen and file repeats it.
        extract_date: the date on which the export was drawn from the recording system.
        loaded_at: when it became visible, UTC.
        months: first and last month recorded that the state as of this snapshot covers, `YYYY-MM`.
        headline_role: the role that pages select at first (`victim`, `person_searched`).
        characteristics: those that the export holds, in the catalogue's order.
        dimensions: dimension → title on screen; only those that the export holds.
        flags: crime flags that occur.
        files: what was loaded.
        attribution: the sentence the licence asks for; empty where none.
        folder: where its Parquet files are.
    """

    id: str
    source: str
    title: str
    synthetic: bool
    extract_date: date
    loaded_at: datetime
    months: tuple[str, str]
    headline_role: str
    characteristics: tuple[str, ...]
    dimensions: dict[str, str]
    flags: tuple[str, ...]
    files: tuple[SourceFile, ...]
    attribution: str
    folder: Path

    @property
    def rows_in(self) -> int:
        """Data rows in all files of this load."""
        return sum(file.rows_in for file in self.files)

    @property
    def rejected(self) -> int:
        """Rows of this load that were set aside."""
        return sum(file.rejected for file in self.files)
