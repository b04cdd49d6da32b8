"""Real exports of four neighbouring forces and of Los Angeles: all rows load by a drafted profile, without code, and
the numbers equal those of a plain loop over the files.

`EQUALITY_REAL_DATA` may name a folder with the months as published (`FORCE/*.csv`), to hold the archives against.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equality.cli import app
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.measures.counts import slice_counts
from equality.settings import ROOT
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot

FORCES = ("dyfed-powys", "gloucestershire", "staffordshire", "warwickshire")
SHIPPED = ROOT / "tests" / "data" / "stop_and_search"
LAPD = ROOT / "data" / "samples" / "lapd" / "lapd_crime_2020_sample.csv"
STATES = ("valid", "declined", "not_obtained", "not_stated", "unknown", "invalid", "blank", "not_applicable")
Row = dict[str, str]
ROWS = {"dyfed-powys": 7_594, "gloucestershire": 5_337, "staffordshire": 14_406, "warwickshire": 4_560}
"""Rows of all 29 months, as counted by `csv`."""


def members(path: Path) -> Iterator[list[Row]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as file:
                yield list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig", newline="")))


def loaded(folder: Path, example: Path, files: list[Path]) -> tuple[Registry, Snapshot]:
    """Draft a profile from an example, as a new force would, and load with it alone."""
    drafted = folder / "force.yaml"
    result = CliRunner().invoke(app, ["profile", "draft", str(example), "--out", str(drafted)])
    assert result.exit_code == 0, result.output
    registry = Registry(folder / "store")
    load(files, load_profile(str(drafted)), registry.store, accept_warnings=True, registry=registry)
    snapshot = registry.latest("force")
    assert snapshot is not None
    return registry, snapshot


def by_month(registry: Registry, snapshot: Snapshot, characteristic: str) -> dict[tuple[str, str], int]:
    frame = slice_counts(registry.counts(snapshot), by=["month"], characteristics=[characteristic])
    rows = frame.to_dicts()
    return {(row["month"], state): row[state] for row in rows for state in STATES if row[state]}


def expected(rows: list[Row], month: Callable[[Row], str], state: Callable[[Row], str]) -> dict[tuple[str, str], int]:
    return dict(Counter((month(row), state(row)) for row in rows))


def police_uk(heading: str) -> Callable[[Row], str]:
    def state(row: Row) -> str:
        if row["Type"] == "Vehicle search":
            return "not_applicable"
        if not row[heading].strip():
            return "blank"
        return "not_stated" if row[heading].endswith("Not stated") else "valid"

    return state


@pytest.mark.parametrize("force", FORCES)
def test_all_months_of_a_neighbouring_force(tmp_path: Path, force: str) -> None:
    archive = SHIPPED / f"{force}.zip"
    months = list(members(archive))
    rows = [row for month in months for row in month]
    assert (len(months), len(rows)) == (29, ROWS[force])
    registry, snapshot = loaded(tmp_path, archive, [archive])
    assert len(snapshot.files) == len(months)
    assert [(f.rows_in, f.accepted, f.rejected) for f in snapshot.files] == [(len(m), len(m), 0) for m in months]
    headings = {"ethnicity": "Self-defined ethnicity", "sex": "Gender", "age": "Age range",
                "ethnicity_observed": "Officer-defined ethnicity"}  # fmt: skip
    assert set(headings) <= set(snapshot.characteristics)
    for characteristic, heading in headings.items():
        want = expected(rows, lambda row: row["Date"][:7], police_uk(heading))
        assert by_month(registry, snapshot, characteristic) == want, characteristic


def test_all_crimes_of_los_angeles(tmp_path: Path) -> None:
    with LAPD.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    def state(heading: str, unknown: str, invalid: str = "") -> Callable[[Row], str]:
        def of(row: Row) -> str:
            if row["Crm Cd"] in ("510", "520") and not row["Vict Sex"] and not row["Vict Descent"]:
                return "not_applicable"
            value = row[heading].strip()
            if not value:
                return "blank"
            return "unknown" if value in unknown.split() else "invalid" if value in invalid.split() else "valid"

        return of

    def month(row: Row) -> str:
        number, _, year = row["Date Rptd"].split()[0].split("/")
        return f"{year}-{number}"

    registry, snapshot = loaded(tmp_path, LAPD, [LAPD])
    assert (snapshot.rows_in, snapshot.accepted, snapshot.rejected) == (10_000, 10_000, 0)
    assert "ethnicity" not in snapshot.characteristics, "nobody there is asked for an answer of their own"
    held = {
        "sex": state("Vict Sex", "X -", "H"),
        "age": state("Vict Age", "0 -1"),
        "ethnicity_observed": state("Vict Descent", "X -"),
    }
    for characteristic, of in held.items():
        assert by_month(registry, snapshot, characteristic) == expected(rows, month, of), characteristic


def test_the_shipped_archives_are_the_published_files() -> None:
    """Only where the folder with the published months is named."""
    folder = os.environ.get("EQUALITY_REAL_DATA")
    if not folder:
        pytest.skip("EQUALITY_REAL_DATA names no folder")
    for force in FORCES:
        with zipfile.ZipFile(SHIPPED / f"{force}.zip") as archive:
            given = {path.name: path.read_bytes() for path in (Path(folder) / force).glob("*.csv")}
            assert {name: archive.read(name) for name in archive.namelist()} == given
