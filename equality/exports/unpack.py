"""Unpacks gzip and zip into temporary files, within bounds that a compressed bomb cannot pass."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from equality.errors import ExportError
from equality.exports.workspace import Workspace

MAX_UNPACKED = 16 << 30
"""Bytes that one archive may unpack to."""
MAX_RATIO = 200
"""How many times its packed size an archive may unpack to; exports shrink ten- to fifty-fold."""
_FREE = 64 << 20
"""Below this the ratio is not looked at: a short export of one repeated row is no attack."""
MAX_MEMBERS = 1000
TABLES = frozenset({".csv", ".tsv", ".txt", ".tab", ".psv", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".gz", ""})
"""Endings of archive members that are read; a licence or a picture beside them is passed over."""
_CHUNK = 1 << 20


def gunzip(path: Path, shown: str, workspace: Workspace) -> Path:
    """Unpack a gzip file.

    Raises:
        ExportError: if it is damaged or unpacks to too much.
    """
    out = workspace.file(".part")
    try:
        with gzip.open(path) as source:
            _copy(source, out, _Bound(shown, path.stat().st_size))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ExportError(f"{shown}: the gzip file is damaged or cut short; copy it again.") from error
    return out


def unzip(path: Path, shown: str, workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """Unpack the tables in a zip file, one at a time: each member's name and where its bytes are.

    Raises:
        ExportError: if it is damaged, encrypted, holds no table, or unpacks to too much.
    """
    bound = _Bound(shown, path.stat().st_size)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if _is_table(m)]
            if not members:
                raise ExportError(f"{shown}: the zip file holds no table; zip the export files and load that.")
            if len(members) > MAX_MEMBERS:
                raise ExportError(f"{shown}: the zip file holds {len(members)} files, at most {MAX_MEMBERS} are read.")
            for member in members:
                if member.flag_bits & 1:
                    raise ExportError(f"{shown}: {member.filename} is encrypted; unpack it and load what it holds.")
                out = workspace.file(".part")
                with archive.open(member) as source:
                    _copy(source, out, bound)
                yield member.filename, out
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, RuntimeError) as error:
        raise ExportError(f"{shown}: the zip file is damaged or cut short ({error}); copy it again.") from error


def check_size(path: Path, shown: str) -> None:
    """Refuse a workbook that would unpack to too much: its reader takes a sheet whole into memory.

    Raises:
        ExportError: if the parts of the workbook are damaged or unpack to too much.
    """
    if not zipfile.is_zipfile(path):
        return
    bound = _Bound(shown, path.stat().st_size)
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                with archive.open(member) as source:
                    while chunk := source.read(_CHUNK):
                        bound.add(len(chunk))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, RuntimeError) as error:
        raise ExportError(f"{shown}: the workbook is damaged or protected ({error}); save it again.") from error


def check_parquet(path: Path, shown: str) -> None:
    """Refuse a Parquet file whose parts would unpack to too much.

    Raises:
        ExportError: if it is damaged or unpacks to too much.
    """
    bound = _Bound(shown, path.stat().st_size)
    try:
        with pq.ParquetFile(path) as file:
            for number in range(file.metadata.num_row_groups):
                bound.add(file.metadata.row_group(number).total_byte_size)
    except (pa.ArrowException, OSError) as error:
        raise ExportError(f"{shown}: the Parquet file is damaged or cut short; export it again.") from error


def _is_table(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return not member.is_dir() and not hidden and path.suffix.lower() in TABLES


class _Bound:
    """Counts what an archive unpacks to, because the sizes that it states may be wrong."""

    def __init__(self, shown: str, packed: int) -> None:
        self._shown, self._packed, self._unpacked = shown, packed, 0

    def add(self, size: int) -> None:
        self._unpacked += size
        allowed = min(MAX_UNPACKED, max(_FREE, MAX_RATIO * self._packed))
        if self._unpacked > allowed:
            raise ExportError(
                f"{self._shown}: unpacks to more than {allowed >> 20:,} MB, which no export of its packed size does; "
                "unpack it yourself, look at what it holds, and load that."
            )


def _copy(source: IO[bytes] | gzip.GzipFile, out: Path, bound: _Bound) -> None:
    with out.open("wb") as target:
        while chunk := source.read(_CHUNK):
            bound.add(len(chunk))
            target.write(chunk)
