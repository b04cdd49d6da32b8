"""One extract, streamed from its files into the Parquet files of a snapshot-to-be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
import polars.selectors as cs

from equality.errors import ExportError
from equality.exports.code import Coded, code
from equality.exports.duplicates import repeated
from equality.exports.export_file import ExportFile, joined_to
from equality.exports.fields import raw_fields
from equality.exports.once import together
from equality.exports.profile import Profile
from equality.store.snapshot import SourceFile, TableFile

_ROW = ["source_file", "source_row"]
COMPRESSION: Final = "lz4"
"""Of records: half the time of the default, for files a little larger."""
STORED: Final[Any] = {
    "compression": COMPRESSION,
    "statistics": {"min": False, "max": False, "distinct_count": False, "null_count": True},
}
"""How records are written. They are not sorted: no part could be skipped by its smallest and largest values. How many
cells are null is what `drift.blank_shares` asks."""
DUPLICATE = "a later row of the extract has the same crime, person and role"


@dataclass(frozen=True)
class Extract:
    """The rows of one extract, coded and written.

    Attributes:
        extract_date: the date on which it was drawn.
        characteristics: those it holds.
        dimensions: those it holds.
        synthetic: it says that its people are invented.
        files: its files, with every row accounted for.
        unmapped: labels that were not recognised: `field`, `label`, `records`.
        headings: the files it came from, for what was read from them.
        folder: holds `records.parquet`, `rejected.parquet` and `unmapped.parquet`.
        tables: the files of tables joined to the records, with every row accounted for.
    """

    extract_date: date
    characteristics: tuple[str, ...]
    dimensions: tuple[str, ...]
    synthetic: bool
    files: tuple[SourceFile, ...]
    unmapped: pl.DataFrame
    headings: tuple[ExportFile, ...]
    folder: Path
    tables: tuple[TableFile, ...] = ()

    @property
    def records(self) -> pl.LazyFrame:
        """The accepted records."""
        return pl.scan_parquet(self.path)

    @property
    def path(self) -> Path:
        """The file of the accepted records."""
        return self.folder / "records.parquet"


def write_extract(
    files: Sequence[ExportFile], extract_date: date, profile: Profile, folder: Path, *, alone: bool = False
) -> Extract:
    """Code the rows of an extract and write them.

    Args:
        files: where its rows are, among those of other extracts perhaps.
        extract_date: which rows of the files it is.
        profile: the profile they fit.
        folder: an empty folder.
        alone: the files hold no other extract, so that no row need be asked to which it belongs.

    Raises:
        ExportError: if the rows cannot be read, or none of them is a record.
    """
    try:
        coded = code(files, profile)
        rows_in = _sink(coded, None if alone else _rows_of(extract_date, profile), folder)
    except pl.exceptions.PolarsError as error:
        raise unreadable(files, error) from error
    _set_duplicates_aside(files, profile, folder)
    coded.unmapped.write_parquet(folder / "unmapped.parquet")
    found = _accounts(files, rows_in, folder)
    if not sum(file.accepted for file in found):
        raise ExportError(f"{files[0].path}: no row could be read as a record of {extract_date:%d %B %Y}.")
    return Extract(
        extract_date=extract_date,
        characteristics=coded.characteristics,
        dimensions=coded.dimensions,
        synthetic=coded.synthetic,
        files=found,
        unmapped=coded.unmapped,
        headings=tuple(files),
        folder=folder,
        tables=_tables(files, extract_date, profile),
    )


def _rows_of(extract_date: date, profile: Profile) -> pl.Expr | None:
    """Which rows of the files belong to an extract; None for all."""
    if profile.extract.snapshot == "each_extract_date":
        return pl.col("extract_date") == extract_date
    return None


def _sink(coded: Coded, which: pl.Expr | None, folder: Path) -> dict[str, int]:
    """Write records and rejected rows in one pass over the files; returns the rows in each file."""
    frames = [coded.records, coded.rejected.with_columns(_as_string()), coded.delivered]
    if which is not None:
        frames = [frame.filter(which) for frame in frames]
    *_, delivered = pl.collect_all(
        [
            frames[0].sink_parquet(folder / "records.parquet", lazy=True, **STORED),
            frames[1].sink_parquet(folder / "rejected.parquet", lazy=True),
            frames[2].group_by("source_file").len(),
        ],
        engine="streaming",
    )
    return dict(delivered.iter_rows())


def _set_duplicates_aside(files: Sequence[ExportFile], profile: Profile, folder: Path) -> None:
    """Move records that a later row repeats to the rejected rows, with their raw text and the reason."""
    records, rejected = folder / "records.parquet", folder / "rejected.parquet"
    again = repeated(pl.scan_parquet(records))
    if again.is_empty():
        return
    aside = again.lazy().with_columns(pl.lit(True).alias("_aside"))
    kept = pl.scan_parquet(records).join(aside, on=[*_ROW, "role"], how="left", maintain_order="left")
    _rewrite(kept.filter(pl.col("_aside").is_null()).drop("_aside"), records)
    rows = again.lazy().select(_ROW)
    raw = together([frame for file in files for frame in raw_fields(file, profile, only=rows)])
    raw = raw.with_columns(_as_string())
    which = [*_ROW, "role"] if "role" in raw.collect_schema() else _ROW
    named = again.lazy().with_columns(_as_string())
    repeats = raw.join(named, on=which, how="semi").with_columns(reason=pl.lit(DUPLICATE))
    _rewrite(pl.concat([pl.scan_parquet(rejected), repeats], how="diagonal_relaxed"), rejected)


def _as_string() -> pl.Expr:
    return cs.categorical().cast(pl.String)


def _rewrite(frame: pl.LazyFrame, path: Path) -> None:
    new = path.with_suffix(".new")
    frame.sink_parquet(new, **STORED)
    new.replace(path)


def _accounts(files: Sequence[ExportFile], rows_in: dict[str, int], folder: Path) -> tuple[SourceFile, ...]:
    of_file = pl.scan_parquet(folder / "records.parquet").group_by("source_file").len()
    aside = (
        pl.scan_parquet(folder / "rejected.parquet")
        .group_by("source_file")
        .agg(pl.len(), (pl.col("reason") == DUPLICATE).sum().alias("duplicates"))
    )
    records, rejected = pl.collect_all([of_file, aside], engine="streaming")
    accepted = dict(records.iter_rows())
    refused = {name: (rows, duplicates) for name, rows, duplicates in rejected.iter_rows()}
    return tuple(
        SourceFile(
            file.name,
            file.sha256,
            rows_in.get(file.name, 0),
            accepted.get(file.name, 0),
            *refused.get(file.name, (0, 0)),
        )
        for file in files
    )


def _tables(files: Sequence[ExportFile], extract_date: date, profile: Profile) -> tuple[TableFile, ...]:
    """The accounts of the tables that were joined to the records of an extract."""
    found = []
    which = _rows_of(extract_date, profile)
    for joined in joined_to(files):
        accounts = joined.accounts if which is None else joined.accounts.filter(which)
        counted = accounts.group_by("source_file").agg(pl.col(*_COUNTED).sum())
        sums = {row.pop("source_file"): row for row in counted.to_dicts()}
        found += [
            TableFile(file.name, file.table, file.sha256, **sums[file.name], notes=file.notes)
            for file in joined.files
            if file.name in sums
        ]
    return tuple(found)


_COUNTED = ("rows_in", "joined", "unused", "rejected", "duplicates")


def unreadable(files: Sequence[ExportFile], error: Exception) -> ExportError:
    """What to tell a user when Polars cannot read the rows; its own words may quote them."""
    names = ", ".join(str(file.path) for file in files[:3]) + (" …" if len(files) > 3 else "")
    return ExportError(
        f"{names}: the rows cannot be read as a table ({type(error).__name__}). Check for stray separators or quotes."
    )
