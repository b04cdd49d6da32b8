"""The command line as a user types it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from equality.cli import app
from equality.measures.dimensions import Selection
from equality.measures.states import STATES
from equality.protection.disclosure import MARKER, Disclosure, rule, secret_of
from equality.settings import settings
from equality.store.registry import Registry
from tests.conftest import REAL_MONTHS

RATES = ("populated", "known", "validity", "disclosure", "asked", "recoverable")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_counts_prints_dimensions_states_and_rates_in_order(sample_store: Path) -> None:
    got = rows(run("counts", "--by", "area,team", "--characteristic", "ethnicity", "--format", "csv",
                   "--store", sample_store))  # fmt: skip
    rates = [f"{rate}{suffix}" for rate in RATES for suffix in ("", "_low", "_high")]
    assert list(got[0]) == ["area", "team", "applicable", *STATES, *rates, "data_status"]
    assert {row["data_status"] for row in got} == {"SYNTHETIC"}
    for row in got:
        assert int(row["applicable"]) == sum(int(row[state]) for state in STATES[:-1])
        if int(row["applicable"]):
            assert float(row["known"]) == pytest.approx(int(row["valid"]) / int(row["applicable"]))
            assert float(row["known_low"]) <= float(row["known"]) <= float(row["known_high"])
        else:
            assert row["known"] == row["known_low"] == ""


def test_counts_narrow_by_period_role_and_flag(sample_store: Path) -> None:
    base = ["counts", "--by", "month,role", "--characteristic", "sex", "--format", "json", "--store", sample_store]
    everything = json.loads(run(*base, "--source", "athena").stdout)
    some = json.loads(run(*base, "--period", "2026-01..2026-10", "--role", "victim").stdout)
    wanted = [row for row in everything if "2026-01" <= row["month"] <= "2026-10" and row["role"] == "victim"]
    assert some == wanted
    assert len(some) == 10
    flagged = json.loads(run(*base, "--role", "victim", "--flag", "domestic_abuse").stdout)
    assert 0 < sum(row["applicable"] for row in flagged) < sum(row["applicable"] for row in everything)


@pytest.mark.parametrize("output", ["csv", "json", "table"])
def test_counts_for_viewers_are_rounded_and_marked_in_every_format(sample_store: Path, output: str) -> None:
    """The same figures as the dashboard shows them, and nothing else on either stream."""
    result = run("counts", "--by", "team,month", "--characteristic", "disability", "--role", "victim", "--source",
                 "athena", "--audience", "viewer", "--format", output, "--store", sample_store)  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert MARKER in result.stderr
    if output == "table":
        # The terminal is too narrow for all columns: what it prints is a part of the others.
        assert MARKER in result.stdout
        return
    found = rows(result) if output == "csv" else json.loads(result.stdout)
    registry = Registry(sample_store)
    snapshot = registry.latest("athena")
    assert snapshot
    seen = Disclosure(registry.counts(snapshot).collect(), secret_of(sample_store), rule(settings())).slice(
        by=["team", "month"], characteristics=["disability"], selection=Selection(where={"role": ("victim",)})
    )
    assert len(found) == seen.height > 300
    for line, shown in zip(found, seen.iter_rows(named=True), strict=True):
        for name in ("applicable", *STATES):
            assert str(line[name]) == (MARKER if shown[name] is None else str(shown[name]))
            assert line[name] == MARKER or int(line[name]) % 5 == 0
        if line["known"] not in (MARKER, "", None):
            assert float(line["known"]) == pytest.approx(int(line["valid"]) / int(line["applicable"]))
    assert sum(line["declined"] == MARKER for line in found) > 20


def test_counts_for_viewers_combine_two_dimensions_and_no_more(sample_store: Path) -> None:
    result = run("counts", "--by", "area,team,channel", "--characteristic", "sex", "--audience", "viewer",
                 "--store", sample_store)  # fmt: skip
    assert result.exit_code == 2
    assert "at most 2 dimensions" in result.stderr
    assert result.stdout == ""


def test_synthetic_figures_say_so_and_real_ones_do_not(sample_store: Path) -> None:
    synthetic = run("counts", "--by", "team", "--characteristic", "religion", "--store", sample_store)
    assert "SYNTHETIC data" in synthetic.stderr
    real = run("counts", "--by", "area", "--characteristic", "ethnicity", "--store", sample_store)
    assert "SYNTHETIC" not in real.stderr + real.stdout
    assert "Stop and search" in real.stderr
    assert "Worcester" in real.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--by", "beat", "--characteristic", "sex"], "unknown dimension beat: this export has"),
        (["--by", "area", "--characteristic", "height"], "unknown characteristic height: this store has"),
        (["--by", "area", "--characteristic", "sex", "--period", "2026-13"], "is not a month or a range"),
        (["--by", "area", "--characteristic", "sex", "--period", "2026-05..2026-01"], "is not a month or a range"),
        (["--by", "area", "--characteristic", "sex", "--flag", "spooky"], "unknown flag spooky: flags are"),
        (["--by", "area", "--characteristic", "sex", "--source", "niche"], "the store has no source niche"),
        (
            ["--by", "team", "--characteristic", "sex", "--source", "stop_and_search"],
            "unknown dimension team: this export has",
        ),
        (["--by", "area", "--characteristic", "sex", "--role", "bystander"], "no records in this selection: stop_and"),
        (["--by", "channel,beat", "--characteristic", "religion"], "unknown dimension beat"),
    ],
)
def test_counts_says_what_is_wrong_and_what_there_is(sample_store: Path, options: list[str], message: str) -> None:
    result = run("counts", *options, "--store", sample_store)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    result = run("counts", "--by", "area", "--characteristic", "sex", "--store", tmp_path / "none")
    assert result.exit_code == 2
    assert "is empty; load an export first" in result.stderr
    assert not (tmp_path / "none").exists()


def test_load_reports_rows_and_unmapped_labels(tmp_path: Path) -> None:
    result = run("load", *REAL_MONTHS[:2], "--profile", "data.police.uk", "--store", tmp_path)
    assert result.exit_code == 0, result.stderr
    assert "552 rows in, 552 accepted, 0 rejected" in result.stderr
    assert Registry(tmp_path).sources() == ["stop_and_search"]


def test_load_refuses_with_one_message(tmp_path: Path) -> None:
    result = run("load", tmp_path / "gone.csv", "--profile", "athena", "--store", tmp_path / "store")
    assert result.exit_code == 2
    assert "gone.csv: does not exist; check the path" in result.stderr
    assert "Traceback" not in result.stderr
    wrong = run("load", REAL_MONTHS[0], "--profile", "nice", "--store", tmp_path / "store")
    assert wrong.exit_code == 2
    assert "There is no profile 'nice'" in wrong.stderr


def test_a_label_that_looks_like_a_formula_is_no_formula_in_csv(tmp_path: Path) -> None:
    text = REAL_MONTHS[0].read_text(encoding="utf-8").replace("Controlled drugs", '"=HYPERLINK(""x"")"')
    path = tmp_path / REAL_MONTHS[0].name
    path.write_text(text, encoding="utf-8")
    assert run("load", path, "--profile", "data.police.uk", "--store", tmp_path / "store").exit_code == 0
    got = rows(run("counts", "--by", "crime_group", "--characteristic", "sex", "--format", "csv",
                   "--store", tmp_path / "store"))  # fmt: skip
    assert '\'=HYPERLINK("x")' in {row["crime_group"] for row in got}


def test_seed_fills_an_empty_store_once(tmp_path: Path) -> None:
    first = run("seed", "--store", tmp_path / "store", "--people", "12000")
    assert first.exit_code == 0, first.stderr
    registry = Registry(tmp_path / "store")
    assert registry.sources() == ["stop_and_search", "athena"]
    assert len(registry.snapshots("athena")) >= 24
    again = run("seed", "--store", tmp_path / "store")
    assert "nothing to do" in again.stderr


def test_load_takes_either_files_or_a_folder(tmp_path: Path) -> None:
    neither = run("load", "--profile", "athena", "--store", tmp_path)
    both = run("load", REAL_MONTHS[0], "--watch", tmp_path, "--profile", "athena", "--store", tmp_path)
    for result in (neither, both):
        assert result.exit_code == 2
        assert "name either files to load or a folder" in result.stderr


def test_a_load_that_differs_is_refused_unless_its_warnings_are_accepted(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert run("load", REAL_MONTHS[0], "--profile", "data.police.uk", "--store", store).exit_code == 0
    lines = REAL_MONTHS[1].read_text(encoding="utf-8").splitlines(keepends=True)
    half = tmp_path / REAL_MONTHS[1].name
    half.write_text("".join(lines[: len(lines) // 3]), encoding="utf-8")
    refused = run("load", half, "--profile", "data.police.uk", "--store", store)
    assert refused.exit_code == 2
    assert "fewer than the" in refused.stderr
    assert "--accept-warnings" in refused.stderr
    accepted = run("load", half, "--profile", "data.police.uk", "--store", store, "--accept-warnings")
    assert accepted.exit_code == 0
    assert "Warning, accepted:" in accepted.stderr
    history = run("loads", "--store", store).stdout.splitlines()
    assert [line.split("  ")[1] for line in history] == ["Loaded", "Warnings not accepted", "Loaded"]


def test_purge_asks_and_keeps_the_counts(tmp_path: Path) -> None:
    run("load", *REAL_MONTHS[:2], "--profile", "data.police.uk", "--store", tmp_path)
    slice_of = ["counts", "--by", "month", "--characteristic", "sex", "--format", "csv", "--store", tmp_path]
    before = rows(run(*slice_of))
    unset = run("purge", "--store", tmp_path)
    assert unset.exit_code == 2
    assert "EQUALITY_RETENTION_DAYS" in unset.stderr
    unasked = run("purge", "--days", "30", "--store", tmp_path)
    assert unasked.exit_code == 2
    assert "552 records" in unasked.stderr
    assert "say --yes" in unasked.stderr
    assert run("purge", "--before", "2019-01-01", "--store", tmp_path).exit_code == 0
    assert Registry(tmp_path).purged("stop_and_search") == []
    assert run("purge", "--days", "30", "--yes", "--store", tmp_path).exit_code == 0
    assert len(Registry(tmp_path).purged("stop_and_search")) == 1
    assert rows(run(*slice_of)) == before
    assert "no source niche" in run("purge", "--source", "niche", "--days", "1", "--store", tmp_path).stderr
