"""Settings and targets from the command line: what is set holds, what is refused says why, and all of it is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from equality.choices.in_force import in_force
from equality.cli import app
from equality.protection.audit import Act, audit_log
from equality.store.registry import Registry


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store in which nothing has been chosen."""
    Registry(tmp_path / "store")
    return tmp_path / "store"


def run(store: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["settings", *arguments, "--store", str(store)])


def line(store: Path, name: str) -> str:
    """What `list` says of one setting or target."""
    (found,) = [row for row in run(store, "list").stdout.splitlines() if row.split()[0] == name]
    return found


def test_a_setting_holds_until_it_is_taken_back(store: Path) -> None:
    assert line(store, "minimum_n").startswith("minimum_n  20 people  (default; may be ")
    done = run(store, "set", "minimum_n", "30", "--reason", "Board of 3 May")
    assert done.exit_code == 0
    assert "30 people" in done.stderr
    assert in_force(Registry(store).database).settings.minimum_n == 30
    assert "30 people" in line(store, "minimum_n")
    assert "chosen by " in line(store, "minimum_n")
    again = run(store, "set", "minimum_n", "30")
    assert (again.exit_code, again.stderr.strip()) == (0, "That holds already; nothing was changed.")
    assert run(store, "set", "minimum_n", "default", "--agreed").exit_code == 0  # fewer people: less protection
    assert in_force(Registry(store).database).settings.minimum_n == 20
    taken, given = run(store, "history").stdout.splitlines()
    assert "minimum_n: 30 → null" in taken
    assert "minimum_n: 20 → 30" in given
    assert given.endswith("because: Board of 3 May")
    assert [entry.act for entry in audit_log(Registry(store)).entries()].count(Act.settings) == 2


def test_a_target_holds_where_it_is_meant_to(store: Path) -> None:
    assert run(store, "set", "target:ethnicity", "65%").exit_code == 0
    done = run(store, "set", "target:ethnicity", "0.5", "--role", "victim", "--channel", "Online")
    assert done.exit_code == 0
    assert "the target is 50%" in done.stderr
    targets = in_force(Registry(store).database).targets
    assert targets.of("ethnicity") == targets.of("ethnicity", "suspect", "Online") == 0.65
    assert targets.of("ethnicity", "victim", "Online") == 0.5
    listed = [row for row in run(store, "list").stdout.splitlines() if row.startswith("target:ethnicity ")]
    assert len(listed) == 2
    assert "65%" in listed[0]
    assert "50%  for " in listed[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("minimum_n", "many"), "'many' is no number: give one such as 20, 0.8 or 80%, or default."),
        (("minimum_n", "30", "--role", "victim"), "Only targets are for a role or a channel."),
        (("audit_reason_required", "1"), "'1' is neither yes nor no, nor default."),
        (("disclosure_threshold", "2"), "give 5 to 100"),
        (("target:ethnicity", "120%"), "120% cannot be aimed at"),
        (("target:shoe_size", "50%"), "shoe_size"),
        (("no_such_setting", "1"), "no_such_setting"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(store: Path, arguments: tuple[str, ...], words: str) -> None:
    refused = run(store, "set", *arguments)
    assert refused.exit_code != 0
    assert words in " ".join(refused.stderr.split())
    assert "Traceback" not in refused.stderr
    assert run(store, "history").stdout == ""


def test_less_protection_must_be_agreed(store: Path) -> None:
    refused = run(store, "set", "disclosure_threshold", "5")
    assert refused.exit_code != 0
    assert in_force(Registry(store).database).settings.disclosure_threshold > 5
    assert run(store, "set", "disclosure_threshold", "5", "--agreed", "--reason", "DPO, 4 May").exit_code == 0
    assert in_force(Registry(store).database).settings.disclosure_threshold == 5
