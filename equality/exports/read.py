"""Opens export files of any kind as tables of text, and refuses what cannot be read before anything is stored."""

from __future__ import annotations

import functools
import glob
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

import polars as pl

from equality.errors import ExportError
from equality.exports import dates
from equality.exports.export_file import ExportFile, date_of_name
from equality.exports.layout import SEPARATOR_NAMES, column_names, heading_of, layout_of
from equality.exports.profile import Profile, Reading
from equality.exports.rows import Table, refuse_empty, text_table
from equality.exports.signature import Kind, kind_of
from equality.exports.text import checksum, read_text
from equality.exports.unpack import gunzip, unzip
from equality.exports.workbook import Sheet, read_parquet, read_workbook, scan_parquet, sheet_names
from equality.exports.workspace import Room, Workspace


def open_exports(
    paths: Sequence[Path],
    profile: Profile,
    checking: Callable[[Path], None] = lambda path: None,
    room: Room | None = None,
) -> list[ExportFile]:
    """Open files, patterns (`*.csv`) and every table in zip files.

    Args:
        paths: files and patterns.
        profile: the profile that they fit.
        checking: told of every file before it is opened.
        room: for rows in memory; None keeps all rows in temporary files.

    Raises:
        ExportError: naming the file, what is wrong with it and what to do.
    """
    opened: list[ExportFile] = []
    for path in expanded(paths):
        checking(path)
        with _readable(path):
            opened += [_open_table(part, shown, profile, workspace) for part, shown, workspace in _parts(path, room)]
    return _named_apart(opened)


def open_loose(
    paths: Sequence[Path],
    wanted: list[tuple[str, ...]],
    labelled: frozenset[str],
    reading: Reading,
    checking: Callable[[Path], None] = lambda path: None,
) -> tuple[list[ExportFile], list[str]]:
    """Open files of which it is not yet known what tables they hold; of workbooks every sheet with rows.

    Args:
        paths: files and patterns.
        wanted: accepted headings of every field that any of them may hold.
        labelled: headings of columns in which few different values are expected.
        reading: how the files are laid out.
        checking: told of every file before it is opened.

    Returns:
        The tables, without extract dates; and which sheets are none, and why.

    Raises:
        ExportError: naming the file, what is wrong with it and what to do.
    """
    opened: list[ExportFile] = []
    passed_over: list[str] = []
    for path in expanded(paths):
        checking(path)
        with _readable(path):
            for packed, shown, workspace in _parts(path):
                part, kind = _unwrapped(packed, shown, workspace)
                if kind is not Kind.workbook:
                    opened.append(_loose(part, kind, shown, wanted, labelled, reading, workspace))
                    continue
                named = reading.sheet if reading.sheet not in (None, "*") else None
                for sheet in [named] if named else sheet_names(part, str(shown)):
                    only = reading.model_copy(update={"sheet": sheet})
                    try:
                        opened.append(_loose(part, kind, shown / sheet, wanted, labelled, only, workspace))
                    except ExportError as error:
                        passed_over.append(str(error))
    if not opened:
        raise ExportError(passed_over[0])
    return _named_apart(opened), passed_over


def _loose(
    part: Path,
    kind: Kind,
    shown: Path,
    wanted: list[tuple[str, ...]],
    labelled: frozenset[str],
    reading: Reading,
    workspace: Workspace,
) -> ExportFile:
    with ThreadPoolExecutor(1) as beside:
        hashing = beside.submit(checksum, part)
        table = _table(part, kind, str(shown), wanted, reading, lambda _: None, workspace, labelled)
    digest = hashing.result()
    if kind is Kind.workbook:
        # Sheets of one workbook share its bytes.
        digest = hashlib.sha256(f"{digest} {reading.sheet}".encode()).hexdigest()
    sheet = shown.name if kind is Kind.workbook else None
    return ExportFile(
        path=shown,
        name="/".join(shown.parts[-2:]) if sheet else shown.name,
        sha256=digest,
        headings=table.headings,
        rows=table.rows,
        extract_date=None,
        misfits=table.misfits,
        notes=table.notes,
        _table=table.scan,
        _workspace=workspace,
        _kept=table.kept,
        sheet=sheet,
    )


