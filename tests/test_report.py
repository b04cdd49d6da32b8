"""A load that a program follows: what it says, what it hears, and that nothing stays of one that did not end well."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equality.background import BackgroundLoad
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.settings import ROOT
from equality.store.registry import Registry
from equality.store.snapshot import OUTCOMES
from equality.uploads import Uploads
from tests.conftest import REAL_MONTHS

JANUARY, FEBRUARY = REAL_MONTHS[12:14]
SOURCE = "stop_and_search"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("loaded") / "store"
    load([JANUARY], load_profile("data.police.uk"), store)
    return store


@pytest.fixture
def store(loaded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded, tmp_path / "store"))


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A month with so few rows that it is asked about."""
    path = tmp_path / FEBRUARY.name
    path.write_text("".join(FEBRUARY.read_text(encoding="utf-8").splitlines(keepends=True)[:40]), encoding="utf-8")
    return path


class Told:
    """`load --report json` in a process of its own."""

    def __init__(self, store: Path, *files: Path, options: tuple[str, ...] = ()) -> None:
        command = [sys.executable, "-m", "equality", "load", "--report", "json", "--profile", "data.police.uk"]
        command += ["--store", str(store), *options, "--", *map(str, files)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.events: list[dict[str, Any]] = []

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next event of a kind."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if wanted(self.events[-1]):
                return self.events[-1]
        raise AssertionError(f"it never came: {self.events}")

    def end(self, answer: str | None = None) -> tuple[int, dict[str, Any]]:
        """Exit status and last event."""
        out, err = self.process.communicate(answer, timeout=60)
        self.events += [json.loads(line) for line in out.splitlines()]
        assert "Traceback" not in err
        return self.process.returncode, self.events[-1]


def asked(event: dict[str, Any]) -> bool:
    return event["event"] == "warnings"


def extracts(store: Path) -> int:
    registry = Registry(store)
    assert not list((store / "snapshots").glob(".*"))
    return len(registry.snapshots(SOURCE))


def test_every_step_is_told_and_the_outcome_last(store: Path) -> None:
    told = Told(store, FEBRUARY)
    status, last = told.end()
    (snapshot,) = Registry(store).snapshots(SOURCE)[1:]
    assert (status, last) == (
        0,
        {"event": "ended", "outcome": "loaded", "message": "", "snapshots": [snapshot.id], "warnings": []},
    )
    steps = [e for e in told.events if e["event"] == "progress"]
    assert len(steps) == len(told.events) - 1
    assert steps[0]["what"] == "starting"
    done = [e["done"] for e in steps[1:]]
    assert done == list(range(len(done)))
    assert steps[-1]["done"] == steps[-1]["of"] == done[-1]


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [("accept\n", "loaded", 0), ("decline\n", "unaccepted", 2), ("yes\n", "unaccepted", 2), (None, "unaccepted", 2)],
    ids=["accept", "decline", "another word", "nobody there"],
)
def test_warnings_wait_for_an_answer(store: Path, few: Path, answer: str | None, outcome: str, status: int) -> None:
    told = Told(store, few)
    (warning,) = told.until(asked)["warnings"]
    assert "fewer than" in warning
    assert extracts_while_open(store) == 1
    found, last = told.end(answer)
    assert (found, last["outcome"]) == (status, outcome)
    assert extracts(store) == (2 if outcome == "loaded" else 1)
    assert Registry(store).loads()[0].outcome == outcome


def extracts_while_open(store: Path) -> int:
    return len(Registry(store).snapshots(SOURCE))


def test_accepting_beforehand_asks_nothing(store: Path, few: Path) -> None:
    told = Told(store, few, options=("--accept-warnings",))
    status, last = told.end()
    assert (status, last["outcome"], len(last["warnings"])) == (0, "loaded", 1)
    assert not any(map(asked, told.events))


def test_a_load_that_asks_can_be_cancelled(store: Path, few: Path) -> None:
    told = Told(store, few)
    told.until(asked)
    told.process.send_signal(signal.SIGTERM)
    status, last = told.end()
    assert (status, last["outcome"]) == (130, "cancelled")
    assert extracts(store) == 1


def test_when_nobody_listens_any_more_nothing_stays(store: Path) -> None:
    told = Told(store, FEBRUARY)
    told.until(lambda event: event["event"] == "progress")
    assert told.process.stdout
    told.process.stdout.close()
    assert told.process.wait(60) == 130
    for pipe in (told.process.stdin, told.process.stderr):
        assert pipe
        pipe.close()
    assert extracts(store) == 1


def test_what_is_refused_is_told(store: Path, tmp_path: Path) -> None:
    odd = tmp_path / "2020-03-odd-stop-and-search.csv"
    odd.write_text("Crime,When\n1,2020-02-01\n", encoding="utf-8")
    status, last = Told(store, odd).end()
    assert (status, last["outcome"]) == (2, "refused")
    assert "missing Date, Type" in last["message"]
    status, last = Told(store, JANUARY).end()
    assert "was loaded on" in last["message"]


class TestInTheBackground:
    def test_a_load_waits_for_another_and_uploads_go_when_it_ends(self, store: Path, few: Path) -> None:
        batch = Uploads(store).batch()
        with REAL_MONTHS[14].open("rb") as content:
            march = batch.add(REAL_MONTHS[14].name, content)
        first = BackgroundLoad([few], "data.police.uk", store)
        until(lambda: first.standing.asking)
        second = BackgroundLoad([march], "data.police.uk", store, batch)
        until(lambda: second.standing.what == "waiting for another load to end")
        assert second.running
        first.answer(False)
        first.answer(True)  # too late
        assert first.wait(60).outcome == "unaccepted"
        assert second.wait(60).outcome == "loaded"
        assert not march.exists()
        assert [s.id for s in Registry(store).snapshots(SOURCE)][1:] == list(second.standing.snapshots)

    def test_cancelled_twice_the_process_ends_at_once_and_the_history_says_so(self, store: Path, few: Path) -> None:
        running = BackgroundLoad([few], "data.police.uk", store)
        until(lambda: running.standing.asking)
        os.kill(running._process.pid, signal.SIGSTOP)  # as one that is busy and does not hear
        running.cancel()
        time.sleep(0.3)
        assert running.ending
        running.cancel()
        assert running.wait(20).outcome == "cancelled"
        assert running._process.returncode == -signal.SIGKILL
        assert extracts(store) == 1
        assert Registry(store).loads()[0].outcome == "interrupted"

    def test_a_refusal_names_the_file_and_not_where_it_was_kept(self, store: Path) -> None:
        batch = Uploads(store).batch()
        odd = batch.add("2020-03-odd-stop-and-search.csv", io.BytesIO(b"Crime,When\n1,2020-02-01\n"))
        standing = BackgroundLoad([odd], "data.police.uk", store, batch).wait(60)
        assert standing.outcome == "refused"
        assert standing.outcome in OUTCOMES
        assert standing.message.startswith("2020-03-odd-stop-and-search.csv: the headings do not fit")


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
