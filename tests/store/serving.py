"""One of two servers that load into one store: a process that says what it does and can be held inside its load."""

from __future__ import annotations

import sys
from pathlib import Path

from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.measures import measure
from equality.store import lock
from equality.store.registry import Registry
from tests.store.dying import _verdict


class NoLock:
    """A lock file on a network file system that grants it to everybody."""

    def __init__(self, *_: object) -> None: ...

    def acquire(self, **_: object) -> None: ...

    def release(self) -> None: ...


def serve(store: Path, url: str, path: Path, *, hold: bool, file_locks: bool) -> None:
    """Load a file; say `waiting`, `inside` and `loaded`; inside, wait for a line if told to hold."""
    measure.validate = _verdict
    if not file_locks:
        lock.FileLock = NoLock

    def progress(_done: int, _of: int, what: str) -> None:
        if what.startswith("waiting"):
            say("waiting")
        elif what.startswith("making"):
            say("inside")
            if hold:
                sys.stdin.readline()

    load([path], load_profile("data.police.uk"), store, progress, accept_warnings=True, registry=Registry(store, url))
    say("loaded")


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    folder, database, export, *flags = sys.argv[1:]
    serve(Path(folder), database, Path(export), hold="hold" in flags, file_locks="no-locks" not in flags)