def open_export(path: Path, profile: Profile) -> ExportFile:
    """Open a file that holds one table.

    Raises:
        ExportError: naming the file, what is wrong with it and what to do.
    """
    opened = open_exports([path], profile)
    if len(opened) > 1:
        raise ExportError(f"{path}: holds {len(opened)} tables; unpack it and name one.")
    return opened[0]


def expanded(paths: Sequence[Path]) -> Iterator[Path]:
    """The files that paths and patterns name.

    Raises:
        ExportError: if no file has such a name.
    """
    return (each for given in paths for each in _expanded(given))


def _expanded(path: Path) -> list[Path]:
    if path.is_file() or not glob.has_magic(str(path)):
        return [path]
    found = sorted(Path(name) for name in glob.glob(str(path)) if Path(name).is_file())
    if not found:
        raise ExportError(f"{path}: no file has such a name; check the pattern.")
    return found


def _parts(path: Path, room: Room | None = None) -> Iterator[tuple[Path, Path, Workspace]]:
    """Every part of a file that is a table: where its bytes are, what the user calls it, and its workspace."""
    workspace = Workspace(room)
    kind = kind_of(path, str(path))
    if kind is Kind.zip:
        for member, part in unzip(path, str(path), workspace):
            # The name is only ever shown and matched: nothing is written where it points.
            inside = [step for step in PurePosixPath(member).parts if step not in ("..", "/")]
            yield part, path.joinpath(*inside), workspace
    else:
        yield (gunzip(path, str(path), workspace) if kind is Kind.gzip else path), path, workspace


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What the operating system says against a file becomes a message."""
    if not path.is_file():
        what = "is a folder; name the files in it" if path.is_dir() else "does not exist; check the path"
        raise ExportError(f"{path}: {what}.")
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(f"{path}: cannot be read ({reason}); check the disk and the rights to it.") from error


def _unwrapped(part: Path, shown: Path, workspace: Workspace) -> tuple[Path, Kind]:
    """A part of a file without the gzip it may be in, and what it is."""
    kind = kind_of(part, str(shown))
    if kind is Kind.gzip and part != shown:
        part = gunzip(part, str(shown), workspace)
        kind = kind_of(part, str(shown))
    if kind in (Kind.gzip, Kind.zip):
        raise ExportError(f"{shown}: an archive inside an archive is not opened; unpack it and load what it holds.")
    return part, kind


def _open_table(packed: Path, path: Path, profile: Profile, workspace: Workspace) -> ExportFile:
    """One table.

    Args:
        packed: where its bytes are.
        path: what the user calls it.
        profile: the profile that it fits.
        workspace: for temporary files.
    """
    shown = str(path)
    part, kind = _unwrapped(packed, path, workspace)
    extract_date = date_of_name(path, profile.extract)
    check = functools.partial(_check_headings, shown, profile=profile)
    wanted = list(profile.needed.values())
    # Hashing is work for one processor, as is looking through the text; they need not wait for each other.
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(checksum, part)
        table = _table(part, kind, shown, wanted, profile.reading, check, workspace, profile.labelled)
    if profile.extract.newest:
        extract_date = _newest(table, shown, profile)
    return ExportFile(
        path=path,
        name=path.name,
        sha256=digest.result(),
        headings=table.headings,
        rows=table.rows,
        extract_date=extract_date,
        misfits=table.misfits,
        notes=table.notes,
        _table=table.scan,
        _workspace=workspace,
        _kept=table.kept,
    )


def _table(
    part: Path,
    kind: Kind,
    shown: str,
    wanted: list[tuple[str, ...]],
    reading: Reading,
    check: Callable[[Sequence[str]], None],
    workspace: Workspace,
    labelled: frozenset[str] = frozenset(),
) -> Table:
    if kind is Kind.text:
        table = _text_table(part, shown, wanted, reading, check, workspace, labelled)
    elif kind is Kind.workbook:
        sheet = read_workbook(part, shown, workspace, wanted, reading.sheet, reading.heading_row)
        table = _of_sheet(sheet, functools.partial(pl.scan_parquet, sheet.path, glob=False))
    else:
        sheet = read_parquet(part, shown, wanted)
        table = _of_sheet(sheet, functools.partial(scan_parquet, part, sheet.headings))
    check(table.headings)
    refuse_empty(shown, table)
    return table


def _of_sheet(sheet: Sheet, scan: Callable[[], pl.LazyFrame]) -> Table:
    return Table(sheet.headings, sheet.rows, scan, notes=sheet.notes)


def _text_table(
    part: Path,
    shown: str,
    wanted: list[tuple[str, ...]],
    reading: Reading,
    check: Callable[[Sequence[str]], None],
    workspace: Workspace,
    labelled: frozenset[str],
) -> Table:
    text = read_text(part, shown, workspace)
    layout = layout_of(text.path, wanted, reading.separator, reading.heading_row)
    if layout is None:
        raise ExportError(
            f"{shown}: no row among the first looks like headings of a table; if there is one, name its `heading_row` "
            "and `separator` under the profile's `reading`."
        )
    headings, notes = column_names(layout.cells, wanted)
    check(headings)
    labels = [heading for heading in headings if heading in labelled]
    table = text_table(text, layout, headings, shown, workspace, reading.broken_at_most, labels)
    if text.encoding != "UTF-8":
        notes.append(f"the file was converted to UTF-8 from {text.encoding}")
    if layout.separator != ",":
        notes.append(f"fields are separated by {SEPARATOR_NAMES[layout.separator]}s")
    if layout.first_line > 1:
        notes.append(f"the headings stand in line {layout.first_line}")
    return replace(table, notes=tuple(notes))


def open_unknown(path: Path, reading: Reading | None = None) -> ExportFile:
    """Open a file of which no profile is known yet; of a zip file the first table.

    Raises:
        ExportError: naming the file, what is wrong with it and what to do.
    """
    with _readable(path):
        workspace = Workspace()
        part, kind = path, kind_of(path, str(path))
        if kind is Kind.zip:
            part = next(unzip(path, str(path), workspace))[1]
            kind = kind_of(part, str(path))
        if kind is Kind.gzip:
            part = gunzip(part, str(path), workspace)
            kind = kind_of(part, str(path))
        if kind in (Kind.gzip, Kind.zip):
            raise ExportError(f"{path}: an archive inside an archive is not opened; unpack it.")
        table = _table(part, kind, str(path), [], reading or Reading(), lambda _: None, workspace)
    return ExportFile(
        path, path.name, "", table.headings, table.rows, None, table.misfits, table.notes, table.scan, workspace
    )


def _check_headings(shown: str, headings: Sequence[str], profile: Profile) -> None:
    missing = [accepted[0] for accepted in profile.needed.values() if not set(accepted) & set(headings)]
    if missing:
        raise ExportError(
            f"{shown}: the headings do not fit the profile {profile.name}: missing {', '.join(missing)}; "
            f"the file has {', '.join(heading[:80] for heading in headings[:30])}. Choose another profile or correct "
            f"data/profiles/{profile.name}.yaml."
        )


def _newest(table: Table, shown: str, profile: Profile) -> date:
    heading = heading_of(profile.columns["recorded_on"], table.headings) or ""
    rows = table.scan()
    newest = rows.select(dates.reader(rows, heading, profile.dates).max()).collect(engine="streaming").item()
    if newest is None:
        raise ExportError(
            f"{shown}: the column {heading!r} holds no date that the profile's formats can read; add the one of this "
            "file to the profile's `dates`."
        )
    return newest


def _named_apart(files: list[ExportFile]) -> list[ExportFile]:
    """The same files, with more of their paths in the names of those that would share one."""
    names = [file.name for file in files]
    for depth in range(2, max(len(file.path.parts) for file in files) + 1):
        shared = {name for name, times in Counter(names).items() if times > 1}
        names = [
            "/".join(file.path.parts[-depth:]) if name in shared else name
            for file, name in zip(files, names, strict=True)
        ]
    return [replace(file, name=name) for file, name in zip(files, names, strict=True)]
