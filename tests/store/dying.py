"""A load that dies at a given step, as a target for a process of its own."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.measures import measure
from equality.store import files, writing
from equality.store.registry import Registry

_EVENTS = ("open", "os.mkdir", "os.rename", "os.rmdir", "os.remove", "sqlite3.connect")


def _verdict(*_: object) -> dict[str, Any]:
    # Two seconds of Great Expectations in which a load touches nothing of the store.
    return {"success": True, "suites": []}


class Steps:
    """Counts what a load does to files and database, and ends the process without warning at one of them."""

    def __init__(self, store: Path, last: int) -> None:
        self._store, self._last, self.count = str(store), last, 0
        sys.addaudithook(self._heard)
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            sa.event.listen(sa.Engine, name, self.step)
        settle = files.sync

        def sync(path: Path) -> None:
            self.step()
            settle(path)

        files.sync = writing.sync = sync

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _EVENTS and str(arguments[0]).startswith(self._store):
            self.step()

    def step(self, *_: object) -> None:
        """One more; the last one kills."""
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def dying_load(store: Path, url: str, paths: list[Path], last: int, seconds: float, told: Any) -> None:
    """Load, and die at a step or after a time; one that lives says how many steps and seconds it took."""
    measure.validate = _verdict
    steps = Steps(store, last)
    if seconds:
        timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL))
        timer.daemon = True
        timer.start()
    load(paths, load_profile("athena"), store, lambda *_: steps.step(), registry=Registry(store, url))
    told.send(steps.count)
