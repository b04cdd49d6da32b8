"""A watched folder in which tables arrive that are joined by keys: a set is loaded once all of it is there."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equality.errors import EqualityError, LoadCancelledError
from equality.exports.joined import tables_in
from equality.exports.load import Accept, Progress
from equality.exports.profile import Profile
from equality.exports.watch import Outcome, Watch
from equality.store.registry import Registry


@dataclass(frozen=True)
class _Member:
    """A file in the folder: the tables it holds, of which days, and the checksums of each."""

    tables: frozenset[tuple[date | None, str]]
    checksums: frozenset[str]

    @property
    def day(self) -> date | None:
        """The extract that it belongs to; of several the newest."""
        return max((day for day, _ in self.tables if day), default=None)


class SetWatch(Watch):
    """A folder from which sets of tables are loaded.

    Files whose names carry the same date are a set, or all that were not loaded yet where names carry none. A set is
    loaded when every table has a file and nothing in the folder is still growing. One that was refused waits until a
    file of it changes, or until a restart.
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
        super().__init__(folder, profile, registry, accept_warnings=accept_warnings, progress=progress)
        self._members: dict[Path, tuple[tuple[int, int], _Member]] = {}
        self._refused_sets: set[frozenset[str]] = set()
        self._said: set[str] = set()

    def look(self, stop: threading.Event) -> Iterator[tuple[str, Outcome]]:
        """Look once, and load the sets that are complete."""
        ready = self.complete()
        for path in ready:
            if stop.is_set():
                return
            if (refusal := self._open(path)) is not None:
                yield path.name, refusal
        ready = [path for path in ready if path in self._members]
        growing = sorted(p.name for p, look in self._last.items() if self._settled.get(p) != look and p not in ready)
        waiting = []
        for day, members in self._by_day(ready).items():
            if stop.is_set():
                return
            paths = self._without_loaded(members, day)
            missing = self._missing(paths)
            if not paths or self._checksums(paths) in self._refused_sets:
                continue
            names = ", ".join(path.name for path in paths)
            if missing and growing:
                continue  # What is missing may be what is arriving.
            if missing or growing:
                until = f"missing {', '.join(missing)}" if missing else f"still arriving {', '.join(growing)}"
                waiting.append(f"the set{f' of {day:%d %B %Y}' if day else ''} has {names}; {until}")
            elif (outcome := self._take_set(paths, stop)) is not None:
                yield names, outcome
        for message in waiting:
            if message not in self._said:
                yield "", message
        self._said = self._said | set(waiting) if growing else set(waiting)

    def _open(self, path: Path) -> EqualityError | None:
        """See which tables a file holds, once for each of its states."""
        known = self._members.get(path)
        if known and known[0] == self._last[path]:
            return None
        try:
            found = tables_in(path, self._profile)
        except EqualityError as error:
            self._members.pop(path, None)
            self._settled[path] = self._last[path]
            return error
        member = _Member(frozenset((day, table) for day, table, _ in found), frozenset(sha for *_, sha in found))
        self._members[path] = self._last[path], member
        return None

    def _by_day(self, paths: Sequence[Path]) -> dict[date | None, list[Path]]:
        found: dict[date | None, list[Path]] = {}
        for path in paths:
            found.setdefault(self._members[path][1].day, []).append(path)
        return dict(sorted(found.items(), key=lambda item: item[0] or date.min))

    def _without_loaded(self, paths: list[Path], day: date | None) -> list[Path]:
        """The files of a set that are not those of an earlier load; after a restart the folder still holds them."""
        checksums = self._checksums(paths)
        whole = not self._missing(paths) and self._registry.holds_all(checksums) is not None
        loaded = [checksums] if whole else []
        for snapshot in self._registry.snapshots(self._profile.source):
            together = frozenset([f.sha256 for f in snapshot.files] + [f.sha256 for f in snapshot.tables])
            # A table may have the same content in another extract, whose set is still to come.
            if together <= checksums and day in (None, snapshot.extract_date):
                loaded.append(together)
        kept = []
        for path in paths:
            if any(self._members[path][1].checksums <= known for known in loaded):
                self._settled[path] = self._last[path]
            else:
                kept.append(path)
        return kept

    def _missing(self, paths: Sequence[Path]) -> list[str]:
        here = {table for path in paths for _, table in self._members[path][1].tables}
        return [name for name in self._profile.tables if name not in here]

    def _checksums(self, paths: Sequence[Path]) -> frozenset[str]:
        return frozenset(sha for path in paths for sha in self._members[path][1].checksums)

    def _take_set(self, paths: list[Path], stop: threading.Event) -> Outcome | None:
        try:
            outcome: Outcome = self._load(paths, stop)
        except LoadCancelledError:
            return None
        except EqualityError as error:
            self._refused_sets.add(self._checksums(paths))
            return error
        for path in paths:
            self._settled[path] = self._last[path]
        return outcome
