"""A load that is killed at any moment leaves the earlier state, and the next one succeeds.

30 points on each database, drawn with a fixed seed: steps (a file opened, renamed or written through, a statement
before and after it runs, a commit) and moments. The points around the commit are always among them.
"""

from __future__ import annotations

import itertools
import multiprocessing
import random
import shutil
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from equality.errors import ExportError
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.store.registry import Registry
from equality.synthetic import generate
from tests.store import dying
from tests.store.postgresql import create_database

ATHENA = load_profile("athena")
POINTS = 30
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.store.dying"])
_numbers = itertools.count()


class Trials:
    """A store with one extract, of which every trial gets a copy."""

    def __init__(self, folder: Path, server: str | None) -> None:
        self.folder, self.server = folder, server
        self.files = generate(folder / "exports", people=1_000, months=24, until=date(2026, 6, 1))[-3:]
        self.base_url = create_database(server, "base") if server else ""
        load(self.files[:1], ATHENA, folder / "base", registry=Registry(folder / "base", self.base_url))

    def copy(self) -> tuple[Path, str]:
        number = next(_numbers)
        store = self.folder / f"trial{number}"
        shutil.copytree(self.folder / "base", store)
        return store, create_database(self.server, f"trial{number}", "base") if self.server else ""

    def run(self, store: Path, url: str, last: int = 0, seconds: float = 0.0) -> tuple[int | None, int]:
        """Exit status and steps of a load of the other extracts in a process of its own."""
        ours, theirs = _processes.Pipe(duplex=False)
        arguments = (store, url, self.files[1:], last, seconds, theirs)
        process = _processes.Process(target=dying.dying_load, args=arguments)
        process.start()
        theirs.close()
        process.join(60)
        assert process.exitcode is not None, "the load hangs"
        try:
            steps = ours.recv() if ours.poll() else 0
        except EOFError:
            steps = 0
        ours.close()
        status = process.exitcode
        process.close()
        return status, steps


def counted(registry: Registry) -> list[pl.DataFrame]:
    """Everything that pages read, of every visible snapshot."""
    found = []
    for snapshot in registry.snapshots("athena"):
        frame = registry.counts(snapshot).collect()
        found.append(frame.sort(pl.all()))
        assert registry.extract(snapshot).select(pl.len()).collect().item() == snapshot.accepted
        assert snapshot.rows_in == snapshot.accepted + snapshot.rejected
        assert registry.unmapped(snapshot) is not None
    return found


def same(one: list[pl.DataFrame], other: list[pl.DataFrame]) -> bool:
    return len(one) == len(other) and all(a.equals(b.select(a.columns)) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_at_thirty_points(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("postgresql") if database == "postgresql" else None
    trials = Trials(tmp_path, server)
    store, url = trials.copy()
    before = counted(Registry(store, url))
    started = time.monotonic()
    status, steps = trials.run(store, url)
    seconds = time.monotonic() - started
    assert (status, len(before)) == (0, 1)
    undisturbed = counted(Registry(store, url))
    assert len(undisturbed) == 3
    draw = random.Random(20191008)
    at_the_end = list(range(steps - 10, steps + 1))
    points = [(n, 0.0) for n in at_the_end + draw.sample(range(1, steps - 10), POINTS - 6 - len(at_the_end))]
    points += [(0, draw.uniform(0.02, seconds)) for _ in range(6)]
    killed = 0
    for last, after in points:
        store, url = trials.copy()
        status, _ = trials.run(store, url, last, after)
        killed += status == -9
        survives(store, url, trials.files[1:], before, undisturbed)
        shutil.rmtree(store)
    assert killed >= POINTS - 6, "most points must be inside the load"


def survives(store: Path, url: str, files: list[Path], before: list[pl.DataFrame], after: list[pl.DataFrame]) -> None:
    """The store is readable and whole as it is; a retry brings it to what an undisturbed load gives."""
    registry = Registry(store, url)
    found = counted(registry)
    assert same(found, before) or same(found, after)
    if len(found) == len(before):
        load(files, ATHENA, store, registry=registry)
    else:
        with pytest.raises(ExportError, match="was loaded on"):
            load(files, ATHENA, store, registry=registry)
    assert same(counted(registry), after)
    folders = {path.name for path in (store / "snapshots").iterdir()}
    assert folders == {snapshot.id for snapshot in registry.snapshots("athena")}
    assert "running" not in {entry.outcome for entry in registry.loads()}
