"""What the commands share: messages on stderr, progress, errors as one message, tables on stdout."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import polars.selectors as cs
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from equality.errors import EqualityError, LoadCancelledError
from equality.spreadsheet import neutralised


class Format(StrEnum):
    """How figures are printed."""

    csv = "csv"
    json = "json"
    table = "table"


def printable(line: str) -> str:
    """A line whose control characters a terminal cannot act on: they could come from an export."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)


def _printable_lines(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))


class _Messages(Console):
    def print(self, *objects: Any, **style: Any) -> None:
        super().print(*(_printable_lines(o) if isinstance(o, str) else o for o in objects), **style)


messages = _Messages(stderr=True, highlight=False, markup=False, soft_wrap=True)

StoreOption = Annotated[
    Path | None, typer.Option("--store", help="Folder of the store; default: EQUALITY_STORE or data/store.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for the audit log.")]
Steps = Callable[[int, int, str], None]


@contextmanager
def mendable() -> Iterator[None]:
    """Errors that a user can mend become one message and exit status 2; what was cancelled exits with 130."""
    try:
        yield
    except LoadCancelledError as error:
        messages.print(str(error))
        raise typer.Exit(130) from error
    except (EqualityError, ValueError) as error:
        messages.print(f"Error: {error}")
        raise typer.Exit(2) from error


@contextmanager
def progress(what: str) -> Iterator[Steps]:
    """A bar on stderr while something takes time."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=messages) as bar:
        task = bar.add_task(what, total=None)

        def report(done: int, steps: int, now: str) -> None:
            bar.update(task, completed=done, total=steps, description=printable(f"{what}: {now}"))

        yield report


def month_range(text: str) -> tuple[str, str]:
    """A month, or a range as `2026-01..2026-10`, as its first and last month; empty text is no limit.

    Raises:
        ValueError: if it is something else.
    """
    month = r"\d{4}-(?:0[1-9]|1[0-2])"
    if not text:
        return "", ""
    if match := re.fullmatch(rf"({month})(?:\.\.({month}))?", text.strip()):
        first, last = match[1], match[2] or match[1]
        if first <= last:
            return first, last
    raise ValueError(f"period {text!r} is not a month or a range of months such as 2026-01..2026-10")


def print_line(line: str) -> None:
    """A line on stdout, of whatever it is made."""
    sys.stdout.write(f"{printable(line)}\n")


def print_frame(frame: pl.DataFrame, output: Format) -> None:
    """A table on stdout."""
    out = sys.stdout
    if output is Format.csv:
        text = neutralised(frame).write_csv()
        # In a file it is the export's own text, apostrophes apart.
        out.write(_printable_lines(text) if out.isatty() else text)
    elif output is Format.json:
        out.write(json.dumps(frame.to_dicts(), indent=1, default=str) + "\n")
    else:
        with pl.Config(
            tbl_rows=-1,
            tbl_cols=-1,
            tbl_width_chars=400,
            tbl_hide_column_data_types=True,
            tbl_hide_dataframe_shape=True,
        ):
            texts = cs.string().map_elements(printable, return_dtype=pl.String)
            out.write(f"{frame.with_columns(cs.float().round(4), texts)}\n")
