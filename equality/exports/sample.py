"""The first rows of an export, held in memory, for a person or the mapping assistant to look at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from equality.errors import ExportError
from equality.exports import dates
from equality.exports.cells import shown_cells
from equality.exports.export_file import ExportFile, date_of_name
from equality.exports.guess import Values
from equality.exports.layout import column_names, heading_of
from equality.exports.profile import Profile
from equality.exports.read import open_unknown
from equality.exports.workspace import Workspace

SAMPLE = 100_000
"""Rows whose values are looked at."""
_HELD = 10_000


@dataclass(frozen=True, eq=False)
class Sample:
    """The first rows of an export.

    Attributes:
        path: the export.
        headings: its headings, in order.
        rows: rows in the export.
        frame: the rows looked at: headings, `source_row`, `line`.
        notes: what a reader should know about how the file was read.
    """

    path: Path
    headings: tuple[str, ...]
    rows: int
    frame: pl.DataFrame
    notes: tuple[str, ...]
    _file: ExportFile
    _values: dict[str, Values] = field(default_factory=dict)
    _shown: dict[tuple[str, str, tuple[str, ...]], str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether every row was looked at."""
        return self.frame.height >= self.rows

    def values(self, heading: str) -> Values:
        """The distinct cells of a column, blanks left out → rows, the most frequent first."""
        known = self._values.get(heading)
        if known is None:
            known = distinct(self.frame[heading])
            # References differ in every row: held, they would take more memory than the rows.
            if len(known) <= _HELD:
                self._values[heading] = known
        return known

    def scan(self) -> pl.LazyFrame:
        """All rows of the export."""
        return self._file.scan()

    def every(self, heading: str) -> pl.Series:
        """The distinct cells of a column in the whole export, without the space around them and without blanks."""
        text = pl.col(heading).cast(pl.String).str.strip_chars()
        rows = self.frame.lazy() if self.whole else self.scan()
        return rows.select(text.unique()).collect(engine="streaming")[heading].drop_nulls()

    def with_columns(self, headings: tuple[str, ...], frame: pl.DataFrame) -> Sample:
        """The same export with other columns, those of joined tables among them."""
        return Sample(self.path, headings, self.rows, frame, self.notes, self._file)

    def cells(self, heading: str, name: str, formats: tuple[str, ...]) -> str:
        """What may be shown of a column that becomes a field: see `cells.shown_cells`."""
        key = heading, name, formats
        if key not in self._shown:
            self._shown[key] = shown_cells(self.values(heading), name, formats)
        return self._shown[key]

    def fitting(self, profile: Profile) -> ExportFile:
        """The rows looked at as a file that is read with a profile.

        Raises:
            ExportError: naming what the profile needs and the export lacks.
        """
        accepted = profile.needed
        names, _ = column_names(self.headings, accepted.values())
        missing = [f"{field} ({' or '.join(map(repr, a))})" for field, a in accepted.items() if not set(a) & set(names)]
        if missing:
            raise ExportError(f"the profile needs columns that the export lacks: {', '.join(missing)}")
        # Old and new names may overlap, so they are set in one go.
        renamed = self.frame.rename(dict(zip(self.headings, names, strict=True)))
        return replace(
            self._file,
            headings=names,
            rows=renamed.height,
            misfits=self._file.misfits.clear(),
            extract_date=self._extract_date(profile, renamed),
            _table=renamed.lazy,
            _workspace=Workspace(),
        )

    def _extract_date(self, profile: Profile, frame: pl.DataFrame) -> date | None:
        if profile.extract.newest:
            recorded = heading_of(profile.columns["recorded_on"], frame.columns) or ""
            newest = frame.select(dates.parsed(pl.col(recorded), profile.dates).max()).item()
            return newest if isinstance(newest, date) else None
        try:
            return date_of_name(self.path, profile.extract)
        except ExportError:
            return None  # Loading will say so; what columns become does not depend on it.


def sample(path: Path, *, keep: bool = False) -> Sample:
    """Look at the first rows of an export.

    Args:
        path: the export.
        keep: also keep the temporary copies, so that `scan` can read all rows.

    Raises:
        ExportError: if the file cannot be read as a table.
    """
    file = open_unknown(path)
    frame = file.scan().select(*file.headings, "source_row", "line").head(SAMPLE).collect(engine="streaming")
    kept = file if keep else replace(file, _workspace=Workspace())
    return Sample(path, file.headings, file.rows, frame, file.notes, kept)


def distinct(column: pl.Series) -> Values:
    """The distinct cells of a column, blanks left out → rows, the most frequent first."""
    counted = column.value_counts(sort=True, name="rows").filter(
        pl.col(column.name).is_not_null(), pl.col(column.name).str.strip_chars() != ""
    )
    return dict(counted.iter_rows())
