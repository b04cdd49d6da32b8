"""One load of one export, as the registry knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final


def equation(rows_in: int, accepted: int, rejected: int, duplicates: int) -> str:
    """The accounting of rows as `1,000 in = 990 accepted + 10 rejected (4 of them duplicates)`."""
    holds = "=" if rows_in == accepted + rejected else "≠"
    twice = f" ({duplicates:,} of them duplicates)" if duplicates else ""
    return f"{rows_in:,} in {holds} {accepted:,} accepted + {rejected:,} rejected{twice}"


@dataclass(frozen=True)
class SourceFile:
    """A file that went into a snapshot.

    Attributes:
        name: the file's name without its folder.
        sha256: checksum of its bytes.
        rows_in: data rows in the file; `rows_in == accepted + rejected`.
        accepted: rows that became person-role records.
        rejected: rows set aside with a reason, duplicates among them.
        duplicates: those of the rejected whose crime, person and role a later row of the extract has too.
        notes: what reading noted: the encoding it was converted from, a heading that stands twice. None were kept
            of files that an earlier version loaded.
    """

    name: str
    sha256: str
    rows_in: int
    accepted: int
    rejected: int
    duplicates: int = 0
    notes: tuple[str, ...] = ()

    @property
    def equation(self) -> str:
        """The accounting of its rows in words."""
        return equation(self.rows_in, self.accepted, self.rejected, self.duplicates)


@dataclass(frozen=True)
class TableFile:
    """A file of a table that was joined to the records of a snapshot.

    Attributes:
        name: the file's name without its folder.
        table: the table of the profile.
        sha256: checksum of its bytes.
        rows_in: data rows; `rows_in == joined + unused + rejected`.
        joined: rows whose key a row of the records names.
        unused: rows whose key no row of the records names: counted, and not kept.
        rejected: rows set aside with a reason: broken ones, those without a key, those whose key a later row has.
        duplicates: those of the rejected whose key a later row of the table has.
        notes: what reading noted.
    """

    name: str
    table: str
    sha256: str
    rows_in: int
    joined: int
    unused: int
    rejected: int
    duplicates: int = 0
    notes: tuple[str, ...] = ()

    @property
    def equation(self) -> str:
        """The accounting of its rows in words."""
        holds = "=" if self.rows_in == self.joined + self.unused + self.rejected else "≠"
        twice = f" ({self.duplicates:,} of them with a key that stands again)" if self.duplicates else ""
        return (
            f"{self.table}: {self.rows_in:,} in {holds} {self.joined:,} joined to records + {self.unused:,} that no "
            f"record names + {self.rejected:,} rejected{twice}"
        )


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
        files: what was loaded: the files whose rows are the records.
        attribution: the sentence the licence asks for; empty where none.
        folder: where its Parquet files are.
        columns_used: heading in the files → the field it was read as.
        columns_ignored: headings that nothing was read from.
        warnings: what differed from the snapshot before (schema and volume drift) when this one was accepted.
        blank: field → share of the extract's records that leave it blank, 0 to 1.
        unmapped_shares: field → share of the extract's records whose label was not recognised, 0 to 1.
        closed_months: for a purged snapshot, the months in which its records were counted last: their counts are
            closed, and carried into every later snapshot as they were.
        records_purged_at: when the retention period removed its records, UTC; None while they are there.
        tables: the files of tables that were joined to the records; empty where one file holds everything.
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
    columns_used: dict[str, str] = field(default_factory=dict)
    columns_ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    blank: dict[str, float] = field(default_factory=dict)
    unmapped_shares: dict[str, float] = field(default_factory=dict)
    closed_months: tuple[str, ...] = ()
    records_purged_at: datetime | None = None
    tables: tuple[TableFile, ...] = ()

    @property
    def rows_in(self) -> int:
        """Data rows in all files of this load."""
        return sum(file.rows_in for file in self.files)

    @property
    def accepted(self) -> int:
        """Rows of this load that became person-role records."""
        return sum(file.accepted for file in self.files)

    @property
    def rejected(self) -> int:
        """Rows of this load that were set aside, duplicates among them."""
        return sum(file.rejected for file in self.files)

    @property
    def duplicates(self) -> int:
        """Those of the rejected that repeat a key."""
        return sum(file.duplicates for file in self.files)

    @property
    def every_file(self) -> tuple[SourceFile | TableFile, ...]:
        """The files of the records, then those of the tables joined to them."""
        return (*self.files, *self.tables)

    @property
    def set_aside(self) -> int:
        """The rejected rows of this load, those of joined tables among them: what can be downloaded."""
        return self.rejected + sum(file.rejected for file in self.tables)

    @property
    def equation(self) -> str:
        """The accounting of all rows in words."""
        return equation(self.rows_in, self.accepted, self.rejected, self.duplicates)


OUTCOMES: Final = {
    "running": "Running",
    "loaded": "Loaded",
    "refused": "Refused",
    "unaccepted": "Warnings not accepted",
    "cancelled": "Cancelled",
    "failed": "Failed",
    "interrupted": "Interrupted",
}
"""How a load can end (or not yet have ended), and what that is called on screen."""


@dataclass(frozen=True)
class Load:
    """One attempt to load files, whatever came of it. It holds no value of any record.

    Attributes:
        id: unique, sortable by time.
        source: the source that the profile names.
        started_at: UTC.
        ended_at: UTC; None while it runs.
        outcome: one of `OUTCOMES`; `interrupted` is a load whose process died.
        files: names of the files, without folders.
        snapshots: identifiers of the snapshots it made.
        message: what the user was told, for a load that made none.
    """

    id: str
    source: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    files: tuple[str, ...]
    snapshots: tuple[str, ...]
    message: str
