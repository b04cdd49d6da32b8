"""A load in a process of its own, followed from here: what a load needs stays out of the dashboard's memory."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from equality.errors import EqualityError
from equality.exports import workspace
from equality.protection.people import Person, local_person
from equality.report import ACCEPT
from equality.settings import ROOT
from equality.store.registry import Registry
from equality.uploads import Batch, shown

_DIED: Final = "The process that loaded ended before the load did; nothing was changed."


@dataclass(frozen=True)
class Standing:
    """How far a load is.

    Attributes:
        done: steps done.
        of: steps in all, as far as is known.
        what: the step that runs.
        asking: it waits for an answer to its warnings.
        warnings: what differs from the extract before.
        outcome: one of `equality.store.snapshot.OUTCOMES`; `running` until it has ended.
        message: what to tell the user, of a load that made nothing.
        snapshots: identifiers of what it made.
    """

    done: int = 0
    of: int = 1
    what: str = "starting"
    asking: bool = False
    warnings: tuple[str, ...] = ()
    outcome: str = "running"
    message: str = ""
    snapshots: tuple[str, ...] = ()


class BackgroundLoad:
    """A load that runs.

    Attributes:
        id: unique.
        names: of its files.
        profile: its profile's name.
    """

    def __init__(
        self,
        files: Sequence[Path],
        profile: str,
        store: Path,
        batch: Batch | None = None,
        *,
        called: str = "",
        by: Person | None = None,
    ) -> None:
        """Start it.

        Args:
            files: export files.
            profile: name or file of their profile.
            store: the store's folder.
            batch: the uploads among them, removed when the load ends.
            called: the profile's name on screen, where `profile` is a file.
            by: who loads, for the audit log; None for whoever runs this process.
        """
        self.id = secrets.token_hex(8)
        self.names = tuple(path.name for path in files)
        self.profile = called or profile
        self._store, self._batch = store.resolve(), batch
        if batch:
            batch.keep()
        self._began = time.monotonic()
        self._ended: float | None = None
        self._standing = Standing()
        self._changing = threading.Lock()
        self._asked_to_end = False
        command = [sys.executable, "-m", "equality", "load", "--report", "json", "--profile", profile]
        command += [f"--by={(by or local_person()).written()}", "--store", str(self._store)]
        command += ["--", *(str(path.resolve()) for path in files)]
        self._process = subprocess.Popen(  # noqa: S603 (no shell; the names are arguments behind `--`)
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # A group of its own: Ctrl+C in the server's terminal is not for it, and it can be ended as a whole.
            start_new_session=True,
        )
        threading.Thread(target=self._follow, daemon=True).start()

    @property
    def standing(self) -> Standing:
        """How far it is."""
        return self._standing

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._standing.outcome == "running"

    @property
    def ending(self) -> bool:
        """Whether it was cancelled but has not ended yet."""
        return self._asked_to_end and self.running

    @property
    def seconds(self) -> float:
        """How long it runs, or has run."""
        return (self._ended or time.monotonic()) - self._began

    def answer(self, accept: bool) -> None:
        """Answer the warnings; a second answer is not heard."""
        with self._changing:
            if not self._standing.asking:
                return
            self._standing = replace(self._standing, asking=False)
        if self._process.stdin:
            try:
                self._process.stdin.write(f"{ACCEPT if accept else 'decline'}\n")
                self._process.stdin.flush()
            except OSError:
                return  # it has just ended

    def cancel(self) -> None:
        """End it at its next step; asked again, end its whole process group at once, which is as safe."""
        if self._process.poll() is not None:
            return
        if not self._asked_to_end:
            self._asked_to_end = True
            self._process.terminate()
        elif hasattr(os, "killpg"):
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()

    def wait(self, seconds: float) -> Standing:
        """Wait until it has ended, at most so long."""
        until = time.monotonic() + seconds
        while self.running and time.monotonic() < until:
            time.sleep(0.05)
        return self._standing

    def _follow(self) -> None:
        end: dict[str, Any] = {}
        for line in self._process.stdout or ():
            said = json.loads(line)
            event = said.pop("event")
            if event == "progress":
                self._change(**said)
            elif event == "warnings":
                self._change(asking=True, warnings=tuple(said["warnings"]))
            elif event == "ended":
                end = said
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        if self._batch:
            self._batch.remove()
        if not end:
            self._tidy()
            outcome = "cancelled" if self._asked_to_end else "interrupted"
            end = {"outcome": outcome, "message": _DIED, "snapshots": [], "warnings": []}
        self._ended = time.monotonic()
        told = {"outcome": end["outcome"], "message": shown(end["message"], self._store)}
        warnings = tuple(end["warnings"]) or self._standing.warnings
        self._change(asking=False, snapshots=tuple(end["snapshots"]), warnings=warnings, **told)

    def _change(self, **facts: Any) -> None:
        with self._changing:
            self._standing = replace(self._standing, **facts)

    def _tidy(self) -> None:
        workspace.clear()
        try:
            Registry(self._store).tidy()
        except EqualityError:
            return  # the next load tidies up
