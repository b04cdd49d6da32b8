"""`load --report json`: a load that a program follows. One JSON object a line, on standard output.

`{"event": "progress", "done": 2, "of": 8, "what": "…"}` before every step;
`{"event": "warnings", "warnings": ["…"]}` once, if there are any: the load then waits for a line on standard input,
`accept` or anything else;
`{"event": "ended", "outcome": "…", "message": "…", "snapshots": ["…"], "warnings": ["…"]}` last; the outcome is
one of `equality.store.snapshot.OUTCOMES`.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import IO, Any, Final

from equality.errors import LoadCancelledError
from equality.protection.people import Person, local_person
from equality.store.registry import Registry
from equality.store.writing import outcome_of

ACCEPT: Final = "accept"
PATIENCE: Final = 3600.0
"""Seconds for which a question is open. Until it is answered no other load can begin."""
_STATUS: Final = {"loaded": 0, "cancelled": 130, "refused": 2, "unaccepted": 2}


def report_load(
    files: Sequence[Path],
    profile: str,
    store: Path,
    stop: threading.Event,
    *,
    accept_warnings: bool = False,
    by: Person | None = None,
    reason: str = "",
) -> int:
    """Load, telling a program; returns the exit status.

    Args:
        files: export files.
        profile: name or file of their profile.
        store: the store's folder.
        stop: set to cancel.
        accept_warnings: do not ask.
        by: who loads; None for whoever runs this process.
        reason: why, for the audit log.
    """
    listener = _Listener(sys.stdout, stop)
    # Whatever a library prints must not stand between the lines.
    with redirect_stdout(sys.stderr):
        listener.progress(0, 1, "starting")
        try:
            ended = _load(
                files, profile, store, listener, accept_warnings=accept_warnings, by=by or local_person(), reason=reason
            )
        except BaseException as error:
            outcome, message = outcome_of(error)
            if outcome == "failed":
                # Where, but not the words: they may quote what they choked on, and logs are kept.
                sys.stderr.write("".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__name__}\n")
            ended = {"outcome": outcome, "message": message, "snapshots": [], "warnings": []}
        listener.say("ended", **ended)
    return _STATUS.get(ended["outcome"], 1)


def _load(
    files: Sequence[Path],
    profile: str,
    store: Path,
    listener: _Listener,
    *,
    accept_warnings: bool,
    by: Person,
    reason: str,
) -> dict[str, Any]:
    from equality.exports.load import load  # Great Expectations: seconds to import
    from equality.exports.profile import load_profile

    loaded = load(
        files,
        load_profile(profile),
        store,
        listener.progress,
        cancelled=listener.over,
        accept_warnings=accept_warnings or listener.ask,
        registry=Registry(store),
        by=by,
        reason=reason,
    )
    made = [snapshot.id for snapshot in loaded.snapshots]
    return {"outcome": "loaded", "message": "", "snapshots": made, "warnings": list(loaded.warnings)}


class _Listener:
    """The program that follows a load."""

    def __init__(self, out: IO[str], stop: threading.Event) -> None:
        self._out, self._stop = out, stop
        self._gone = False

    def over(self) -> bool:
        """Whether the load is to end: it was cancelled, or nobody listens any more."""
        return self._stop.is_set() or self._gone

    def say(self, event: str, **facts: Any) -> None:
        try:
            self._out.write(json.dumps({"event": event, **facts}) + "\n")
            self._out.flush()
        except OSError:
            self._gone = True

    def progress(self, done: int, of: int, what: str) -> None:
        self.say("progress", done=done, of=of, what=what)

    def ask(self, warnings: tuple[str, ...]) -> bool:
        self.say("warnings", warnings=list(warnings))
        answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_hear, args=(answers,), daemon=True).start()
        until = time.monotonic() + PATIENCE
        answer = None
        while answer is None and time.monotonic() < until:
            with suppress(queue.Empty):
                answer = answers.get(timeout=0.1).strip()
            # After the answer: who cancels usually closes the pipe too, and that would count as a refusal.
            if self.over():
                raise LoadCancelledError("The load was cancelled; nothing was changed.")
        return answer == ACCEPT


def _hear(answers: queue.Queue[str]) -> None:
    # By the file descriptor: a thread that waits inside sys.stdin would hold its lock when the process ends.
    heard = b""
    while not heard.endswith(b"\n"):
        part = os.read(0, 256)
        if not part:
            break
        heard += part
    answers.put(heard.decode(errors="replace"))
