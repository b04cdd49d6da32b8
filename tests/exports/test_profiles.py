"""What a profile can say: people side by side, rules, values, look-ups by date, own offences; and its mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from equality.errors import ProfileError
from equality.exports import geography, recognise
from equality.exports.code import Coded, code
from equality.exports.extract import DUPLICATE
from equality.exports.load import load
from equality.exports.profile import PROFILES, Profile, available, load_profile, parse_profile
from equality.exports.read import open_exports
from tests.exports.making import text_of, write_bytes
from tests.exports.test_formats import profile

FLAT = [
    ["Crime", "Date", "Vic sex", "Vic eth", "Sus ref", "Sus sex", "Sus eth"],
    ["1", "03/02/2020", "F", "W1", "s1", "M", "IC1"],
    ["2", "04/02/2020", "", "", "", "", ""],
    ["3", "05/02/2020", "M", "", "", "-", ""],
    ["4", "soon", "M", "", "s4", "M", ""],
]
SIDE_BY_SIDE = {
    "constants": {},
    "columns": {"crime_ref": ["Crime"], "recorded_on": ["Date"]},
    "blank": ["-"],
    "characteristics": {"sex": {"headings": ["Vic sex"]}, "ethnicity": {"headings": ["Vic eth"]}},
}


def coded(folder: Path, rows: list[list[str]], known: Profile) -> Coded:
    return code(open_exports([write_bytes(folder / "a.csv", text_of(rows).encode())], known), known)


def people(*, always: bool) -> list[dict[str, object]]:
    return [
        {"role": "victim", "always": always, "characteristics": {"sex": ["Vic sex"], "ethnicity": ["Vic eth"]}},
        {
            "role": "suspect",
            "columns": {"person_ref": ["Sus ref"]},
            "characteristics": {"sex": ["Sus sex"], "ethnicity": []},
        },
    ]


def test_victim_and_suspect_side_by_side_become_two_records(tmp_path: Path) -> None:
    known = profile(**SIDE_BY_SIDE, people=people(always=True))
    result = coded(tmp_path, FLAT, known)
    records = result.records.select("crime_ref", "role", "person_ref", "sex", "ethnicity").collect()
    assert sorted(records.rows(), key=str) == [
        ("1", "suspect", "s1", "M", None),
        ("1", "victim", None, "F", "W1"),
        ("2", "victim", None, None, None),
        ("3", "victim", None, "M", None),
    ]
    # The row without a date is two people, both set aside.
    rejected = result.rejected.collect()
    assert rejected.select("line", "role").rows() == [(5, "victim"), (5, "suspect")]
    assert result.delivered.collect().height == records.height + rejected.height
    (snapshot,) = load([tmp_path / "a.csv"], known, tmp_path / "store").snapshots
    assert (snapshot.files[0].rows_in, snapshot.files[0].accepted, snapshot.files[0].rejected) == (6, 4, 2)


def test_of_people_side_by_side_only_the_one_that_stands_twice_is_a_duplicate(tmp_path: Path) -> None:
    path = write_bytes(tmp_path / "a.csv", text_of([*FLAT, FLAT[1]]).encode())
    (snapshot,) = load([path], profile(**SIDE_BY_SIDE, people=people(always=True)), tmp_path / "store").snapshots
    assert (snapshot.accepted, snapshot.rejected, snapshot.duplicates) == (5, 3, 1)
    rejected = pl.read_parquet(snapshot.folder / "rejected.parquet").filter(pl.col("reason") == DUPLICATE)
    assert rejected.select("line", "role", "raw_text").rows() == [(2, "suspect", ",".join(FLAT[1]))]


def test_a_row_that_names_nobody_is_set_aside_where_nobody_is_presumed(tmp_path: Path) -> None:
    result = coded(tmp_path, FLAT, profile(**SIDE_BY_SIDE, people=people(always=False)))
    rejected = result.rejected.collect()
    assert rejected.filter(rejected["line"] == 3)["reason"].to_list() == [
        "names no person: the cells of every person in the row are blank"
    ]
    assert result.records.collect().height == 3
    assert result.delivered.collect().height == 6


def test_rules_say_which_rows_are_about_nobody(tmp_path: Path) -> None:
    rows = [["Crime Ref", "Date", "Sex", "Ethnicity", "Note"], ["1", "03/02/2020", " ", "", "Stolen  CAR"],
            ["2", "03/02/2020", "F", "", "stolen car"], ["3", "03/02/2020", "", "", "Theft"]]  # fmt: skip
    known = profile(persons=[{"when": {"Note": ["stolen car"], "Sex": [""]}, "then": "no_person"}])
    result = coded(tmp_path, rows, known)  # its temporary files last as long as it does
    assert result.records.collect()["person_type"].to_list() == ["no_person", "person", "person"]


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    (folder / "reference").mkdir(parents=True)
    monkeypatch.setattr(recognise, "DATA", folder)
    return folder / "reference"


def test_a_look_up_is_valid_from_one_day_to_another(tmp_path: Path, reference: Path) -> None:
    (reference / "teams.csv").write_text(
        "label,value,valid_from,valid_to\nAlpha,North,,2020-02-03\nAlpha,South,2020-02-04,\n", encoding="utf-8"
    )
    rows = [["Crime Ref", "Date", "Sex", "Ethnicity", "Note"], ["1", "03/02/2020", "F", "", "ALPHA"],
            ["2", "04/02/2020", "F", "", "alpha"], ["3", "04/02/2020", "F", "", "Beta"],
            ["4", "04/02/2020", "F", "", ""]]  # fmt: skip
    columns = {"crime_ref": ["Crime Ref"], "recorded_on": ["Date"], "team": ["Note"]}
    result = coded(tmp_path, rows, profile(columns=columns, lookups={"team": "teams.csv"}))
    assert result.records.collect()["team"].to_list() == ["North", "South", "Beta", "Not recorded"]
    assert result.unmapped.rows() == [("team", "Beta", 1)]
    (reference / "teams.csv").write_text("label,team\nAlpha,North\n", encoding="utf-8")
    with pytest.raises(ProfileError, match=r"look-up teams.csv .* needs the columns label, value, valid_from"):
        coded(tmp_path, rows, profile(columns=columns, lookups={"team": "teams.csv"}))


def test_offences_of_another_list_and_values_of_an_area(tmp_path: Path, reference: Path) -> None:
    (reference / "own.csv").write_text("code,group,subgroup\n510,Vehicle,Stolen\n", encoding="utf-8")
    rows = [["Crime Ref", "Date", "Sex", "Ethnicity", "Code", "Beat"], ["1", "03/02/2020", "F", "", "510", "n1"],
            ["2", "03/02/2020", "F", "", "999", "S2"]]  # fmt: skip
    columns = {"crime_ref": ["Crime Ref"], "recorded_on": ["Date"], "offence_code": ["Code"], "area": ["Beat"]}
    known = profile(columns=columns, offences="own.csv", values={"area": {"N1": "North"}})
    result = coded(tmp_path, rows, known)
    assert result.dimensions == ("month", "role", "area", "crime_group", "crime_subgroup")
    assert result.records.select("area", "crime_group", "crime_subgroup").collect().rows() == [
        ("North", "Vehicle", "Stolen"),
        ("S2", "Not recorded", "Not recorded"),
    ]
    assert result.unmapped.rows() == [("crime", "999", 1)]


def test_areas_from_coordinates_in_boundaries_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    features = [{"type": "Feature", "properties": {"beat": "Square"}, "geometry": square}]
    (tmp_path / "geography").mkdir()
    (tmp_path / "geography" / "own.geojson").write_text(json.dumps({"features": features}), encoding="utf-8")
    inside = geography._districts
    monkeypatch.setattr(geography, "_districts", lambda boundaries: inside(boundaries, tmp_path))
    rows = [["Crime Ref", "Date", "Sex", "Ethnicity", "Lat", "Lon"], ["1", "03/02/2020", "F", "", "0.5", "0.5"],
            ["2", "03/02/2020", "F", "", "5", "5"], ["3", "03/02/2020", "F", "", "", ""]]  # fmt: skip
    columns = {"crime_ref": ["Crime Ref"], "recorded_on": ["Date"], "latitude": ["Lat"], "longitude": ["Lon"]}
    result = coded(tmp_path, rows, profile(columns=columns, boundaries={"file": "own.geojson", "name": "beat"}))
    assert result.dimensions == ("month", "role", "area")
    assert result.records.collect()["area"].to_list() == ["Square", "Outside the force", "No location"]


@pytest.mark.parametrize("name", available())
def test_every_profile_that_comes_with_the_project_is_sound(name: str) -> None:
    known = load_profile(name)
    assert known.name == name
    assert known.confirmed == (name in ("data.police.uk", "lapd"))


def test_profiles_have_different_sources() -> None:
    sources = [load_profile(name).source for name in available()]
    assert len(set(sources)) == len(sources)


# ruff: noqa: E501 - one case a line
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  crime_ref: [", "  crime_reff: [", r"line 18: columns: crime_reff is not a field; did you mean crime_ref\?"),
        ("headline_role: victim", "headlinerole: victim", r"line 9: headlinerole: is not known here; did you mean head"),
        ("source: athena", "sauce: athena", r"line 3: source: is missing; add `source: …`"),
        ("  column: Extract Date", "  colum: Extract Date", r"line 12: extract.colum: .*did you mean column\?"),
        ("  Victim: victim", "  Yes: victim", r"line \d+: roles.*: must be text; put it in quotes: YAML reads Yes"),
        ("several: ';'", "severall: ';'", r"line \d+: characteristics.disability.severall: .*did you mean several\?"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_line_and_the_remedy(old: str, new: str, message: str) -> None:
    text = (PROFILES / "athena.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ProfileError, match=message):
        parse_profile(text.replace(old, new, 1), "athena.yaml")


@pytest.mark.parametrize(
    "text", ["", "[]", "a", "x: &a [*a]", "? [1]\n: 2", "!!python/object:os.system x", "name: \x00"]
)
def test_what_is_no_profile_is_refused(text: str) -> None:
    with pytest.raises(ProfileError, match=r"p\.yaml"):
        parse_profile(text, "p.yaml")
