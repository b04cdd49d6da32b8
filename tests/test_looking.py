"""The commands that print what a store holds."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from equality.analysis.verdict import by_suite, not_met, verdict
from equality.cli import app
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.rejected import reasons, rejected_rows
from equality.spreadsheet import restored
from equality.store.registry import Registry
from equality.store.snapshot import equation
from tests.conftest import REAL_MONTHS


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose one snapshot rejected two rows, one of which would be a formula."""
    folder = tmp_path_factory.mktemp("rejecting")
    lines = REAL_MONTHS[0].read_text(encoding="utf-8").splitlines()
    lines[1] = "=1+1" + lines[1][lines[1].index(",") :].replace("2019-01", "soon")
    lines[4] += ",one,too many"
    path = folder / REAL_MONTHS[0].name
    path.write_text("\n".join(lines), encoding="utf-8")
    load([path], load_profile("data.police.uk"), folder / "store")
    return folder / "store"


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.output


def test_snapshots_are_listed_with_their_accounting(store: Path) -> None:
    (snapshot,) = Registry(store).snapshots()
    accepted = snapshot.rows_in - 2
    status, printed = run("snapshots", "--store", store)
    assert status == 0
    expected = f"{snapshot.id}  2019-01-31  {snapshot.rows_in:,} in = {accepted:,} accepted + 2 rejected\n"
    assert printed == expected
    assert run("snapshots", "--source", "stop_and_search", "--store", store)[1] == printed
    assert run("snapshots", "--source", "athena", "--store", store)[0] == 2
    assert run("snapshots", "--store", store / "none") == (0, "")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rejected_rows_are_written_with_text_line_and_reason(store: Path, tmp_path: Path, kind: str) -> None:
    (snapshot,) = Registry(store).snapshots()
    out = tmp_path / f"rows.{kind}"
    assert run("rejected", snapshot.id, "--out", out, "--store", store)[0] == 0
    read = pl.read_csv(out, infer_schema=False) if kind == "csv" else pl.read_excel(out, infer_schema_length=0)
    assert read["person_type"][0] == "'=1+1"
    back = restored(read)
    assert back["person_type"][0] == "=1+1"
    assert back.select("row", "line").cast(pl.Int64).rows() == [(1, 2), (4, 5)]
    assert back["raw_text"][1].endswith(",one,too many")
    assert "data_status" not in back.columns
    assert run("rejected", snapshot.id, "--out", out, "--store", store)[0] == 2
    assert run("rejected", "nothing", "--out", tmp_path / "other.csv", "--store", store)[0] == 2
    assert not (tmp_path / "other.csv").exists()


def test_rejected_rows_of_synthetic_people_say_so(registry: Registry) -> None:
    newest = registry.latest("athena")
    assert newest
    assert rejected_rows(registry, newest).columns[-1] == "data_status"


def test_reasons_are_counted(store: Path) -> None:
    registry = Registry(store)
    counted = reasons(registry, registry.snapshots()[0])
    assert counted["rows"].to_list() == [1, 1]


def test_an_equation_that_does_not_hold_is_not_written_as_one() -> None:
    assert equation(1000, 990, 10, 4) == "1,000 in = 990 accepted + 10 rejected (4 of them duplicates)"
    assert equation(1000, 990, 9, 0) == "1,000 in ≠ 990 accepted + 9 rejected"


def test_the_verdict_counts_what_is_met(registry: Registry) -> None:
    newest = registry.latest("athena")
    assert newest
    outcome = registry.validation(newest) or {}
    found = verdict(outcome)
    suites = by_suite(outcome)
    failed = not_met(outcome, {"sex": "Sex"})
    assert (found.of, found.met) == (suites["expectations"].sum(), suites["met"].sum())
    assert failed.height == suites["not_met"].sum() == found.of - found.met > 0
    assert failed["failing"].is_sorted(descending=True)
    assert "Sex" in failed["about"]
    assert verdict(None).short == verdict({}).short == "not judged"
