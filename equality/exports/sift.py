"""Tells the rows of a text file from what cannot be a row, line by line; only damaged files come this way."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_LONGEST_ROW = 200
"""Lines over which one row may stretch by quoted line breaks."""
_LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class Misfit:
    """A line that cannot be a row.

    Attributes:
        source_row: its place among the rows of the file, from 1.
        line: its line in the file, from 1.
        reason: why, in words that go on from "line 7".
        raw_text: as it stands in the file.
    """

    source_row: int
    line: int
    reason: str
    raw_text: str


@dataclass(frozen=True)
class Sifted:
    """What sifting a file found.

    Attributes:
        rows: good and misfit rows together; blank lines are no rows.
        misfits: those set aside.
    """

    rows: int
    misfits: list[Misfit]


def sift(source: Path, after: int, separator: str, width: int, target: Path) -> Sifted:
    """Write the good rows of a UTF-8 text file as clean CSV, each behind its number and its line.

    Args:
        source: the file.
        after: the line on which the headings end.
        separator: between fields.
        width: how many headings there are.
        target: the new file: comma-separated, without headings, first `source_row` and `line`.
    """
    misfits = []
    number = 0
    with (
        source.open(encoding="utf-8-sig", newline="\n") as lines,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n")
        for row in _rows(lines, after, separator, width):
            number += 1
            if row.reason is None:
                writer.writerow([number, row.line, *row.fields])
            else:
                misfits.append(Misfit(number, row.line, row.reason, row.raw))
    return Sifted(number, misfits)


@dataclass(frozen=True)
class _Row:
    line: int
    raw: str
    fields: list[str]
    reason: str | None


def _rows(file: IO[str], after: int, separator: str, width: int) -> Iterator[_Row]:
    lines = _Lines(file)
    for _ in range(after):
        lines.next()
    while (first := lines.next()) is not None:
        start = lines.number
        if not first.strip("\r\n"):
            continue
        if "\x00" in first:
            yield _Row(start, _cut(first), [], "holds NUL bytes: the file is damaged there")
            continue
        if '"' not in first:
            yield _checked(start, first, first.rstrip("\r\n").split(separator), width)
            continue
        yield _quoted(lines, first, start, separator, width)


def _quoted(lines: _Lines, first: str, start: int, separator: str, width: int) -> _Row:
    """The row that begins on a line with quotation marks, and may end some lines further on."""
    taken = [first]
    quotes = first.count('"')
    fields = _parsed(taken, separator)
    while fields is None and len(taken) < _LONGEST_ROW and (following := lines.next()) is not None:
        taken.append(following)
        quotes += following.count('"')
        # Only an even number of quotation marks can close a field: the others need not be tried.
        fields = _parsed(taken, separator) if quotes % 2 == 0 else None
    if fields is not None and not _swallowed(taken, separator, width, fits=len(fields) == width):
        return _checked(start, "".join(taken), fields, width)
    # A quotation mark that is never closed must not swallow the rows below it.
    lines.back(taken[1:])
    return _Row(start, _cut(first), [], "opens a quotation mark that is not closed; look for a stray one in that line")


def _parsed(taken: list[str], separator: str) -> list[str] | None:
    try:
        rows = list(csv.reader(taken, delimiter=separator, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _swallowed(taken: list[str], separator: str, width: int, *, fits: bool) -> bool:
    """Whether a stray quotation mark has made one row of several: lines that are rows by their separators."""
    full = [line.count(separator) == width - 1 for line in taken]
    if len(taken) == 1 or width < 3:
        return False
    # Two stray marks may even leave the right number of fields; then the first and the last line give it away.
    return (full[0] and full[-1]) if fits else any(full[1:])


def _checked(start: int, raw: str, fields: list[str], width: int) -> _Row:
    if len(fields) == width:
        return _Row(start, raw, fields, None)
    return _Row(start, _cut(raw), [], _wrong_width(len(fields), width))


def _wrong_width(has: int, width: int) -> str:
    return f"has {has} fields, the headings have {width}; look for a stray separator or quote in that line"


def _cut(raw: str) -> str:
    """The raw text as it is kept: a line of megabytes is no row, and its beginning says enough."""
    return raw.rstrip("\r\n")[:_LONGEST_TEXT]


class _Lines:
    """Lines that can be put back."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._waiting: deque[str] = deque()
        self.number = 0

    def next(self) -> str | None:
        line = self._waiting.popleft() if self._waiting else self._file.readline()
        if not line:
            return None
        self.number += 1
        return line

    def back(self, lines: list[str]) -> None:
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)
