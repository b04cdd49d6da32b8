"""The mapping assistant: another force's file loads by drafting a profile, and the numbers are those of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from equality.cli import app
from equality.exports.draft import draft
from equality.exports.guess import guess
from equality.exports.load import load
from equality.settings import ROOT
from equality.store.registry import Registry
from tests.exports.making import text_of, write_bytes, write_xlsx

LAPD = ROOT / "data" / "samples" / "lapd" / "lapd_crime_2020_sample.csv"


def test_los_angeles_without_a_known_profile_is_drafted_from_its_headings(tmp_path: Path) -> None:
    made = draft(LAPD, "la", known={})
    assert made.recognised is None
    assert made.profile is not None
    assert made.profile.columns["recorded_on"] == ("Date Rptd",)
    assert made.profile.dates[0] == "%m/%d/%Y"
    assert set(made.profile.characteristics) == {"sex", "age"}
    assert any("Vict Age" in str(q) and "{'0': U}" in str(q) for q in made.questions)
    sex = next(c for c in made.columns if c.heading == "Vict Sex")
    assert dict(sex.unmapped) == {"X": 861, "H": 3}
    (snapshot,) = load([LAPD], made.profile, tmp_path).snapshots
    assert (snapshot.rows_in, snapshot.rejected) == (10_000, 0)


IC = {"IC1 - White": 60, "IC3 - Black": 20, "IC4": 10, "IC9": 10}
OWN = {"W1 - White British": 60, "A1 - Indian": 20, "B1": 10, "Not stated": 10}


@pytest.mark.parametrize(
    ("heading", "values", "field", "asks"),
    [
        ("Ethnicity", IC, "ethnicity_observed", "officers observed"),
        ("Victim - Ethnicity", {"1": 5, "3": 2, "0": 1}, "ethnicity_observed", "officers observed"),
        ("Self-defined ethnicity", IC, "", "IC codes"),
        ("Self-defined ethnicity", OWN | {"IC1": 9}, "", "IC codes"),
        ("Self-defined ethnicity", OWN | {"IC1": 2}, "ethnicity", "1 label in 2 cells"),
        ("Self-defined ethnicity", OWN, "ethnicity", ""),
        ("Ethnicity", OWN, "ethnicity", "own answer"),
        ("Ethnicity", {}, "", "own answer or an officer's view"),
        ("Ethnicity", {"Martian": 5, "Other planet": 3}, "", "in no list"),
        ("Kolumne 7", OWN, "ethnicity", "heading does not say so"),
        ("Kolumne 7", IC, "", ""),
        ("Kolumne 8", {"Female": 5, "Male": 6}, "sex", "heading does not say so"),
        ("Armed", {"Yes": 5, "No": 6}, "", ""),
        ("Religion", {"None": 5, "Muslim": 6}, "religion", ""),
        ("Disability", {"None": 5, "Vision": 6}, "disability", ""),
        ("DOB", {"03/02/1985": 1, "13/02/1985": 1}, "date_of_birth", ""),
        ("DOB", {"soon": 1, "later": 1}, "", "speaks of a date"),
        ("MO text", {"offender entered": 1}, "", ""),
    ],
)
def test_what_a_column_is_taken_for(heading: str, values: dict[str, int], field: str, asks: str) -> None:
    found = guess(heading, values)
    assert found.field == field
    assert asks in found.question
    assert found.reason
    if not asks:
        assert not found.question


def test_none_is_never_drafted_as_blank(tmp_path: Path) -> None:
    rows = [["Crime Number", "Date Recorded", "Religion", "Disability", "Sex"],
            ["1", "13/02/2020", "None", "None", "Female"], ["2", "14/02/2020", "Muslim", "-", "NULL"],
            ["3", "14/02/2020", "None", "Vision", "Male"]]  # fmt: skip
    path = write_xlsx(tmp_path / "a.xlsx", {"Data": [["Report of 1 March"], [], *rows]})
    made = draft(path, "a", known={})
    assert made.profile is not None
    assert made.profile.blank == ("NULL", "-")
    load([path], made.profile, tmp_path / "store")
    records = Registry(tmp_path / "store").records("a").collect()
    assert records["religion"].to_list() == ["NONE", "MUS", "NONE"]
    assert records["disability"].to_list() == ["N", None, "VIS"]


def test_day_and_month_that_cannot_be_told_apart_are_asked_about(tmp_path: Path) -> None:
    rows = [["Crime Number", "Date Recorded", "Sex"], ["1", "03/02/2020", "F"], ["2", "04/02/2020", "M"]]
    made = draft(write_bytes(tmp_path / "a.csv", text_of(rows).encode()), "a", known={})
    assert any("day and month cannot be told apart" in q.text for q in made.questions)
    assert made.profile is not None
    assert made.profile.dates[0] == "%d/%m/%Y"
    assert "%m/%d/%Y" not in made.profile.dates


def test_headings_and_labels_are_data_in_the_drafted_file(tmp_path: Path) -> None:
    evil = "x\ncolumns: {}\n# !!python/object/apply:os.system [ls]"
    rows = [
        ["Crime Number", "Date Recorded", "Sex", evil],
        ["1", "13/02/2020", f"={evil}", "y"],
        ["2", "14/02/2020", "F", ""],
    ]
    made = draft(write_bytes(tmp_path / "a.csv", text_of(rows).encode()), "a: [", known={})
    assert made.profile is not None
    assert made.profile.name == "a: ["
    assert set(made.profile.columns) == {"crime_ref", "recorded_on"}


def test_a_file_without_dates_gives_a_draft_that_says_what_it_lacks(tmp_path: Path) -> None:
    path = write_bytes(tmp_path / "a.csv", b"Sex,Religion\nF,None\nM,Muslim\n")
    result = CliRunner().invoke(app, ["profile", "draft", str(path), "--out", str(tmp_path / "p.yaml")])
    assert result.exit_code == 0
    assert "no column holds the date of recording" in result.stderr
    assert "not complete" in result.stderr
    assert "no column holds the date of recording" in (tmp_path / "p.yaml").read_text(encoding="utf-8")
    again = CliRunner().invoke(app, ["profile", "draft", str(path), "--out", str(tmp_path / "p.yaml")])
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)
