"""Which table of a joined set a file is, and which files belong together as one set."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equality.errors import ExportError
from equality.exports.export_file import ExportFile, date_of_name
from equality.exports.profile import Profile
from equality.exports.tables import JoinedTable


@dataclass(frozen=True)
class FileSet:
    """Files that are joined to each other: those of one extract.

    Attributes:
        day: the extract's date, where the files' names say it; else None.
        tables: table of the profile → its files, in the order given; every table has at least one.
        notes: sheets that are none of them.
    """

    day: date | None
    tables: Mapping[str, tuple[ExportFile, ...]]
    notes: tuple[str, ...] = ()


def file_sets(
    files: Sequence[ExportFile], profile: Profile, passed_over: Sequence[str] = (), *, whole: bool = True
) -> list[FileSet]:
    """Tell the files' tables and put those of one extract together.

    Args:
        files: opened without a profile.
        profile: has `tables`.
        passed_over: what was no table, and why.
        whole: refuse a set that lacks a table.

    Raises:
        ExportError: if a file is none of the tables, may be several, or a set lacks a table.
    """
    containers = Counter(_container(file.path) for file in files)
    passed_over, notes = list(passed_over), []
    by_day: dict[date | None, dict[str, list[ExportFile]]] = {}
    for file in files:
        container = _container(file.path)
        alone = container != file.path and containers[container] == 1
        try:
            table = table_of(file, profile.tables, [file.path.name, *([container.name] if alone else [])])
        except ExportError as error:
            if file.sheet is None:
                raise
            # A workbook may well have a sheet that explains the others.
            passed_over.append(str(error))
            notes.append(f"the sheet {file.sheet!r} is none of the profile's tables and is not read")
            continue
        by_day.setdefault(_day(file.path, container, profile), {}).setdefault(table, []).append(file)
    sets = [
        FileSet(day, {name: tuple(members) for name, members in found.items()}, tuple(notes))
        for day, found in by_day.items()
    ]
    if not sets:
        raise ExportError(passed_over[0])
    for each in sets if whole else []:
        _check_whole(each, profile.tables, passed_over)
    return sets


def table_of(file: ExportFile, tables: Mapping[str, JoinedTable], names: Sequence[str]) -> str:
    """The table that a file is: of several that it could be, the one that asks for most.

    Args:
        file: its headings are looked at.
        tables: of the profile.
        names: under which the file is known.

    Raises:
        ExportError: if it is none, or cannot be told.
    """
    lacks = {name: _lacking(file, table, names) for name, table in tables.items()}
    fitting = {
        name: len(table.required) + (table.file_name is not None) for name, table in tables.items() if not lacks[name]
    }
    if not fitting:
        why = "; ".join(f"for {name} it lacks {', '.join(missing)}" for name, missing in lacks.items())
        raise ExportError(f"{file.path}: is none of the tables of the profile: {why}. Correct the profile's `tables`.")
    best = [name for name, asked in fitting.items() if asked == max(fitting.values())]
    if len(best) > 1:
        raise ExportError(
            f"{file.path}: may be {' or '.join(best)}; give these tables a `file_name`, or more headings under "
            "`must_have`, in the profile."
        )
    return best[0]


def _lacking(file: ExportFile, table: JoinedTable, names: Sequence[str]) -> list[str]:
    missing = [f"the heading {heading[:80]}" for heading in table.required if heading not in file.headings]
    if table.file_name and not any(re.search(table.file_name, name) for name in names):
        missing.append(f"a name like {table.file_name}")
    return missing


def _container(path: Path) -> Path:
    """The file on disk in which a table is."""
    return next((each for each in (path, *path.parents) if each.is_file()), path)


def _day(path: Path, container: Path, profile: Profile) -> date | None:
    """The date in a table's name, or in that of the file in which it is."""
    try:
        return date_of_name(path, profile.extract)
    except ExportError:
        if container == path:
            raise
        return date_of_name(container, profile.extract)


def _check_whole(found: FileSet, tables: Mapping[str, JoinedTable], passed_over: Sequence[str]) -> None:
    missing = [_described(name, table) for name, table in tables.items() if name not in found.tables]
    if not missing:
        return
    here = ", ".join(f"{name} ({', '.join(f.path.name for f in files[:3])})" for name, files in found.tables.items())
    when = f" of {found.day:%d %B %Y}" if found.day else ""
    unread = f" What was passed over: {' '.join(passed_over)}" if passed_over else ""
    raise ExportError(
        f"These files are part of a set{when}: {here}. Missing: {'; '.join(missing)}. Choose the files of all tables "
        f"together.{unread}"
    )


def _described(name: str, table: JoinedTable) -> str:
    asked = f"a file with the headings {', '.join(table.required)}"
    return f"{name} ({asked}{f', and a name like {table.file_name}' if table.file_name else ''})"
