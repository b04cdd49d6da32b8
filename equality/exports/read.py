"""Reads export files as text, and refuses what cannot be read before anything is stored."""

from __future__ import annotations

import calendar
import codecs
import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from equality.errors import ExportError
from equality.exports.profile import Extract, Profile

_CHUNK = 1 << 20


@dataclass(frozen=True)
class ExportFile:
    """A file that can be read and whose headings fit the profile.

    Attributes:
        path: where it is.
        sha256: checksum of its bytes.
        headings: its headings, in order.
        rows: data rows below the headings, at least one.
        extract_date: from the file's name, where the profile says so; else None.
    """

    path: Path
    sha256: str
    headings: tuple[str, ...]
    rows: int
    extract_date: date | None

    def scan(self) -> pl.LazyFrame:
        """Every row as text, with `source_file` and `source_row` (1 is the first row below the headings)."""
        return pl.scan_csv(
            self.path,
            infer_schema=False,
            row_index_name="source_row",
            row_index_offset=1,
            truncate_ragged_lines=False,
        ).with_columns(pl.lit(self.path.name).alias("source_file"))


def open_export(path: Path, profile: Profile) -> ExportFile:
    """Check that a file is there, is text in UTF-8, and has the headings that the profile needs.

    Raises:
        ExportError: naming the file, what is wrong with it and what to do.
    """
    if not path.is_file():
        what = "is a folder; name the files in it" if path.is_dir() else "does not exist; check the path"
        raise ExportError(f"{path}: {what}.")
    digest = _check_text(path)
    headings = _headings(path)
    _check_headings(path, headings, profile)
    extract_date = date_of_name(path, profile.extract)
    return ExportFile(path, digest, headings, _rows(path, headings), extract_date)


def _check_text(path: Path) -> str:
    """The checksum of a file that is UTF-8 text; raises an ExportError for any other."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        start = file.read(4)
        if not start:
            raise ExportError(f"{path}: the file is empty; export it again from the recording system.")
        if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise ExportError(f"{path}: the file is UTF-16; save it as 'CSV UTF-8' and load that.")
        if start[:4] == b"PK\x03\x04":
            raise ExportError(f"{path}: this is a workbook or a zip file; save the sheet as 'CSV UTF-8'.")
        file.seek(0)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                line += chunk[: error.start].count(b"\n")
                raise ExportError(
                    f"{path}: line {line} has the byte 0x{error.object[error.start]:02X}, which is not UTF-8 "
                    "(the file looks like Windows-1252); save it as 'CSV UTF-8' and load that."
                ) from error
            if "\x00" in text:
                raise ExportError(f"{path}: the file holds NUL bytes, so it is not a text export.")
            line += chunk.count(b"\n")
    return digest.hexdigest()


def _headings(path: Path) -> tuple[str, ...]:
    try:
        schema = pl.scan_csv(path, infer_schema=False).collect_schema()
    except pl.exceptions.PolarsError as error:
        raise ExportError(f"{path}: the headings cannot be read ({_first_line(error)}).") from error
    return tuple(schema.names())


def _rows(path: Path, headings: Sequence[str]) -> int:
    """How many rows a file has; raises an ExportError if one has more fields than there are headings."""
    # Every column is asked for: Polars does not notice a row that is too long behind the last column it needs.
    whole = pl.scan_csv(path, infer_schema=False).select(pl.len(), pl.sum_horizontal(pl.all().null_count()))
    try:
        rows = int(whole.collect(engine="streaming").item(0, 0))
    except pl.exceptions.PolarsError as error:
        raise ExportError(f"{path}: {_first_misfit(path, headings) or _first_line(error)}.") from error
    if rows == 0:
        raise ExportError(f"{path}: the file has headings but no rows; export it again from the recording system.")
    return rows


def _first_misfit(path: Path, headings: Sequence[str]) -> str | None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        for row in reader:
            if len(row) > len(headings):
                return (
                    f"line {reader.line_num} has {len(row)} fields, the headings have {len(headings)}; "
                    "look for a stray comma or quote in that line"
                )
    return None


def _check_headings(path: Path, headings: Sequence[str], profile: Profile) -> None:
    needed = dict(profile.columns) | {
        name: held.headings for name, held in profile.characteristics.items() if held.headings
    }
    if profile.extract.column:
        needed["extract date"] = (profile.extract.column,)
    missing = [accepted[0] for accepted in needed.values() if not set(accepted) & set(headings)]
    if missing:
        raise ExportError(
            f"{path}: the headings do not fit the profile {profile.name}: missing {', '.join(missing)}; "
            f"the file has {', '.join(headings[:30])}. Choose another profile or correct "
            f"data/profiles/{profile.name}.yaml."
        )


def heading_of(accepted: Sequence[str], headings: Sequence[str]) -> str | None:
    """The first accepted heading that a file has."""
    return next((name for name in accepted if name in headings), None)


def date_of_name(path: Path, extract: Extract) -> date | None:
    """The extract date in a file's name; None where the profile takes it from a column.

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


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
