"""The commands of the audit log: `audit verify | list | export`."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from equality.protection.audit import Act, AuditLog, Wanted, audit_log
from equality.protection.audit_check import check
from equality.protection.audit_export import entries_frame, json_lines
from equality.protection.people import local_person
from equality.settings import settings
from equality.spreadsheet import write
from equality.store.registry import Registry
from equality.terminal import ReasonOption, StoreOption, mendable, messages, print_line

audit = typer.Typer(no_args_is_help=True, help="The audit log: who set out to do what, and whether it is untouched.")

ActOption = Annotated[Act | None, typer.Option(help="Only this act.")]
WordsOption = Annotated[str, typer.Option(help="Only entries with these words in who, about or reason.")]
SinceOption = Annotated[str, typer.Option(help="From this day (UTC), as 2026-01-31.")]
UntilOption = Annotated[str, typer.Option(help="Up to this day (UTC), as 2026-01-31.")]


@audit.command()
def verify(
    expect: Annotated[str, typer.Option(help="NUMBER:HASH, as noted at an earlier verification.")] = "",
    store: StoreOption = None,
) -> None:
    """Look for tampering. Exit status 0 if the log is sound, 1 if not."""
    with mendable():
        expected = _expected(expect)
        found = check(_log(store), expected)
    print_line(found.sentence)
    for line in (*found.problems, *(f"Note: {note}" for note in found.notes)):
        print_line(f"  {line}")
    if not found.sound:
        raise typer.Exit(1)


@audit.command("list")
def list_entries(
    act: ActOption = None,
    words: WordsOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    last: Annotated[int, typer.Option(help="How many, the newest first.", min=1)] = 50,
    store: StoreOption = None,
) -> None:
    """Print entries, the newest first."""
    with mendable():
        for entry in _log(store).entries(_wanted(act, words, since, until), last):
            about = json.dumps(entry.about, ensure_ascii=False, sort_keys=True)
            why = f"  because: {entry.reason}" if entry.reason else ""
            line = f"{entry.number}  {entry.at}Z  {entry.act}  {entry.who} ({entry.role or 'no role'})  {about}{why}"
            print_line(line)


@audit.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="The file to write: .jsonl (with hashes), .csv or .xlsx.")],
    act: ActOption = None,
    words: WordsOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    reason: ReasonOption = "",
    store: StoreOption = None,
) -> None:
    """Write entries to a new file, the oldest first. The export is itself an entry."""
    with mendable():
        log, wanted = _log(store), _wanted(act, words, since, until)
        if out.exists():
            raise ValueError(f"{out} exists already; choose another name or delete it")
        about = {"of": "audit log", "file": out.name, "entries": log.count(wanted)}
        with log.acting(Act.download, local_person(), about, reason):
            entries = log.entries(wanted, limit=None)[::-1]
            if out.suffix == ".jsonl":
                out.write_text(json_lines(entries), encoding="ascii")
            else:
                write(entries_frame(entries), out, "Audit log")
    messages.print(f"{out}: {len(entries):,} entries")


def _log(store: Path | None) -> AuditLog:
    return audit_log(Registry(store or settings().store))


def _wanted(act: Act | None, words: str, since: str, until: str) -> Wanted:
    first, last = (date.fromisoformat(day) if day else None for day in (since, until))
    return Wanted(act or "", words, first, last)


def _expected(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    if match := re.fullmatch(r"(\d+):([0-9a-f]{64})", text.strip()):
        return int(match[1]), match[2]
    raise ValueError("--expect is NUMBER:HASH, as verify prints it")
