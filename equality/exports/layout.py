"""How a table is laid out: separator, where the headings stand, and one name for every column."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from equality.exports.labels import fold

SEPARATORS = (",", ";", "\t", "|")
SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
RESERVED = ("source_file", "source_row", "line", "extract_date")
"""Names that reading gives to its own columns."""
_SAMPLE = 1 << 20
_DEPTH = 40
"""Among how many rows the headings are looked for."""


@dataclass(frozen=True)
class Layout:
    """Where the headings of a text file stand.

    Attributes:
        separator: between fields.
        first_line: the line on which the headings begin, from 1.
        last_line: the line on which they end: later than `first_line` where a heading holds a line break.
        cells: the heading cells as they stand.
    """

    separator: str
    first_line: int
    last_line: int
    cells: tuple[str, ...]


def layout_of(
    path: Path,
    wanted: Iterable[Sequence[str]] = (),
    separator: str | None = None,
    heading_row: int | None = None,
) -> Layout | None:
    """Find the separator and the heading row of a UTF-8 text file.

    Args:
        path: the file.
        wanted: the accepted headings of every field that a profile needs; the row that holds most of them is
            the heading row. Without any, the first row that looks like headings.
        separator: where it is known.
        heading_row: the line of the headings, where it is known.

    Returns:
        None if no row has more than one field.
    """
    sample = _sample(path)
    best: tuple[float, Layout] | None = None
    for candidate in [separator] if separator else SEPARATORS:
        rows = list(_rows(sample, candidate))
        if heading_row:
            rows = [row for row in rows if row[0] == heading_row]
        index, score = heading_index([cells for _, _, cells in rows], wanted, fixed=heading_row is not None)
        if index is not None and (best is None or score > best[0]):
            first, last, cells = rows[index]
            best = score, Layout(candidate, first, last, tuple(cells))
    return best[1] if best else None


def _sample(path: Path) -> str:
    with path.open("rb") as file:
        text = file.read(_SAMPLE).decode("utf-8", "replace").removeprefix("\ufeff")
    # The last line may be cut off by the sample.
    return text if len(text) < _SAMPLE // 4 or "\n" not in text else text[: text.rfind("\n") + 1]


def _rows(sample: str, separator: str) -> Iterable[tuple[int, int, list[str]]]:
    """The first rows with their first and last line."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    before = 0
    for _ in range(_DEPTH):
        try:
            cells = next(reader)
        except (StopIteration, csv.Error):
            return
        yield before + 1, reader.line_num, cells
        before = reader.line_num


def heading_index(
    rows: Sequence[Sequence[str | None]], wanted: Iterable[Sequence[str]], *, fixed: bool = False
) -> tuple[int | None, float]:
    """The index of the heading row among the first rows of a table, and how sure that is."""
    accepted = [{fold(name) for name in names} for names in wanted]
    width, share = _usual_width(rows)
    # Among readings that fit equally well, the one in which rows have the same and a larger width.
    evenness = share * min(width, 50) / 100
    best: tuple[int | None, float] = (None, 0.0)
    for index, cells in enumerate(rows):
        folded = {fold(cell) for cell in cells if cell}
        hits = sum(bool(names & folded) for names in accepted)
        if accepted and not fixed:
            score = hits + evenness if hits else 0.0
        else:
            score = evenness if (fixed or _looks_like_headings(cells, width)) and len(folded) > 1 else 0.0
        if score > best[1]:
            best = index, score
    if best[0] is None and accepted:
        return heading_index(rows, ())
    return best


def _usual_width(rows: Sequence[Sequence[str | None]]) -> tuple[int, float]:
    widths = Counter(len(row) for row in rows if any(row))
    if not widths:
        return 0, 0.0
    width, times = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
    return (width, times / widths.total()) if width > 1 else (width, 0.0)


def _looks_like_headings(cells: Sequence[str | None], width: int) -> bool:
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    named = [cell for cell in filled if not cell[0].isdigit() and len(cell) < 80]
    return len(filled) >= max(2, 0.6 * width) and len(named) >= 0.8 * len(filled)


def column_names(
    cells: Sequence[str | None], wanted: Iterable[Sequence[str]] = ()
) -> tuple[tuple[str, ...], list[str]]:
    """One name for each column, and notes about headings that had to be told apart.

    A heading that differs from an accepted one in case, spaces or dashes takes the accepted spelling. A heading
    that stands again becomes `Name (2)`, an empty one `column 7`.
    """
    spellings = {fold(name): name for names in wanted for name in names}
    given = Counter(dict.fromkeys(RESERVED, 1))
    names: list[str] = []
    repeated: Counter[str] = Counter()
    for number, cell in enumerate(cells, start=1):
        text = " ".join((cell or "").split()) or f"column {number}"
        text = spellings.get(fold(text), text)
        given[text] += 1
        if given[text] > 1:
            repeated[text] += text not in RESERVED
            text = f"{text} ({given[text]})"
        # A file may hold both `Name` twice and a heading `Name (2)`.
        while text in names:
            text += "'"
        names.append(text)
    notes = [
        f"the heading {name!r} stands {times + 1} times: the first is used; a profile may name '{name} (2)'"
        for name, times in repeated.items()
        if times
    ]
    return tuple(names), notes


def heading_of(accepted: Sequence[str], headings: Sequence[str]) -> str | None:
    """The first accepted heading that a file has."""
    return next((name for name in accepted if name in headings), None)
