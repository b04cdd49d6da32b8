"""The commands that change what a store holds: `load` (also `load --watch`) and `purge`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equality.choices.in_force import in_force
from equality.errors import EqualityError
from equality.protection.audit import Act, audit_log
from equality.protection.people import Person, local_person
from equality.report import report_load
from equality.settings import settings
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot
from equality.terminal import ReasonOption, StoreOption, mendable, messages, progress

if TYPE_CHECKING:
    from equality.exports.load import Accept, Loaded
    from equality.exports.profile import Profile


class Report(StrEnum):
    """How `load` tells what it does, where it is not a person who reads."""

    json = "json"


# ---- load ------------------------------------------------------------------------------------------------------


def load(
    profile: Annotated[str, typer.Option(help="Name of the profile in data/profiles.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Export files of one recording system.")] = None,
    watch: Annotated[Path | None, typer.Option(help="Load the files that arrive in this folder, until Ctrl+C.")] = None,
    every: Annotated[float, typer.Option(help="Seconds between looks at the watched folder.", min=0.1)] = 30.0,
    accept_warnings: Annotated[
        bool, typer.Option("--accept-warnings", help="Load although an export differs much from the one before.")
    ] = False,
    reason: ReasonOption = "",
    by: Annotated[str, typer.Option(hidden=True, help="For programs: on whose behalf.")] = "",
    report: Annotated[Report | None, typer.Option(hidden=True, help="For programs: see equality.report.")] = None,
    store: StoreOption = None,
) -> None:
    """Load export files into the store as new snapshots: all of them or nothing."""
    from equality.exports.profile import load_profile

    with mendable():
        if bool(files) == (watch is not None) or (watch and report):
            raise ValueError("name either files to load or a folder: load FILE… or load --watch FOLDER")
        person = Person.read(by) if by else local_person()
        if report:
            folder = store or settings().store
            with _stopping() as stop:
                status = report_load(
                    files or [], profile, folder, stop, accept_warnings=accept_warnings, by=person, reason=reason
                )
            raise typer.Exit(status)
        known = load_profile(profile)
        registry = Registry(store or settings().store)
        if watch is not None:
            _watch(watch, known, registry, every, accept_warnings)
        else:
            _load_files(files or [], known, registry, accept_warnings, reason)


def _load_files(files: list[Path], profile: Profile, registry: Registry, accept_warnings: bool, reason: str) -> None:
    from equality.exports.load import load as load_files  # Great Expectations: seconds to import

    accept: bool | Accept = accept_warnings
    if not accept_warnings and sys.stdin.isatty():
        accept = _ask
    with _stopping() as stop, progress("Loading") as report:
        loaded = load_files(
            files,
            profile,
            registry.store,
            report,
            cancelled=stop.is_set,
            accept_warnings=accept,
            registry=registry,
            reason=reason,
        )
    _report(loaded)


def _ask(warnings: tuple[str, ...]) -> bool:
    for warning in warnings:
        messages.print(f"Warning: {warning}")
    return typer.confirm("Load it nevertheless?", err=True)


def _watch(folder: Path, profile: Profile, registry: Registry, every: float, accept_warnings: bool) -> None:
    from equality.exports.watch import Outcome, Watch
    from equality.exports.watch_sets import SetWatch

    kind = SetWatch if profile.tables else Watch
    watch = kind(folder, profile, registry, accept_warnings=accept_warnings)

    def tell(what: str, outcome: Outcome) -> None:
        if isinstance(outcome, EqualityError):
            messages.print(f"Refused: {outcome}")
        elif isinstance(outcome, str):
            messages.print(f"Waiting: {outcome}")
        else:
            messages.print(f"Loaded {what}.")
            _report(outcome)

    with _stopping() as stop:
        messages.print(f"Watching {folder} (every {every:g} seconds; Ctrl+C stops).")
        watch.run(every, stop, tell)
    messages.print("Stopped watching; every load was finished or left nothing.")


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Ctrl+C and termination end a load at its next step; a second Ctrl+C ends it at once, which is as safe."""
    stop = threading.Event()

    def ask(number: int, _: Any) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _report(loaded: Loaded) -> None:
    for snapshot in loaded.snapshots:
        messages.print(_summary(snapshot))
        for file in snapshot.tables:
            messages.print(f"  {file.name}, {file.equation}")
    for warning in loaded.warnings:
        messages.print(f"Warning, accepted: {warning}")
    if not loaded.unmapped.is_empty():
        messages.print(
            f"{loaded.unmapped['records'].sum():,} cells hold {loaded.unmapped.height:,} labels that the profile does "
            "not know. They are kept and counted as invalid. The most frequent:"
        )
        for field, label, records in loaded.unmapped.head(10).iter_rows():
            messages.print(f"  {field}: {label!r} ({records:,})")


def _summary(snapshot: Snapshot) -> str:
    marked = ", SYNTHETIC" if snapshot.synthetic else ""
    twice = f", of them {snapshot.duplicates:,} duplicates" if snapshot.duplicates else ""
    return (
        f"{snapshot.title}{marked}, extract of {snapshot.extract_date:%d %B %Y}: {snapshot.rows_in:,} rows in, "
        f"{snapshot.accepted:,} accepted, {snapshot.rejected:,} rejected{twice} (snapshot {snapshot.id})"
    )


# ---- purge -----------------------------------------------------------------------------------------------------


def purge(
    before: Annotated[str, typer.Option(help="Purge extracts drawn before this day, as 2024-01-31.")] = "",
    days: Annotated[int | None, typer.Option(help="Purge extracts older than so many days.", min=1)] = None,
    source: Annotated[str, typer.Option(help="Only this source; default: all.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
) -> None:
    """Remove the records of old extracts for good; counts, verdicts and the accounting stay."""
    from equality.store.purge import due
    from equality.store.purge import purge as remove

    with mendable():
        registry = Registry(store or settings().store)
        if source and source not in registry.sources():
            raise ValueError(f"the store has no source {source}: it has {', '.join(registry.sources()) or 'none'}")
        day = _purge_before(registry, before, days)
        found = due(registry, day, source)
        for snapshot in found:
            messages.print(
                f"{snapshot.title}, extract of {snapshot.extract_date:%d %B %Y}: {snapshot.accepted:,} records "
                f"(snapshot {snapshot.id})"
            )
        if not found:
            messages.print(f"No extract from before {day:%d %B %Y} has records; nothing to do.")
            return
        if not yes and not (sys.stdin.isatty() and typer.confirm("Remove these records for good?", err=True)):
            raise ValueError("nothing was purged; say --yes to purge without being asked")

        def acting(going: list[Snapshot]) -> AbstractContextManager[object]:
            about = {"snapshots": [s.id for s in going], "records": sum(s.accepted for s in going)}
            return audit_log(registry).acting(Act.purge, local_person(), about, reason)

        gone = remove(registry, day, source, acting=acting)
        messages.print(f"Purged the records of {len(gone)} extracts; their counts are kept.")


def _purge_before(registry: Registry, before: str, days: int | None) -> date:
    if before and days:
        raise ValueError("give either --before or --days")
    if before:
        return date.fromisoformat(before)
    period = days or in_force(registry.database).settings.retention_days
    if not period:
        raise ValueError(
            "no retention period is set: give --days or --before, choose one (page Settings, or settings set "
            "retention_days), or set EQUALITY_RETENTION_DAYS"
        )
    return date.today() - timedelta(days=period)
