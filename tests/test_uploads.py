"""Uploaded files are private, go when nobody needs them, and their names lead nowhere."""

from __future__ import annotations

import gc
import io
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from equality.errors import ExportError
from equality.exports.arrivals import arrival, arrived
from equality.settings import ROOT
from equality.uploads import Uploads, plain_name, shown


def test_files_are_private_and_two_may_have_one_name(tmp_path: Path) -> None:
    batch = Uploads(tmp_path).batch()
    one, two = (batch.add("../../export.csv", io.BytesIO(content)) for content in (b"1", b"2"))
    assert (one.name, two.name, one.read_bytes(), two.read_bytes()) == ("export.csv", "export.csv", b"1", b"2")
    for path in (one, *one.parents):
        if path == tmp_path:
            break
        assert path.is_relative_to(tmp_path)
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    batch.remove()
    assert not batch.folder.exists()


def test_they_go_with_the_last_reference(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    batch = uploads.batch()
    batch.add("a.csv", io.BytesIO(b"1"))
    folder = batch.folder
    del batch
    gc.collect()
    assert not folder.exists()


def test_they_go_after_a_time_unless_a_load_has_taken_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equality.uploads.UNUSED", 0.3)
    uploads = Uploads(tmp_path)
    waiting, taken = uploads.batch(), uploads.batch()
    taken.keep()
    until = time.monotonic() + 10
    while waiting.folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.3)
    assert not waiting.folder.exists()
    assert taken.folder.exists()
    uploads.close()


def test_every_thread_of_the_process_may_add(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        batches = [batch.result(10) for batch in [threads.submit(uploads.batch) for _ in range(20)]]
    assert len({batch.folder for batch in batches}) == 20
    uploads.close()


def test_nothing_is_made_before_the_first_upload(tmp_path: Path) -> None:
    Uploads(tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_the_next_process_removes_what_a_dead_one_left_and_nothing_else(tmp_path: Path) -> None:
    program = (
        "import io, os, signal, sys; from pathlib import Path; from equality.uploads import Uploads\n"
        "batch = Uploads(Path(sys.argv[1])).batch(); print(batch.add('a.csv', io.BytesIO(b'1')), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    died = subprocess.run(
        [sys.executable, "-c", program, tmp_path], check=False, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    left = Path(died.stdout.strip())
    assert left.exists()
    alive = Uploads(tmp_path)
    mine = alive.batch().add("b.csv", io.BytesIO(b"2"))
    assert not left.exists()
    batch = alive.batch()
    kept = batch.add("c.csv", io.BytesIO(b"3"))
    Uploads(tmp_path)
    assert kept.exists()
    assert not mine.exists()  # nothing refers to its batch
    alive.close()
    assert not kept.exists()


@pytest.mark.parametrize("name", ["", "..", "a/..", "a\\..\\", " . ", "a\nb.csv", "a\x00.csv", "x" * 300])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ExportError, match="no name for a file"):
        plain_name(name)


@pytest.mark.parametrize(
    ("name", "plain"), [("C:\\exports\\a.csv", "a.csv"), ("/etc/passwd", "passwd"), ("-rf *?.csv", "-rf *?.csv")]
)
def test_a_name_loses_its_folders(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_messages_do_not_name_the_private_folder(tmp_path: Path) -> None:
    store = tmp_path / "a store"
    path = Uploads(store).batch().add("2020-01.csv", io.BytesIO(b"1"))
    assert (
        shown(f"{path}: the file is empty; see {tmp_path}/x", store)
        == f"2020-01.csv: the file is empty; see {tmp_path}/x"
    )


def test_only_files_directly_in_the_inbox_can_be_chosen(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "deeper").mkdir(parents=True)
    for name in ("b.csv", "a.csv", ".hidden.csv", "~lock.xlsx", "late.csv.part", "deeper/c.csv", "../outside.csv"):
        (inbox / name).write_text("1")
    (inbox / "way-out.csv").symlink_to(tmp_path / "outside.csv")
    (inbox / "to-deeper.csv").symlink_to(inbox / "deeper" / "c.csv")
    assert arrived(inbox) == ["a.csv", "b.csv"]
    assert arrival(inbox, "a.csv") == inbox / "a.csv"
    for name in (
        "../outside.csv",
        "way-out.csv",
        "deeper/c.csv",
        "",
        ".",
        str(inbox / "a.csv"),
        "absent.csv",
        ".hidden.csv",
    ):
        with pytest.raises(ExportError, match="no file"):
            arrival(inbox, name)
    with pytest.raises(ExportError, match="cannot be read"):
        arrived(tmp_path / "absent")
