"""Two servers share one registry and one folder: the second load waits for the first, and builds on it."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl
import pytest

from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.settings import ROOT
from equality.store.registry import Registry
from tests.conftest import REAL_MONTHS
from tests.store.postgresql import create_database

_numbers = itertools.count()


class Server:
    """A process that loads."""

    def __init__(self, store: Path, url: str, path: Path, *flags: str) -> None:
        command = [sys.executable, "-m", "tests.store.serving", str(store), url, str(path), *flags]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def says(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@contextmanager
def server(*arguments: object) -> Iterator[Server]:
    made = Server(*arguments)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


@pytest.mark.parametrize(
    ("flags", "first_ends"),
    [((), "by itself"), (("no-locks",), "by itself"), (("no-locks",), "killed")],
    ids=["file locks", "a file system that does not lock", "that does not lock, and the first is killed"],
)
def test_two_loads_from_two_servers_queue_on_postgresql(
    tmp_path: Path, postgresql: str, flags: tuple[str, ...], first_ends: str
) -> None:
    store, url = tmp_path / "store", create_database(postgresql, f"servers{next(_numbers)}")
    registry = Registry(store, url)
    with ExitStack() as both:
        first = both.enter_context(server(store, url, REAL_MONTHS[0], "hold", *flags))
        assert first.says() == "inside"
        second = both.enter_context(server(store, url, REAL_MONTHS[1], *flags))
        assert second.says() == "waiting"
        assert second.process.poll() is None
        assert registry.snapshots() == []
        assert [entry.outcome for entry in registry.loads()] == ["running"], "the second has not begun"
        if first_ends == "killed":
            first.process.kill()
        else:
            first.go_on()
            assert first.says() == "loaded"
        assert second.says() == "inside"
        assert second.says() == "loaded"
    newer, older = registry.loads()
    loaded = 1 if first_ends == "killed" else 2
    assert (newer.outcome, older.outcome) == ("loaded", "interrupted" if loaded == 1 else "loaded")
    assert older.ended_at is not None
    assert older.ended_at <= newer.started_at
    assert len(registry.snapshots()) == loaded
    alone = Registry(tmp_path / "alone", "")
    for path in REAL_MONTHS[2 - loaded : 2]:
        load([path], load_profile("data.police.uk"), alone.store, accept_warnings=True, registry=alone)
    ours, theirs = (r.counts(r.latest("stop_and_search")).collect() for r in (registry, alone))  # type: ignore[arg-type]
    assert ours.sort(pl.all()).equals(theirs.sort(pl.all()))
