"""The commands of worklists as a user, or a scheduler, types them."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from equality.cli import app
from equality.protection.audit import audit_log
from equality.store.registry import Registry

SOON = (date.today() + timedelta(days=9)).isoformat()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["worklist", *map(str, arguments)])


@pytest.fixture
def store(sample_store: Path, tmp_path: Path) -> Path:
    shutil.copytree(sample_store, tmp_path / "store")
    return tmp_path / "store"


def test_a_list_is_assigned_listed_and_followed(store: Path) -> None:
    wanted = ["--source", "athena", "--characteristic", "ethnicity", "--role", "victim", "--state", "blank"]
    made = run("assign", "--team", "Crime bureau", "--due", SOON, *wanted, "--reason", "weekly", "--store", store)
    assert made.exit_code == 0, made.stderr
    registry = Registry(store)
    (entry,) = [e for e in audit_log(registry).entries() if e.act == "assignment"]
    assert (entry.reason, entry.about["team"]) == ("weekly", "Crime bureau")
    cells = f"{entry.about['cells']:,}"
    assert made.stderr.startswith("List 1: ")
    listed = run("list", "--store", store).stdout
    assert listed.startswith(f"1  Crime bureau  due {SOON}  {cells} cells on {cells} records  athena: Victims")
    told = run("progress", "--by", "team", "--format", "csv", "--store", store)
    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    assert sum(int(row["cells"]) for row in rows) == sum(int(row["open"]) for row in rows) == entry.about["cells"]
    assert {row["data_status"] for row in rows} == {"SYNTHETIC"}
    (whole,) = json.loads(run("progress", 1, "--history", "--format", "json", "--store", store).stdout)
    assert (whole["cells"], whole["settled"], whole["due"]) == (entry.about["cells"], 0, SOON)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["progress", "7"], "there is no list 7"),
        (["progress", "--by", "shoe_size"], "told apart by team"),
        (["assign", "--team", "A", "--due", "soon", "--characteristic", "sex"], "isoformat"),
        (["assign", "--team", "A", "--due", "2020-01-01", "--characteristic", "sex"], "is past"),
        (["assign", "--team", "A", "--due", SOON, "--characteristic", "hat"], "unknown characteristic hat"),
        (["assign", "--team", "A", "--due", SOON, "--characteristic", "sex", "--state", "lost"], "unknown state lost"),
        (["assign", "--team", "A", "--due", SOON, "--characteristic", "sex", "--where", "hat=red"], "DIMENSION=VALUE"),
        (["assign", "--team", "A", "--due", SOON, "--characteristic", "sex", "--flag", "hat"], "unknown flag hat"),
        (["assign", "--team", "A", "--due", SOON, "--characteristic", "sex", "--source", "hat"], "no source hat"),
    ],
)
def test_what_cannot_be_is_answered_with_one_message(sample_store: Path, arguments: list[str], message: str) -> None:
    answer = run(*arguments, "--store", sample_store)
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert answer.stderr.count("Error: ") == 1
