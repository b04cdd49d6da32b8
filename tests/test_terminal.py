"""What an export says reaches a terminal as text: no colour, title, sound or turned word of its making."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from equality.synthetic import generate
from tests.conftest import SYNTHETIC_UNTIL

MARKS = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202eturned\x08"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    made = generate(tmp_path / "extracts", people=3000, months=24, until=SYNTHETIC_UNTIL)[-1]
    rows = pl.read_csv(made, infer_schema=False)
    some = pl.int_range(pl.len()) < 60
    marked = [pl.when(some).then(pl.lit(MARKS)).otherwise(pl.col(c)).alias(c) for c in ("Sex", "Team")]
    rows.with_columns(*marked, pl.lit("x").alias(MARKS)).write_csv(made)
    return made.rename(made.with_name(f"{MARKS} {made.name}"))


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "equality", *map(str, arguments)]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, encoding="utf-8", check=False)


def printed(*arguments: object) -> str:
    """Everything that a command prints, as the terminal gets it."""
    done = run(*arguments)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert [c for c in said if not c.isprintable() and c != "\n"] == []
    return said


def on_a_terminal(*arguments: object) -> str:
    """What a command writes to a terminal."""
    pty = pytest.importorskip("pty", reason="Windows has none")
    ours, theirs = pty.openpty()
    # The terminal holds a few kilobytes until somebody reads.
    process = subprocess.Popen(command(*arguments), stdout=theirs)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:
        pass  # Linux says so that the other end is closed.
    os.close(ours)
    assert process.wait() == 0
    text = said.decode().replace("\r\n", "\n")
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    return text


def test_no_command_lets_a_label_act_on_the_terminal(export: Path, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "store")
    shown = "1b[31mred"
    assert shown in printed("profile", "check", "athena", export)
    assert "open" in printed("profile", "draft", export, "--out", tmp_path / "PROFILE.yaml")
    assert shown in printed("load", export.with_suffix(".missing"), "--profile", "athena", *store)
    assert shown in printed("load", export, "--profile", "athena", *store)
    assert shown in printed("loads", *store)
    assert shown in printed("audit", "list", *store)
    counts = ("counts", "--by", "team", "--characteristic", "sex", *store, "--format")
    assert shown in printed(*counts, "table")
    assert shown in printed(*counts, "json")
    assert MARKS in run(*counts, "csv").stdout, "a file holds what the export holds"
    assert shown in on_a_terminal(*counts, "csv")
