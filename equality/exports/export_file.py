"""An export file that can be read: what it is called, what it holds, and its rows."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from equality.errors import ExportError
from equality.exports.profile import Extract
from equality.exports.workspace import Kept, Workspace


@dataclass(frozen=True, eq=False)
class ExportFile:
    """A table that can be read and whose headings fit the profile.

    Attributes:
        path: where it is; of a table inside a zip file, the path through it (`export.zip/victims.csv`).
        name: what records call it: the last part of the path, or more of it where two files share that.
        sha256: checksum of its bytes, unpacked: the same table is recognised in another wrapping.
        headings: its headings, in order.
        rows: data rows below the headings, those set aside included; at least one.
        extract_date: from the file's name or its newest record, where the profile says so; else None.
        misfits: rows that cannot be rows: `source_row`, `line`, `reason`, `raw_text`.
        notes: what a reader should know: the encoding it was converted from, a heading that stands twice.
        own: the headings whose cells are the raw text of a row; None for all. Of records to which other tables were
            joined (`equality.exports.joined`) those of their own table.
        sheet: of a set of tables the sheet of a workbook that this is.
        joined: those other tables; None for a file that stands alone.
    """

    path: Path
    name: str
    sha256: str
    headings: tuple[str, ...]
    rows: int
    extract_date: date | None
    misfits: pl.DataFrame
    notes: tuple[str, ...]
    _table: Callable[[], pl.LazyFrame] = field(repr=False)
    _workspace: Workspace = field(repr=False)
    own: tuple[str, ...] | None = None
    sheet: str | None = None
    joined: Joined | None = field(default=None, repr=False)
    _kept: Kept | None = field(default=None, repr=False)

    @property
    def raw_headings(self) -> tuple[str, ...]:
        """The headings whose cells are the raw text of a row."""
        return self.headings if self.own is None else self.own

    def scan(self) -> pl.LazyFrame:
        """Every good row as text, with `source_file`, `source_row` (1 is the first below the headings) and `line`.

        Text is String; columns of labels in a large file are Categorical, so that each label is dealt with once.
        """
        return self._table().with_columns(pl.lit(self.name).alias("source_file"))

    def release(self) -> None:
        """Let go of the rows: they will not be read again."""
        if self._kept:
            self._kept.drop()


@dataclass(frozen=True)
class JoinedFile:
    """A file of a table that was joined to records: where and what it is, as for `ExportFile`."""

    table: str
    path: Path
    name: str
    sha256: str
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Joined:
    """The tables that were joined to the records of a set of files.

    Attributes:
        files: the files of these tables.
        accounts: what became of their rows, per file and extract: `table`, `source_file`, `extract_date`, `rows_in`,
            `joined` (a record names the row), `unused` (none does), `rejected`, `duplicates` (those of the rejected
            whose key a later row has).
        set_aside: their rejected rows: `source_file`, `source_row`, `line`, `reason`, `raw_text`, `extract_date`.
    """

    files: tuple[JoinedFile, ...]
    accounts: pl.DataFrame
    set_aside: pl.DataFrame


def joined_to(files: Iterable[ExportFile]) -> list[Joined]:
    """The tables joined to some files, each set once."""
    return list({id(file.joined): file.joined for file in files if file.joined}.values())


def date_of_name(path: Path, extract: Extract) -> date | None:
    """The extract date in a file's name; None where the profile takes it from elsewhere.

    Raises:
        ExportError: if the name does not have the form that the profile gives.
    """
    if extract.file_name is None:
        return None
    match = re.search(extract.file_name, path.name)
    if match is None:
        raise ExportError(
            f"{path}: the file's name does not carry its date as the profile expects ({extract.file_name}); "
            "rename it as the source named it."
        )
    parts = match.groupdict()
    try:
        year, month = int(parts["year"]), int(parts["month"])
        return date(year, month, int(parts.get("day") or calendar.monthrange(year, month)[1]))
    except (ValueError, calendar.IllegalMonthError) as error:
        raise ExportError(f"{path}: the file's name carries no real date ({error}).") from error
