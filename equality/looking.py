"""The commands that print what a store holds: `loads`, `snapshots`, `rejected`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equality.protection.audit import Act, audit_log
from equality.protection.people import local_person
from equality.settings import settings
from equality.store.registry import Registry
from equality.store.snapshot import OUTCOMES
from equality.terminal import ReasonOption, StoreOption, mendable, messages, print_line


def loads(
    last: Annotated[int, typer.Option(help="How many, the newest first.", min=1)] = 20,
    store: StoreOption = None,
) -> None:
    """Print the history of loads, with those that were refused, cancelled or interrupted."""
    with mendable():
        for entry in Registry(store or settings().store).loads(last):
            made = f"{len(entry.snapshots)} snapshots" if entry.snapshots else entry.message
            names = ", ".join(entry.files[:3]) + (" …" if len(entry.files) > 3 else "")
            line = f"{entry.started_at:%Y-%m-%d %H:%M:%S}Z  {OUTCOMES[entry.outcome]}  {entry.source}  {names}  {made}"
            print_line(line)


def snapshots(
    source: Annotated[str, typer.Option(help="Only this source; default: all.")] = "",
    store: StoreOption = None,
) -> None:
    """Print the snapshots, the oldest extract first: identifier, extract date and the accounting of rows."""
    with mendable():
        registry = Registry(store or settings().store)
        if source and source not in registry.sources():
            raise ValueError(f"the store has no source {source}: it has {', '.join(registry.sources()) or 'none'}")
        for s in registry.snapshots(source or None):
            marks = [mark for mark, holds in (("SYNTHETIC", s.synthetic), ("purged", s.records_purged_at)) if holds]
            line = [s.id, f"{s.extract_date}", s.equation, *marks]
            print_line("  ".join(line))


def rejected(
    snapshot: Annotated[str, typer.Argument(help="Identifier of a snapshot, as `snapshots` prints it.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write: .csv or .xlsx.")],
    reason: ReasonOption = "",
    store: StoreOption = None,
) -> None:
    """Write the rejected rows of a snapshot, with their text, line and reason, to a file."""
    from equality.rejected import SHEET, rejected_rows
    from equality.spreadsheet import write

    with mendable():
        registry = Registry(store or settings().store)
        found = registry.snapshot(snapshot)
        if found is None:
            raise ValueError(f"the store has no snapshot {snapshot}; python -m equality snapshots prints those it has")
        about = {"of": "rejected rows", "snapshot": found.id, "rows": found.rejected, "file": out.name}
        with audit_log(registry).acting(Act.download, local_person(), about, reason):
            rows = rejected_rows(registry, found)
            write(rows, out, SHEET)
    messages.print(f"{out}: {rows.height:,} rejected rows of snapshot {found.id}")
