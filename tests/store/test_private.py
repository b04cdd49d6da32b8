"""Private folders: gone with their process, swept when it was killed, and never anybody else's."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

from equality.exports import workspace
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.settings import ROOT
from equality.store.private import PrivateFolders
from equality.store.registry import Registry
from tests.conftest import REAL_MONTHS

POLICE_UK = load_profile("data.police.uk")
KILLED = """
import os, signal, sys
from pathlib import Path
from equality.exports.profile import load_profile
from equality.exports.read import open_exports
files = open_exports([Path(name) for name in sys.argv[1:]], load_profile("data.police.uk"))
print("open", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]


def opening(*paths: Path) -> subprocess.Popen[str]:
    """A process that has opened exports, and is killed once it is told so."""
    command = [sys.executable, "-c", KILLED, *map(str, paths)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "open\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.communicate("now\n", timeout=30)
    assert process.returncode == -signal.SIGKILL


def test_the_next_load_removes_what_a_killed_one_left_and_nothing_of_one_alive(
    url: str, temporary: Path, tmp_path: Path
) -> None:
    dead, alive = opening(REAL_MONTHS[0]), opening(REAL_MONTHS[1])
    kill(dead)
    before = set(files_in(temporary))
    assert len(before) == 2
    strange = [temporary / "equality-pg-1234", temporary / "equality-0123456789abcdef", temporary / "other"]
    for folder in strange:
        folder.mkdir()
        (folder / "kept.txt").write_text("not ours to remove")
    load(REAL_MONTHS[2:3], POLICE_UK, tmp_path / "store", registry=Registry(tmp_path / "store", url))
    after = {path for path in files_in(temporary) if path.name != "kept.txt"}
    assert len(after & before) == 1, "only the files of the process that lives are left"
    assert all((folder / "kept.txt").exists() for folder in strange)
    kill(alive)
    load(REAL_MONTHS[3:4], POLICE_UK, tmp_path / "store", registry=Registry(tmp_path / "store", url))
    assert not set(files_in(temporary)) & before
    assert not [path for path in temporary.glob("equality-*.lock") if not path.with_suffix("").exists()]


def test_a_lock_of_nobody_without_a_folder_goes_too(tmp_path: Path) -> None:
    (tmp_path / "equality-0123456789abcdef.lock").touch()
    (tmp_path / "equality-mine.lock").touch()
    PrivateFolders(tmp_path, "equality-").clear()
    assert [path.name for path in tmp_path.iterdir()] == ["equality-mine.lock"]


def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.txt").touch()
    root = tmp_path / "root"
    root.mkdir()
    (root / "0123456789abcdef").symlink_to(elsewhere)
    (root / "0123456789abcdef.lock").touch()
    PrivateFolders(root).clear()
    assert (elsewhere / "kept.txt").exists()


def test_what_is_held_is_left_also_without_a_folder_yet(tmp_path: Path) -> None:
    with FileLock(tmp_path / "0123456789abcdef.lock"):
        PrivateFolders(tmp_path).clear()
        assert (tmp_path / "0123456789abcdef.lock").exists()


def _in_another(folders: PrivateFolders, told: object) -> None:
    told.put((os.getpid(), str(folders.new().parent)))
    folders.close()


def test_a_forked_process_has_a_folder_of_its_own(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    folders = PrivateFolders(tmp_path)
    mine = folders.new()
    told = context.SimpleQueue()
    process = context.Process(target=_in_another, args=(folders, told))
    process.start()
    process.join(30)
    number, theirs = told.get()
    assert number == process.pid
    assert theirs != str(mine.parent)
    assert mine.exists()
    folders.close()
    assert not list(tmp_path.iterdir())


def test_a_process_that_ends_by_itself_leaves_nothing(temporary: Path) -> None:
    program = "from equality.exports.workspace import Workspace; kept = Workspace(); kept.file('.x').write_text('1')"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
    assert not list(temporary.iterdir())
    workspace.clear()
