"""What the commands share: messages on stderr, progress, errors as one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from equality.errors import EqualityError, LoadCancelledError

messages = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

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
            bar.update(task, completed=done, total=steps, description=f"{what}: {now}")

        yield report
