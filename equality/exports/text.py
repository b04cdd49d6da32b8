"""Text files: which encoding, converted to UTF-8 where needed, and what the file's bytes count up to."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from equality.errors import ExportError
from equality.exports.signature import HEAD, encoding_of
from equality.exports.workspace import Workspace

_CHUNK = 1 << 18
"""Small enough to stay in a processor's cache while it is looked at several times."""
_PIECE = 8 << 20
_LINE_FEED, _CARRIAGE_RETURN = b"\n\r"
LONGEST_LINE = 16 << 20
"""Bytes without a line break after which a file is no table."""


@dataclass(frozen=True)
class Text:
    """A text file in UTF-8, perhaps converted.

    Attributes:
        path: where the UTF-8 is: the file itself, or a temporary file.
        encoding: of the file as it was given, in words.
        clean: every line break ends a row that has something in it, and no byte is NUL.
        quoted: there is a quotation mark somewhere.
        lines: how many lines there are.
    """

    path: Path
    encoding: str
    clean: bool
    quoted: bool
    lines: int


def checksum(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    # In larger pieces than `hashlib.file_digest` takes: between two of them it would wait for whatever Python does.
    piece = memoryview(bytearray(_PIECE))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(piece):
            digest.update(piece[:size])
    return digest.hexdigest()


def read_text(path: Path, shown: str, workspace: Workspace) -> Text:
    """Find a file's encoding and give it as UTF-8.

    Raises:
        ExportError: if the bytes are no text in an encoding that exports use.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    marked = encoding_of(head)
    if marked:
        out = workspace.file(".csv")
        _convert(path, out, marked, shown)
        return _counted(out, marked.upper(), shown)
    found = _counted(path, "UTF-8", shown)
    if found.lines <= 1 and b"\r" in head:
        out = workspace.file(".csv")
        with path.open("rb") as source, out.open("wb") as target:
            # A lone carriage return ended lines on old Macs.
            while chunk := source.read(_CHUNK):
                target.write(chunk.replace(b"\r", b"\n"))
        found = _counted(out, "UTF-8", shown)
    if found.encoding == "UTF-8":
        return found
    out = workspace.file(".csv")
    encoding = _convert_lines(found.path, out, shown)
    return _counted(out, encoding, shown)


def _convert(path: Path, out: Path, encoding: str, shown: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with out.open("w", encoding="utf-8", newline="") as target:
            for chunk, last in _chunks(path):
                target.write(decoder.decode(chunk, final=last).removeprefix("\ufeff"))
    except UnicodeError as error:
        raise ExportError(
            f"{shown}: the file begins as {encoding.upper()} but is cut short or damaged further on; export it again."
        ) from error


def _convert_lines(path: Path, out: Path, shown: str) -> str:
    """Convert a file that is not UTF-8 throughout, line by line: a line is UTF-8 if it can be, else Windows-1252."""
    converted = kept = 0
    with path.open("rb") as source, out.open("wb") as target:
        for number, line in enumerate(source, start=1):
            try:
                line.decode("utf-8")
                kept += not line.isascii()
                target.write(line)
            except UnicodeDecodeError as broken:
                try:
                    target.write(line.decode("cp1252").encode("utf-8"))
                except UnicodeDecodeError as error:
                    raise ExportError(
                        f"{shown}: line {number} has the byte 0x{line[error.start]:02X}, which is neither UTF-8 nor "
                        "Windows-1252; save the file as 'CSV UTF-8' and load that."
                    ) from broken
                converted += 1
    if kept:
        return f"UTF-8 in {kept:,} lines and Windows-1252 in {converted:,}"
    return "Windows-1252"


def _chunks(path: Path) -> Iterator[tuple[bytes, bool]]:
    with path.open("rb") as file:
        chunk = file.read(_CHUNK)
        while chunk:
            following = file.read(_CHUNK)
            yield chunk, not following
            chunk = following


def _counted(path: Path, encoding: str, shown: str) -> Text:
    """Count what the file holds; the encoding is "not UTF-8" where it is not."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = since = 0
    # A file that begins with a line break begins with an empty line.
    clean, quoted, before = True, False, b"\n"
    for chunk, last in _chunks(path):
        breaks = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == _LINE_FEED)
        lengths = np.diff(breaks, prepend=-1 - since)
        lines += len(breaks)
        since = len(chunk) - 1 - int(breaks[-1]) if len(breaks) else since + len(chunk)
        if since > LONGEST_LINE:
            raise ExportError(f"{shown}: line {lines + 1} is longer than {LONGEST_LINE >> 20} MB: this is no table.")
        quoted = quoted or b'"' in chunk
        clean = clean and b"\x00" not in chunk and not _empty_line(breaks, lengths, before, chunk)
        before = chunk[-1:]
        # Most exports are ASCII almost throughout, which is quicker to see than to decode.
        if encoding == "UTF-8" and not (chunk.isascii() and not last and not decoder.getstate()[0]):
            try:
                decoder.decode(chunk, final=last)
            except UnicodeDecodeError:
                encoding = "not UTF-8"
    return Text(path, encoding, clean, quoted, lines + (before != b"\n"))


def _empty_line(breaks: npt.NDArray[np.intp], lengths: npt.NDArray[np.intp], before: bytes, chunk: bytes) -> bool:
    """Whether a line has nothing in it but perhaps a carriage return.

    Args:
        breaks: where the lines end.
        lengths: of the lines, the break included.
        before: the byte before the chunk.
        chunk: the bytes.
    """
    if lengths.min(initial=LONGEST_LINE) > len(b"\r\n"):
        return False
    ends = np.frombuffer(before + chunk, dtype=np.uint8)[breaks[lengths == len(b"\r\n")]]
    return bool((lengths == 1).any() or (ends == _CARRIAGE_RETURN).any())
