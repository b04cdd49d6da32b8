"""Loads export files: check, code, compare, measure, and add snapshots; all of them or nothing."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from equality.choices.in_force import in_force
from equality.errors import EqualityError, ExportError, LoadCancelledError, WarningsNotAcceptedError
from equality.exports import closed, dates, drift, workspace
from equality.exports.export_file import ExportFile, joined_to
from equality.exports.extract import COMPRESSION, STORED, Extract, unreadable, write_extract
from equality.exports.joined import open_files
from equality.exports.profile import Profile
from equality.exports.validity import with_entries
from equality.measures import stored_states
from equality.measures.dimensions import DIMENSIONS, FLAG_BITS
from equality.measures.evidence import Extracted
from equality.protection.audit import Act, audit_log
from equality.protection.people import Person, local_person
from equality.store.registry import Registry, new_id, superseded
from equality.store.snapshot import Snapshot, SourceFile
from equality.store.writing import Writing
from equality.worklist.progress import at_load

Progress = Callable[[int, int, str], None]
"""Called with steps done, steps in all, and what comes next."""

Accept = Callable[[tuple[str, ...]], bool]
"""Asked with the warnings of a load; True accepts them."""

_IN_MEMORY: Final = 3_000_000_000
"""Bytes of rows that a load keeps in memory instead of in temporary files, which takes a seventh off its time.
They are let go before records are counted, for which a load needs two to three times as much."""


@dataclass(frozen=True)
class Loaded:
    """What a load did.

    Attributes:
        snapshots: the new snapshots, the oldest extract first.
        unmapped: the labels that were not recognised: `field`, `label`, `records`.
        warnings: what differed from the extracts before, and was accepted.
    """

    snapshots: tuple[Snapshot, ...]
    unmapped: pl.DataFrame
    warnings: tuple[str, ...] = ()


def load(
    paths: Sequence[Path],
    profile: Profile,
    store: Path,
    progress: Progress | None = None,
    *,
    cancelled: Callable[[], bool] | None = None,
    accept_warnings: bool | Accept = False,
    registry: Registry | None = None,
    by: Person | None = None,
    reason: str = "",
) -> Loaded:
    """Load export files into a store.

    Args:
        paths: files of one recording system.
        profile: the profile they fit.
        store: the store's folder.
        progress: told of every step.
        cancelled: asked between steps; once it says True the load ends and leaves nothing.
        accept_warnings: whether an export may differ from the one before; a callable is asked with the warnings.
        registry: the store's registry; None for the one that the settings name.
        by: who loads, for the audit log; None for whoever runs this process.
        reason: why, for the audit log.

    Returns:
        The new snapshots: one per extract date or one in all, as the profile says.

    Raises:
        ExportError: if a file cannot be read, does not fit, or has been loaded before.
        WarningsNotAcceptedError: if there are warnings and they are not accepted.
        LoadCancelledError: if it was cancelled.
        AuditError: if the load cannot be written to the audit log.

    Whatever it raises, no snapshot of this load is visible.
    """
    registry = registry or Registry(store)
    profile = with_entries(profile, registry.database)
    steps = _Steps(progress, cancelled)
    names = [path.name for path in paths]
    workspace.clear()
    try:
        files = _open(paths, profile, steps)
        groups = _snapshot_groups(files, profile)
    except EqualityError as error:
        registry.note_refusal(profile.source, names, error)
        raise
    about = {"source": profile.source, "files": [{"name": f.path.name, "sha256": f.sha256} for f in files]}
    with (
        audit_log(registry).acting(Act.load, by or local_person(), about, reason),
        registry.writing(profile.source, names, steps.wait, steps.is_cancelled) as writing,
    ):
        _refuse_repeats(files, registry)
        loading = _Loading(registry, writing, profile, steps, len(groups))
        parts = [loading.add(members, day, later=groups[place:]) for place, (day, members) in enumerate(groups, 1)]
        warnings = tuple(warning for snapshot, _ in parts for warning in snapshot.warnings)
        accepted = accept_warnings(warnings) if callable(accept_warnings) and warnings else accept_warnings
        if warnings and not accepted:
            raise WarningsNotAcceptedError(warnings)
        steps.take("making the snapshots visible")
        writing.commit([snapshot for snapshot, _ in parts], loading.settled)
    steps.done()
    visible = {s.id: s for s in registry.snapshots(profile.source)}
    together = pl.concat([unmapped for _, unmapped in parts]).group_by("field", "label").agg(pl.col("records").sum())
    return Loaded(
        tuple(visible[snapshot.id] for snapshot, _ in parts),
        together.sort("records", "field", "label", descending=[True, False, False]),
        warnings,
    )


class _Steps:
    """Says how far a load is, and stops it between steps if it is cancelled."""

    def __init__(self, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
        self._progress = progress or (lambda done, steps, what: None)
        self.is_cancelled = cancelled or (lambda: False)
        self._done = 0
        self.of = 1

    def take(self, what: str) -> None:
        if self.is_cancelled():
            raise LoadCancelledError("The load was cancelled; nothing was changed.")
        self._progress(self._done, self.of, what)
        self._done += 1

    def wait(self) -> None:
        self._progress(self._done, self.of, "waiting for another load to end")

    def done(self) -> None:
        self._progress(self.of, self.of, "done")


def _open(paths: Sequence[Path], profile: Profile, steps: _Steps) -> list[ExportFile]:
    steps.of = 2 * len(paths)  # until it is known how many extracts the files hold
    return open_files(paths, profile, lambda path: steps.take(f"checking {path.name}"), workspace.Room(_IN_MEMORY))


def _refuse_repeats(files: Sequence[ExportFile], registry: Registry) -> None:
    seen: dict[str, Path] = {}
    every = [(file.path, file.sha256) for file in files]
    every += [(other.path, other.sha256) for joined in joined_to(files) for other in joined.files]
    for path, sha256 in every:
        if sha256 in seen:
            raise ExportError(f"{path}: has the same content as {seen[sha256]}; name each file once.")
        seen[sha256] = path
    for file in files:
        if file.joined is None and (earlier := registry.holds(file.sha256)):
            raise ExportError(f"{file.path}: was loaded {_when(earlier)}; nothing to do.")
    for joined in joined_to(files):
        members = [file for file in files if file.joined is joined]
        whole = {file.sha256 for file in members} | {other.sha256 for other in joined.files}
        # A table may come again unchanged beside others that have changed: only the whole set is a repetition.
        if earlier := registry.holds_all(whole):
            names = ", ".join([*(file.name for file in members), *(other.name for other in joined.files)])
            raise ExportError(f"{members[0].path}: the set of {names} was loaded {_when(earlier)}; nothing to do.")


def _when(earlier: Snapshot) -> str:
    return f"on {earlier.loaded_at:%d %B %Y} (snapshot {earlier.id})"


def _snapshot_groups(files: Sequence[ExportFile], profile: Profile) -> list[tuple[date, list[ExportFile]]]:
    """The files of each snapshot to be, the oldest extract first."""
    by_date: dict[date, list[ExportFile]] = {}
    for file in files:
        for extract_date in _extract_dates(file, profile):
            by_date.setdefault(extract_date, []).append(file)
    if profile.extract.snapshot == "all_files":
        return [(max(by_date), list(files))]
    return sorted(by_date.items(), key=lambda group: group[0])


def _extract_dates(file: ExportFile, profile: Profile) -> list[date]:
    if file.extract_date:
        return [file.extract_date]
    column = profile.extract.column or ""
    try:
        # Each spelling is read once, not once per row.
        spelled = file.scan().select(pl.col(column).unique().cast(pl.String)).collect(engine="streaming")
    except pl.exceptions.PolarsError as error:
        raise unreadable([file], error) from error
    days: list[date | None] = spelled.select(dates.parsed(pl.col(column), profile.dates).unique())[column].to_list()
    if None in days:
        raise ExportError(f"{file.path}: the column {column!r} must hold the extract date in every row.")
    return [day for day in days if day]


class _Loading:
    """Adds one extract after the other to what a load writes; each builds on the state after the one before."""

    def __init__(self, registry: Registry, writing: Writing, profile: Profile, steps: _Steps, extracts: int) -> None:
        self._registry, self._writing, self._profile, self._steps = registry, writing, profile, steps
        self._earlier = registry.snapshots(profile.source)
        self._closed = closed.ClosedMonths(registry, self._earlier)
        self._state: pl.LazyFrame | None = None
        self._before: Snapshot | None = None
        self._number = 0
        self._alone = extracts == 1
        self.settled: list[dict[str, Any]] = []
        steps.of = steps.of // 2 + 2 * extracts + 2

    def add(
        self, files: list[ExportFile], day: date, later: Sequence[tuple[date, list[ExportFile]]]
    ) -> tuple[Snapshot, pl.DataFrame]:
        """Write the snapshot of one extract; what is not recognised in it comes back beside its facts.

        Args:
            files: where its rows are.
            day: its date.
            later: the extracts that follow. Files that none of them is in are released.
        """
        self._number += 1
        self._steps.take(f"reading the extract of {day:%d %B %Y}")
        if self._number == 1:
            # Great Expectations takes seconds of one processor to import, for which the rows need not wait. Files are
            # open by now: looking through their bytes is Python's work too, and the two would hold each other up.
            threading.Thread(target=importlib.import_module, args=("equality.measures.measure",), daemon=True).start()
        identifier = new_id(self._profile.source, day, datetime.now(UTC))
        folder = self._writing.folder(identifier)
        extract = write_extract(files, day, self._profile, folder, alone=self._alone)
        for file in set(files).difference(*(members for _, members in later)):
            file.release()
        from equality.measures import measure

        self._steps.take(f"measuring the extract of {day:%d %B %Y}")
        state = self._state_after(extract)
        about = Extracted(extract.characteristics, extract.dimensions, day)
        known = self._closed.open(state, day)
        with ThreadPoolExecutor(1) as beside:
            # The verdict is about what is known now: of several extracts loaded together only the newest gets one.
            # Great Expectations thinks for seconds with one processor, in which Polars counts with the others.
            verdict = None if later else beside.submit(self._judged, known, extract)
            counted = measure.tables(known, self._closed.open(extract.records, day), about)
            for name, table in counted.items():
                counted[name] = self._closed.carried_into(table, day, name)
                counted[name].write_parquet(folder / f"{name}.parquet", compression=COMPRESSION)
            self.settled += at_load(self._registry, self._profile.source, identifier, about, state, measure.with_states)
            counts = counted["counts"]
            stored_states.write(folder, extract.characteristics)
            snapshot = self._compared(_describe(extract, self._profile, counts, identifier))
            if verdict:
                self._steps.take("judging what is known now")
                (folder / "validation.json").write_text(json.dumps(verdict.result(), indent=1), encoding="utf-8")
        self._state, self._before = state, snapshot
        return snapshot, extract.unmapped

    def _judged(self, known: pl.LazyFrame, extract: Extract) -> dict[str, Any]:
        from equality.measures import measure

        pattern, aims = self._profile.crime_reference_pattern, in_force(self._registry.database).targets.aims()
        return measure.validate(known, extract.characteristics, pattern, aims)

    def _state_after(self, extract: Extract) -> pl.LazyFrame:
        """What is known once an extract is in: its records, and earlier ones that it does not hold.

        An extract that is older than one already loaded gives the state of its own day.
        """
        state = self._state
        if state is None:
            held = [s for s in self._earlier if s.extract_date <= extract.extract_date and not s.records_purged_at]
            if not held:
                return extract.records
            state = superseded([self._registry.extract(s) for s in held])
        path = self._writing.scratch / f"state-{self._number}.parquet"
        superseded([state, extract.records]).sink_parquet(path, **STORED)
        return pl.scan_parquet(path)

    def _compared(self, snapshot: Snapshot) -> Snapshot:
        earlier = [s for s in self._earlier if s.extract_date <= snapshot.extract_date]
        before = self._before or (earlier[-1] if earlier else None)
        per_file = self._profile.extract.snapshot == "all_files"
        limits = in_force(self._registry.database).settings
        return replace(snapshot, warnings=drift.differences(snapshot, before, limits, per_file=per_file))


def _describe(extract: Extract, profile: Profile, counts: pl.DataFrame, identifier: str) -> Snapshot:
    first, last = counts.select(first=pl.col("month").min(), last=pl.col("month").max()).row(0)
    titles = {name: profile.dimension_titles.get(name, DIMENSIONS[name]) for name in extract.dimensions}
    used, ignored = drift.columns_used(extract.headings, profile)
    return Snapshot(
        id=identifier,
        source=profile.source,
        title=profile.title,
        synthetic=extract.synthetic,
        extract_date=extract.extract_date,
        loaded_at=datetime.now(UTC),
        months=(first, last),
        headline_role=profile.headline_role,
        characteristics=extract.characteristics,
        dimensions=titles,
        flags=_flags(counts),
        files=_with_notes(extract),
        attribution=profile.attribution,
        folder=extract.folder,
        columns_used=used,
        columns_ignored=ignored,
        tables=extract.tables,
        blank=drift.blank_shares(extract.path),
        unmapped_shares=drift.unmapped_shares(extract.unmapped, sum(file.accepted for file in extract.files)),
    )


def _with_notes(extract: Extract) -> tuple[SourceFile, ...]:
    """An extract's files with what reading noted about them."""
    notes = {file.name: file.notes for file in extract.headings}
    return tuple(replace(file, notes=notes.get(file.name, ())) for file in extract.files)


def _flags(counts: pl.DataFrame) -> tuple[str, ...]:
    used = counts["flags"].unique().to_list()
    return tuple(flag for flag, bit in FLAG_BITS.items() if any(mask & bit for mask in used if mask))
