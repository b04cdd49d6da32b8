"""Loads the files that arrive in a folder, one after the other, and leaves the folder as it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from equality.errors import EqualityError, ExportError, LoadCancelledError
from equality.exports.arrivals import passed_over
from equality.exports.load import Accept, Loaded, Progress, load
from equality.exports.profile import Profile
from equality.store.files import sha256_of
from equality.store.registry import Registry

Outcome = Loaded | EqualityError | str
"""What came of a file or a set: a load, a refusal, or in words what it waits for."""
_Look = tuple[int, int]


class Watch:
    """A folder from which exports are loaded.

    A file is complete once its size and time are the same in two looks. What has been loaded is known by its
    checksum from the registry, so a restart loads nothing twice; a file that was refused is tried again after a
    restart, or when its content changes, because the profile may have been corrected.
    """

    def __init__(
        self,
        folder: Path,
        profile: Profile,
        registry: Registry,
        *,
        accept_warnings: bool | Accept = False,
        progress: Progress | None = None,
    ) -> None:
        if not folder.is_dir():
            raise ExportError(f"{folder}: is not a folder; make it, or name the one in which exports arrive.")
        self._folder, self._profile, self._registry = folder, profile, registry
        self._accept, self._progress = accept_warnings, progress
        self._last: dict[Path, _Look] = {}
        self._settled: dict[Path, _Look] = {}
        self._refused: set[str] = set()

    def run(self, every: float, stop: threading.Event, tell: Callable[[str, Outcome], None]) -> None:
        """Look every so many seconds until told to stop; tell of what, and what came of it."""
        while not stop.is_set():
            for what, outcome in self.look(stop):
                tell(what, outcome)
            stop.wait(every)

    def look(self, stop: threading.Event) -> Iterator[tuple[str, Outcome]]:
        """Look once, and load what is complete."""
        for path in self.complete():
            if stop.is_set():
                return
            outcome = self.take(path, stop)
            if outcome is not None:
                yield path.name, outcome

    def complete(self) -> list[Path]:
        """The files that are complete and have not been dealt with, by name."""
        found: dict[Path, _Look] = {}
        for path in sorted(self._folder.iterdir()):
            if passed_over(path.name):
                continue
            try:
                status = path.stat()
            except FileNotFoundError:
                continue  # gone since it was listed
            if path.is_file():
                found[path] = (status.st_size, status.st_mtime_ns)
        ready = [p for p, look in found.items() if self._last.get(p) == look and self._settled.get(p) != look]
        self._last = found
        return ready

    def take(self, path: Path, stop: threading.Event) -> Loaded | EqualityError | None:
        """Load a file; None if it was loaded before, refused before, or this was stopped."""
        try:
            checksum = sha256_of(path)
        except OSError as error:
            return ExportError(f"{path}: cannot be read ({error.strerror}); it is tried again.")
        outcome: Loaded | EqualityError | None = None
        if checksum not in self._refused and self._registry.holds(checksum) is None:
            try:
                outcome = self._load([path], stop)
            except LoadCancelledError:
                return None
            except EqualityError as error:
                self._refused.add(checksum)
                outcome = error
        self._settled[path] = self._last[path]
        return outcome

    def _load(self, paths: Sequence[Path], stop: threading.Event) -> Loaded:
        return load(
            paths,
            self._profile,
            self._registry.store,
            self._progress,
            cancelled=stop.is_set,
            accept_warnings=self._accept,
            registry=self._registry,
        )
