"""The commands of worklists: `worklist list | assign | progress`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from equality.measures.catalogue import characteristics
from equality.measures.dimensions import FLAGS, Selection
from equality.protection.audit import audit_log
from equality.protection.people import local_person
from equality.settings import settings
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot
from equality.terminal import (
    Format,
    ReasonOption,
    StoreOption,
    mendable,
    messages,
    month_range,
    print_frame,
    print_line,
)
from equality.worklist import progress as told
from equality.worklist.progress import OPEN
from equality.worklist.tasks import ACTIONS, Task, assign, tasks
from equality.worklist.wanted import KINDS, Wanted

worklist = typer.Typer(no_args_is_help=True, help="Lists of open cells: assign them to a team, see what was settled.")

SourceOption = Annotated[str, typer.Option(help="Which export; default: the first of the store.")]


@worklist.command("list")
def list_(
    source: Annotated[str, typer.Option(help="Only this source; default: all.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also those that are closed or withdrawn.")] = False,
    store: StoreOption = None,
) -> None:
    """Print the lists that are open, by day due: number, team, day due, cells, what they are of."""
    with mendable():
        for task in tasks(_registry(store), source):
            if task.open or every:
                state = "" if task.open else f"  ({ACTIONS[task.action].lower()})"
                late = "  OVERDUE" if task.open and task.due < date.today() else ""
                line = (
                    f"{task.number}  {task.team}  due {task.due}{late}{state}  {task.cells:,} cells on "
                    f"{task.records:,} records  {task.source}: {task.wanted.words()}"
                )
                print_line(line)


@worklist.command("assign")
def assign_(
    team: Annotated[str, typer.Option(help="Who is to settle the list.")],
    due: Annotated[str, typer.Option(help="By which day, as 2026-12-31.")],
    characteristic: Annotated[list[str], typer.Option(help="Whose cells; may be repeated.")],
    state: Annotated[list[str] | None, typer.Option(help=f"Only these states: {', '.join(OPEN)}.")] = None,
    period: Annotated[str, typer.Option(help="Months, as 2026-01..2026-10; default: all.")] = "",
    role: Annotated[list[str] | None, typer.Option(help="Only this role; may be repeated.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="DIMENSION=VALUE; may be repeated.")] = None,
    flag: Annotated[list[str] | None, typer.Option(help="Only crimes with this flag; may be repeated.")] = None,
    note: Annotated[str, typer.Option(help="What else the team is told.")] = "",
    source: SourceOption = "",
    reason: ReasonOption = "",
    store: StoreOption = None,
) -> None:
    """Give a team the open cells of the newest snapshot that these filters choose."""
    with mendable():
        registry = _registry(store)
        snapshot = _newest(registry, source)
        selection = Selection(month_range(period), _where(role, where, snapshot), tuple(flag or ()))
        if unknown := [name for name in selection.flags if name not in FLAGS]:
            raise ValueError(f"unknown flag {unknown[0]}: flags are {', '.join(FLAGS)}")
        if unknown := [name for name in characteristic if name not in characteristics()]:
            raise ValueError(f"unknown characteristic {unknown[0]}: there are {', '.join(characteristics())}")
        if unknown := [name for name in state or () if name not in KINDS]:
            raise ValueError(f"unknown state {unknown[0]}: a list can be of {', '.join(OPEN)}")
        wanted = Wanted(snapshot.source, selection, tuple(characteristic), tuple(state or OPEN))
        made = assign(
            registry,
            snapshot,
            wanted,
            team,
            date.fromisoformat(due),
            note,
            by=local_person(),
            log=audit_log(registry),
            reason=reason,
        )
    messages.print(f"List {made.number}: {made.cells:,} cells on {made.records:,} records for {made.team}.")


@worklist.command("progress")
def progress_(
    number: Annotated[int | None, typer.Argument(help="Only this list; default: all that are open.")] = None,
    by: Annotated[str, typer.Option(help="What to tell apart: team, characteristic, or both with a comma.")] = "",
    every: Annotated[bool, typer.Option("--history", help="Every snapshot, not only the newest.")] = False,
    source: Annotated[str, typer.Option(help="Only this source; default: all.")] = "",
    output: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
    store: StoreOption = None,
) -> None:
    """Print what became of the cells of lists, as the newest snapshot tells."""
    with mendable():
        registry = _registry(store)
        found = [t for t in tasks(registry, source) if (t.open if number is None else t.number == number)]
        if number is not None and not found:
            raise ValueError(f"there is no list {number}; worklist list --all prints those that there are")
        dimensions = [name.strip() for name in by.split(",") if name.strip()]
        if not set(dimensions) <= {"team", "characteristic"}:
            raise ValueError(f"--by {by}: lists are told apart by team, characteristic or both")
        for name in sorted({task.source for task in found}):
            if snapshot := registry.latest(name):
                told.catch_up(registry, snapshot)
        frame = told.progress(told.counts(registry, [t.id for t in found]), *dimensions)
        print_frame(_printed(registry, found, frame if every else told.newest(frame), dimensions), output)


def _printed(registry: Registry, found: list[Task], frame: pl.DataFrame, dimensions: list[str]) -> pl.DataFrame:
    about = pl.DataFrame(
        [(t.id, t.number, t.team, t.due) for t in found],
        schema={"list_id": pl.String, "number": pl.Int64, "assigned_to": pl.String, "due": pl.Date},
        orient="row",
    )
    kinds = [name for name in frame.columns if frame[name].dtype.is_integer()]
    printed = frame.join(about, on="list_id").sort("number", "extract_date", "snapshot_id", *dimensions)
    printed = printed.select("number", "assigned_to", "due", "extract_date", *dimensions, *kinds)
    synthetic = {s.source for s in registry.snapshots() if s.synthetic}
    if any(task.source in synthetic for task in found):
        of = {t.number: "SYNTHETIC" if t.source in synthetic else "" for t in found}
        printed = printed.with_columns(data_status=pl.col("number").replace_strict(of, return_dtype=pl.String))
    return printed


def _registry(store: Path | None) -> Registry:
    return Registry(store or settings().store)


def _newest(registry: Registry, source: str) -> Snapshot:
    names = registry.sources()
    chosen = source or next(iter(names), "")
    found = registry.latest(chosen) if chosen in names else None
    if found is None:
        raise ValueError(f"the store has no source {source}: it has {', '.join(names) or 'none'}")
    return found


def _where(role: list[str] | None, where: list[str] | None, snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    chosen: dict[str, tuple[str, ...]] = {"role": tuple(role)} if role else {}
    for each in where or ():
        dimension, equals, value = each.partition("=")
        if not equals or dimension not in snapshot.dimensions:
            held = ", ".join(snapshot.dimensions)
            raise ValueError(f"--where {each}: say DIMENSION=VALUE; this export has {held}")
        chosen[dimension] = (*chosen.get(dimension, ()), value)
    return chosen
