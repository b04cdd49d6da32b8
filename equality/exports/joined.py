"""Exports that come as several tables joined by keys: the rows of one are the records, the others are looked up.

Each row of the records finds at most one row in every other table, because a key that stands twice there is settled
first: a join can only add columns, never rows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from equality.errors import ExportError
from equality.exports import dates
from equality.exports.export_file import ExportFile, Joined, JoinedFile
from equality.exports.fields import raw_text
from equality.exports.joined_columns import Columns, columns_of
from equality.exports.layout import heading_of
from equality.exports.profile import Profile
from equality.exports.read import open_exports, open_loose
from equality.exports.recognise_tables import FileSet, file_sets
from equality.exports.sides import Side, day_of, key_of, place, side_of, with_extract
from equality.exports.tables import bare, records_table
from equality.exports.workspace import Kept, Room, Workspace


def open_files(
    paths: Sequence[Path],
    profile: Profile,
    checking: Callable[[Path], None] = lambda path: None,
    room: Room | None = None,
) -> list[ExportFile]:
    """Open export files, and join them where the profile says that they are tables of a set.

    Args:
        paths: files and patterns.
        profile: the profile that they fit.
        checking: told of every file before it is opened.
        room: for rows in memory; the rows of tables that are joined are kept in temporary files.

    Returns:
        The files whose rows are records, with the columns of the tables joined to them.

    Raises:
        ExportError: naming the file, what is wrong with it and what to do.
    """
    if not profile.tables:
        return open_exports(paths, profile, checking, room)
    opened, passed_over = _opened(paths, profile, checking)
    return [file for each in file_sets(opened, profile, passed_over) for file in _join(each, profile)]


def tables_in(path: Path, profile: Profile) -> list[tuple[date | None, str, str]]:
    """The tables of a set that a file holds: the date in its name or None, the table, and its checksum.

    Raises:
        ExportError: if it holds none, or what is none.
    """
    opened, passed_over = _opened([path], profile)
    sets = file_sets(opened, profile, passed_over, whole=False)
    return [(s.day, table, file.sha256) for s in sets for table, files in s.tables.items() for file in files]


def _opened(
    paths: Sequence[Path], profile: Profile, checking: Callable[[Path], None] = lambda path: None
) -> tuple[list[ExportFile], list[str]]:
    wanted = [tuple(bare(name, profile.tables) for name in accepted) for accepted in profile.needed.values()]
    wanted += [(heading,) for table in profile.tables.values() for heading in table.required]
    return open_loose(paths, wanted, profile.labelled, profile.reading, checking)


@dataclass(frozen=True)
class _Staged:
    """The rows of one file of records with what was found for them."""

    file: ExportFile
    kept: Kept
    workspace: Workspace


def _join(found: FileSet, profile: Profile) -> list[ExportFile]:
    name = records_table(profile.tables)
    columns = columns_of(found, profile)
    sides = [side_of(other, found.tables[other], columns, profile) for other in profile.tables[name].joins]
    staged = [_stage(file, sides, columns, profile) for file in found.tables[name]]
    try:
        days = _days(staged, found, columns, profile)
        named = [[each.kept.scan().select(side.on).unique() for each in staged] for side in sides]
        accounts = [side.account(pl.concat(names), days, profile) for side, names in zip(sides, named, strict=True)]
        joined = Joined(
            files=tuple(
                JoinedFile(side.table, file.path, file.name, file.sha256, file.notes)
                for side in sides
                for file in side.files
            ),
            accounts=pl.concat([counted for counted, _ in accounts]),
            set_aside=pl.concat([aside for _, aside in accounts]),
        )
        made = [_as_file(each, sides, columns, days, joined, profile) for each in staged]
        return [replace(file, notes=(*file.notes, *found.notes)) for file in made]
    except pl.exceptions.PolarsError as error:
        files = [file.path.name for members in found.tables.values() for file in members]
        raise ExportError(
            f"{', '.join(files[:3])}: the tables cannot be joined ({type(error).__name__}); look for damaged rows."
        ) from error


def _stage(file: ExportFile, sides: Sequence[Side], columns: Columns, profile: Profile) -> _Staged:
    """Every row of a file of records, with the columns of the rows that it names."""
    columns.check_same(records_table(profile.tables), file)
    rows = with_extract(file.scan().drop("source_file"), columns.dated)
    for side in sides:
        rows = rows.with_columns(key_of(side.named_by).alias(side.key))
        found = side.kept().select(*side.on, *side.columns, pl.lit(True).alias(side.flag))
        rows = rows.join(found, on=side.on, how="left", maintain_order="left")
    workspace = Workspace()
    # Joined rows come from no one text, and with no room in memory its size decides nothing.
    return _Staged(file, workspace.keep(rows, 0, file.rows), workspace)


def _days(staged: Sequence[_Staged], found: FileSet, columns: Columns, profile: Profile) -> tuple[date, ...]:
    """The dates of the extracts in a set, the oldest first."""
    if found.day:
        return (found.day,)
    heading = profile.extract.column or heading_of(profile.columns["recorded_on"], columns.names) or ""
    spelled = [each.kept.scan().select(pl.col(heading).cast(pl.String).unique()) for each in staged]
    read = pl.concat(spelled).select(dates.parsed(pl.col(heading), profile.dates).unique())
    known: list[date] = read.collect(engine="streaming")[heading].drop_nulls().sort().to_list()
    if not known:
        raise ExportError(
            f"{staged[0].file.path}: the column {heading!r} holds no date that the profile's formats can read for any "
            "row; add the one of these files to the profile's `dates`, and see whether the keys find each other."
        )
    return (known[-1],) if profile.extract.newest else tuple(known)


def _as_file(
    each: _Staged,
    sides: Sequence[Side],
    columns: Columns,
    days: Sequence[date],
    joined: Joined,
    profile: Profile,
) -> ExportFile:
    """The rows of a file of records that found all they name, as a file like any other."""
    file = each.file
    unfound = _unfound(each, sides, days, profile)
    _check_found(file, unfound, sides, profile)
    broken = file.misfits.with_columns(pl.lit(days[-1]).alias("extract_date"))
    return replace(
        file,
        headings=columns.headings(file),
        misfits=pl.concat([broken, unfound.select(broken.columns)]),
        extract_date=None if profile.extract.column else days[-1],
        own=file.headings,
        joined=joined,
        _table=functools.partial(_found, each.kept, tuple(sides)),
        _workspace=each.workspace,
        _kept=each.kept,
    )


def _found(kept: Kept, sides: Sequence[Side]) -> pl.LazyFrame:
    rows = kept.scan().filter(pl.all_horizontal([side.is_found for side in sides]))
    return rows.drop([*(side.key for side in sides), *(side.flag for side in sides), "_extract"], strict=False)


def _unfound(each: _Staged, sides: Sequence[Side], days: Sequence[date], profile: Profile) -> pl.DataFrame:
    """The rows that name what is not there, with the reason, and the extract that they belong to."""
    reason = pl.coalesce(pl.when(~side.is_found).then(side.reason) for side in sides)
    rows = each.kept.scan().filter(~pl.all_horizontal([side.is_found for side in sides]))
    day = day_of(rows, days, profile)
    text = raw_text(each.file.headings)
    chosen = rows.select(*place(), reason.alias("reason"), text.alias("raw_text"), day)
    return chosen.collect(engine="streaming").sort("source_row")


def _check_found(file: ExportFile, unfound: pl.DataFrame, sides: Sequence[Side], profile: Profile) -> None:
    """Refuse a file most of whose rows find nothing: the keys are not those of the tables, or the extract is another.

    Raises:
        ExportError: naming the keys.
    """
    at_most = profile.reading.broken_at_most
    if unfound.height <= at_most * file.rows and unfound.height < file.rows:
        return
    keys = "; ".join(f"{side.table} by {' and '.join(side.named_by)}" for side in sides)
    raise ExportError(
        f"{file.path}: {unfound.height:,} of {file.rows:,} rows name what is in none of the other tables ({keys}), "
        f"more than the {at_most:.0%} that may be set aside. Are the files of one extract, and are these the keys? "
        "Keys are compared as text: 00123 is not 123."
    )
