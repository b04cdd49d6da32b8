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
from typing import Any

import pytest
import yaml

from equality.errors import EqualityError, ExportError
from equality.exports.load import Loaded
from equality.exports.profile import load_profile
from equality.exports.watch import Watch
from equality.exports.watch_sets import SetWatch
from equality.settings import ROOT
from equality.store.registry import Registry
from tests.conftest import REAL_MONTHS
from tests.exports.making import Rows, text_of
from tests.exports.test_joined_tables import CRIMES, PERSONS, ROLES
from tests.exports.test_joined_tables import profile as set_profile

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


NAMED: dict[str, Any] = {"file_name": r"(?P<year>\d{4})-(?P<month>\d\d)", "snapshot": "each_extract_date"}


class Sets:
    """A folder in which tables arrive, and looks at it one by one."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.path = folder / "arrivals"
        self.path.mkdir()
        self.profile = set_profile(**more)
        self.registry = Registry(folder / "store")
        self.restart()

    def restart(self) -> None:
        self.watch = SetWatch(self.path, self.profile, self.registry, accept_warnings=True)

    def put(self, name: str, rows: Rows) -> None:
        (self.path / name).write_text(text_of(rows), encoding="utf-8")

    def look(self, times: int = 2) -> list[tuple[str, Any]]:
        return [told for _ in range(times) for told in self.watch.look(threading.Event())]

    @property
    def loaded(self) -> int:
        return len(self.registry.snapshots("set"))


def test_a_set_is_loaded_once_all_its_tables_are_complete(tmp_path: Path) -> None:
    sets = Sets(tmp_path, extract=NAMED)
    sets.put("crimes-2024-02.csv", CRIMES)
    sets.put("roles-2024-02.csv", ROLES)
    sets.put("roles-2024-03.csv", ROLES[:3])
    told = [message for _, message in sets.look(4)]
    assert told == [
        "the set of 29 February 2024 has crimes-2024-02.csv, roles-2024-02.csv; missing persons",
        "the set of 31 March 2024 has roles-2024-03.csv; missing crimes, persons",
    ]
    sets.put("persons-2024-02.csv", PERSONS[:2])
    sets.look(1)
    sets.put("persons-2024-02.csv", PERSONS)
    assert sets.look(1) == []  # it has grown since the last look
    ((names, outcome),) = [each for each in sets.look(2) if isinstance(each[1], Loaded)]
    assert names == "crimes-2024-02.csv, persons-2024-02.csv, roles-2024-02.csv"
    assert outcome.snapshots[0].accepted == 3
    sets.restart()
    assert [message for _, message in sets.look(3)] == told[1:]
    assert sets.loaded == 1
    sets.put("crimes-2024-03.csv", CRIMES)
    sets.put("persons-2024-03.csv", PERSONS)
    sets.look(3)
    assert sets.loaded == 2  # persons and crimes came again unchanged, beside the same roles of another month


def test_a_refused_set_waits_until_a_file_of_it_changes(tmp_path: Path) -> None:
    sets = Sets(tmp_path)
    sets.put("a.csv", CRIMES)
    sets.put("b.csv", PERSONS)
    sets.put("c.csv", [ROLES[0], ["8", "10", "V"]])
    sets.put("d.csv", [["some", "thing"], ["1", "2"]])
    told = sets.look(4)
    assert [type(outcome) for _, outcome in told] == [ExportError, ExportError]
    assert "is none of the tables" in str(told[0][1])
    sets.put("c.csv", ROLES)
    ((names, outcome),) = sets.look(3)
    assert (names, type(outcome)) == ("a.csv, b.csv, c.csv", Loaded)
    sets.put("b.csv", [PERSONS[0], ["10", "M", "x"], ["20", "M", "y"]])
    assert [message for _, message in sets.look(3)] == ["the set has b.csv; missing crimes, roles"]
    sets.put("a.csv", CRIMES)
    sets.put("c.csv", ROLES)
    assert [type(outcome) for _, outcome in sets.look(3)] == [Loaded]
    sets.restart()
    assert sets.look(3)[-1][0] == "d.csv"
    assert sets.loaded == 2


def test_the_command_says_what_a_set_waits_for(tmp_path: Path) -> None:
    sets = Sets(tmp_path)
    (tmp_path / "set.yaml").write_text(yaml.safe_dump(sets.profile.model_dump(mode="json", by_alias=True)))
    command = [sys.executable, "-m", "equality", "load", "--watch", sets.path, "--every", "0.2"]
    command += ["--profile", tmp_path / "set.yaml", "--store", sets.registry.store]
    sets.put("crimes.csv", CRIMES)
    process = subprocess.Popen([*map(str, command)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    heard = ""
    while "Waiting" not in heard and process.poll() is None:
        heard += process.stderr.readline()
    sets.put("persons.csv", PERSONS)
    sets.put("roles.csv", ROLES)
    until = time.monotonic() + 60
    while not sets.loaded and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, messages = process.communicate(timeout=30)
    assert "Waiting: the set has crimes.csv; missing persons, roles" in heard
    assert "Loaded crimes.csv, persons.csv, roles.csv." in messages
    assert "persons.csv, persons: 2 in = 2 joined to records" in messages
