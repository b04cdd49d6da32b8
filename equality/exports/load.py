"""Loads export files: check, code, measure, and add a snapshot; all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from equality.errors import ExportError
from equality.exports import dates
from equality.exports.code import code
from equality.exports.profile import Profile
from equality.exports.read import ExportFile, open_exports
from equality.measures import measure
from equality.measures.dimensions import DIMENSIONS, FLAG_BITS
from equality.store.registry import Registry, new_id, superseded
from equality.store.snapshot import Snapshot, SourceFile

Progress = Callable[[int, int, str], None]
"""Called with steps done, steps in all, and what comes next."""


@dataclass(frozen=True)
class Loaded:
    """What a load did.

    Attributes:
        snapshots: the new snapshots, the oldest extract first.
        unmapped: the labels that were not recognised: `field`, `label`, `records`.
    """

    snapshots: tuple[Snapshot, ...]
    unmapped: pl.DataFrame


def load(paths: Sequence[Path], profile: Profile, store: Path, progress: Progress | None = None) -> Loaded:
    """Load export files into a store.

    Args:
        paths: files of one recording system.
        profile: the profile they fit.
        store: the store's folder.
        progress: told of every step.

    Returns:
        The new snapshots: one per extract date or one in all, as the profile says.

    Raises:
        ExportError: if a file cannot be read, does not fit, or has been loaded before. Every file is checked
            before the first is loaded; a snapshot that has become visible stays.
    """
    registry = Registry(store)
    files = open_exports(paths, profile)
    _refuse_repeats(files, registry)
    groups = list(_snapshot_groups(files, profile))
    report = progress or (lambda done, steps, what: None)
    loaded: list[Snapshot] = []
    unmapped = []
    state: pl.DataFrame | None = None
    for done, (extract_date, members) in enumerate(groups):
        report(done, len(groups), f"extract of {extract_date:%d %B %Y}")
        extract = _read(members, extract_date, profile)
        state = _state_after(extract, state, registry)
        snapshot = _describe(extract, profile, state)
        # The verdict is about what is known now: of several extracts loaded together only the newest gets one.
        write = _writer(extract, snapshot, state, profile, verdict=done == len(groups) - 1)
        loaded.append(registry.add(snapshot, write))
        unmapped.append(extract.unmapped)
    report(len(groups), len(groups), "done")
    together = pl.concat(unmapped).group_by("field", "label").agg(pl.col("records").sum())
    return Loaded(tuple(loaded), together.sort("records", "field", "label", descending=[True, False, False]))


def _refuse_repeats(files: Sequence[ExportFile], registry: Registry) -> None:
    seen: dict[str, Path] = {}
    for file in files:
        if file.sha256 in seen:
            raise ExportError(f"{file.path}: has the same content as {seen[file.sha256]}; name each file once.")
        seen[file.sha256] = file.path
        if earlier := registry.holds(file.sha256):
            raise ExportError(
                f"{file.path}: was loaded on {earlier.loaded_at:%d %B %Y} (snapshot {earlier.id}); nothing to do."
            )


def _snapshot_groups(files: Sequence[ExportFile], profile: Profile) -> Iterator[tuple[date, list[ExportFile]]]:
    """The files of each snapshot to be, the oldest extract first."""
    by_date: dict[date, list[ExportFile]] = {}
    for file in files:
        for extract_date in _extract_dates(file, profile):
            by_date.setdefault(extract_date, []).append(file)
    if profile.extract.snapshot == "all_files":
        yield max(by_date), list(files)
    else:
        yield from sorted(by_date.items(), key=lambda group: group[0])


def _extract_dates(file: ExportFile, profile: Profile) -> list[date]:
    if file.extract_date:
        return [file.extract_date]
    column = profile.extract.column or ""
    try:
        found = file.scan().select(dates.parsed(pl.col(column), profile.dates).unique()).collect(engine="streaming")
    except pl.exceptions.PolarsError as error:
        raise _unreadable([file], error) from error
    days = found[column].to_list()
    if None in days:
        raise ExportError(f"{file.path}: the column {column!r} must hold the extract date in every row.")
    return days


@dataclass(frozen=True)
class _Extract:
    """The rows of one extract, coded and collected."""

    files: tuple[ExportFile, ...]
    extract_date: date
    source: str
    characteristics: tuple[str, ...]
    dimensions: tuple[str, ...]
    synthetic: bool
    records: pl.DataFrame
    rejected: pl.DataFrame
    unmapped: pl.DataFrame
    rows_in: dict[str, int]


def _read(files: list[ExportFile], extract_date: date, profile: Profile) -> _Extract:
    try:
        coded = code(files, profile)
        frames = [coded.records, coded.rejected, coded.delivered]
        if profile.extract.snapshot == "each_extract_date":
            frames = [frame.filter(pl.col("extract_date") == extract_date) for frame in frames]
        frames[2] = frames[2].group_by("source_file").len()
        records, rejected, delivered = pl.collect_all(frames, engine="streaming")
    except pl.exceptions.PolarsError as error:
        raise _unreadable(files, error) from error
    if records.is_empty():
        raise ExportError(f"{files[0].path}: no row could be read as a record of {extract_date:%d %B %Y}.")
    return _Extract(
        files=tuple(files),
        extract_date=extract_date,
        source=profile.source,
        characteristics=coded.characteristics,
        dimensions=coded.dimensions,
        synthetic=coded.synthetic,
        records=records,
        rejected=rejected,
        unmapped=coded.unmapped,
        rows_in=dict(delivered.iter_rows()),
    )


def _state_after(extract: _Extract, state: pl.DataFrame | None, registry: Registry) -> pl.DataFrame:
    """What is known once an extract is in: its records, and earlier ones that it does not hold.

    An extract that is older than one already loaded gives the state of its own day.
    """
    if state is None:
        earlier = [s for s in registry.snapshots(extract.source) if s.extract_date <= extract.extract_date]
        if not earlier:
            return extract.records
        state = registry.records(extract.source, earlier[-1]).collect(engine="streaming")
    return superseded([state.lazy(), extract.records.lazy()]).collect()


def _writer(
    extract: _Extract, snapshot: Snapshot, state: pl.DataFrame, profile: Profile, *, verdict: bool
) -> Callable[[Path], None]:
    """Writes the files of a snapshot into a folder."""

    def write(folder: Path) -> None:
        extract.records.write_parquet(folder / "records.parquet")
        extract.rejected.write_parquet(folder / "rejected.parquet")
        extract.unmapped.write_parquet(folder / "unmapped.parquet")
        counts = measure.count(state.lazy(), extract.characteristics, tuple(snapshot.dimensions))
        counts.collect().write_parquet(folder / "counts.parquet")
        if verdict:
            outcome = measure.validate(state.lazy(), extract.characteristics, profile.crime_reference_pattern)
            (folder / "validation.json").write_text(json.dumps(outcome, indent=1), encoding="utf-8")

    return write


def _describe(extract: _Extract, profile: Profile, state: pl.DataFrame) -> Snapshot:
    accepted = dict(extract.records.group_by("source_file").len().iter_rows())
    refused = dict(extract.rejected.group_by("source_file").len().iter_rows())
    first, last = state.select(first=pl.col("month").min(), last=pl.col("month").max()).row(0)
    now = datetime.now(UTC)
    titles = {name: profile.dimension_titles.get(name, DIMENSIONS[name]) for name in extract.dimensions}
    return Snapshot(
        id=new_id(profile.source, extract.extract_date, now),
        source=profile.source,
        title=profile.title,
        synthetic=extract.synthetic,
        extract_date=extract.extract_date,
        loaded_at=now,
        months=(first, last),
        headline_role=profile.headline_role,
        characteristics=extract.characteristics,
        dimensions=titles,
        flags=_flags(state.lazy()),
        files=tuple(
            SourceFile(
                file.name,
                file.sha256,
                extract.rows_in.get(file.name, 0),
                accepted.get(file.name, 0),
                refused.get(file.name, 0),
            )
            for file in extract.files
        ),
        attribution=profile.attribution,
        folder=Path(),
    )


def _flags(state: pl.LazyFrame) -> tuple[str, ...]:
    if "flags" not in state.collect_schema():
        return ()
    used = state.select(pl.col("flags").unique()).collect()["flags"].to_list()
    return tuple(flag for flag, bit in FLAG_BITS.items() if any(mask & bit for mask in used if mask))


def _unreadable(files: Sequence[ExportFile], error: Exception) -> ExportError:
    names = ", ".join(str(file.path) for file in files[:3]) + (" …" if len(files) > 3 else "")
    first = str(error).strip().splitlines()[0]
    return ExportError(f"{names}: the rows cannot be read as a table ({first}). Check for stray separators or quotes.")
