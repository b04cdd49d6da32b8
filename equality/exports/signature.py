"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import codecs
import zipfile
from enum import Enum
from pathlib import Path

from equality.errors import ExportError

HEAD = 1 << 16
"""How much of a file's beginning is looked at."""


class Kind(Enum):
    """The containers that can be read."""

    text = "text"
    gzip = "gzip"
    zip = "zip"
    workbook = "workbook"
    parquet = "parquet"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KNOWN = ((b"\x1f\x8b", Kind.gzip), (b"PAR1", Kind.parquet), (_OLE, Kind.workbook))
_STRANGE = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"BM\x00", "a picture (BMP)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_MARKUP = (
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<table", "a web page (HTML)"),
    (b"<?xml", "an XML document"),
    (b"{", "a JSON document"),
    (b"[{", "a JSON document"),
)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_of(path: Path, shown: str) -> Kind:
    """The kind of a file.

    Args:
        path: where its bytes are.
        shown: what the user calls it.

    Raises:
        ExportError: if the file is empty or is known to be something other than a table.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise ExportError(f"{shown}: the file is empty; export it again from the recording system.")
    for start, kind in _KNOWN:
        if head.startswith(start):
            return kind
    if head.startswith(b"PK"):
        return _zip_or_workbook(path, shown)
    strange = next((what for start, what in _STRANGE if head.startswith(start)), None) or _markup(head)
    if strange:
        raise ExportError(
            f"{shown}: this is {strange}, not a table; export the records as CSV or as a workbook and load that."
        )
    return Kind.text


def _markup(head: bytes) -> str | None:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:20].lower()
    return next((what for begin, what in _MARKUP if start.startswith(begin)), None)


def _zip_or_workbook(path: Path, shown: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names:
                if any(name.startswith("xl/") for name in names):
                    return Kind.workbook
                raise ExportError(f"{shown}: this is an Office document without sheets; load a workbook or CSV.")
            if names[:1] == ["mimetype"] or "META-INF/manifest.xml" in names:
                return Kind.workbook
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise ExportError(
            f"{shown}: this is a workbook or a zip file that is damaged or cut short; copy or export it again."
        ) from error
    return Kind.zip


def encoding_of(head: bytes) -> str | None:
    """The encoding that a byte order mark or the pattern of NUL bytes shows; None where bytes must be tried."""
    if head.startswith(_UTF32):
        return "utf-32"
    if head.startswith(_UTF16):
        return "utf-16"
    pairs = len(head) // 2
    if pairs and b"\x00" in head:
        # Western text in UTF-16 has a NUL in nearly every second byte, and always on the same side.
        even, odd = head[: 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
        if odd > 0.7 * pairs and even < 0.05 * pairs:
            return "utf-16-le"
        if even > 0.7 * pairs and odd < 0.05 * pairs:
            return "utf-16-be"
    return None
