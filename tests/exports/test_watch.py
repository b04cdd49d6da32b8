"""A watched folder: complete files are loaded once, whatever happens in between; nothing in it is touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from equality.errors import EqualityError, ExportError
from equality.exports.load import Loaded
from equality.exports.profile import load_profile
from equality.exports.watch import Watch
from equality.settings import ROOT
from equality.store.registry import Registry
from tests.conftest import REAL_MONTHS

pytestmark = pytest.mark.usefixtures("without_verdict")
POLICE_UK = load_profile("data.police.uk")
Told = list[tuple[str, Loaded | EqualityError]]


class Folder:
    """A folder, and looks at it one by one."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "arrivals"
        self.path.mkdir()
        self.registry = Registry(folder / "store")
        self.restart()

    def restart(self) -> None:
        self.watch = Watch(self.path, POLICE_UK, self.registry, accept_warnings=True)

    def look(self, times: int = 2) -> Told:
        told: Told = []
        for _ in range(times):
            for path in self.watch.complete():
                if outcome := self.watch.take(path, threading.Event()):
                    told.append((path.name, outcome))
        return told

    @property
    def loaded(self) -> int:
        return len(self.registry.snapshots("stop_and_search"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_file_is_loaded_once_and_left_where_it_is(folder: Folder) -> None:
    arrived = Path(shutil.copy(REAL_MONTHS[0], folder.path))
    assert folder.look(1) == []  # it may still be growing
    ((name, outcome),) = folder.look(1)
    assert (name, type(outcome)) == (arrived.name, Loaded)
    assert folder.look(3) == []
    folder.restart()
    assert folder.look(3) == []
    arrived.touch()
    assert folder.look(3) == []
    assert folder.loaded == 1
    assert arrived.read_bytes() == REAL_MONTHS[0].read_bytes()
    assert [entry.outcome for entry in folder.registry.loads()] == ["loaded"]


def test_a_file_that_grows_is_left_until_it_is_complete(folder: Folder) -> None:
    content = REAL_MONTHS[0].read_bytes()
    path = folder.path / REAL_MONTHS[0].name
    for part in range(1, 5):
        path.write_bytes(content[: len(content) * part // 4])
        os.utime(path, (part, part))
        assert folder.look(1) == []
    assert len(folder.look(1)) == 1
    (folder.path / f"{REAL_MONTHS[1].name}.part").write_bytes(content)
    (folder.path / f".{REAL_MONTHS[1].name}").write_bytes(content)
    (folder.path / "folder").mkdir()
    assert folder.look(3) == []


def test_a_refused_file_is_told_once_and_does_not_stop_the_others(folder: Folder) -> None:
    (folder.path / "0-refused.csv").write_text("no,export\n1,2\n", encoding="utf-8")
    shutil.copy(REAL_MONTHS[0], folder.path)
    told = folder.look(4)
    assert [type(outcome) for _, outcome in told] == [ExportError, Loaded]
    folder.restart()
    assert [type(outcome) for _, outcome in folder.look(4)] == [ExportError]  # the profile may have been corrected


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not a folder; make it"):
        Watch(tmp_path / "absent", POLICE_UK, Registry(tmp_path / "store"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_loads_what_arrives_and_stops_when_asked(tmp_path: Path, number: int) -> None:
    folder = Folder(tmp_path)
    command = [sys.executable, "-m", "equality", "load", "--watch", folder.path, "--every", "0.2"]
    command += ["--profile", "data.police.uk", "--store", folder.registry.store]
    process = subprocess.Popen([*map(str, command)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    shutil.copy(REAL_MONTHS[0], folder.path)
    until = time.monotonic() + 60
    while not folder.loaded and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(number)
    _, messages = process.communicate(timeout=30)
    assert process.returncode == 0, messages
    assert f"Loaded {REAL_MONTHS[0].name}." in messages
    assert "Stopped watching" in messages
    assert "Traceback" not in messages
    assert folder.loaded == 1
