"""Settling a drafted profile: decisions go into the YAML, the rest stays, and what would falsify figures is refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from typer.testing import CliRunner

from equality.cli import app
from equality.errors import ProfileError
from equality.exports.cells import shown_cells
from equality.exports.code import code
from equality.exports.decisions import Decisions, Meaning, choices
from equality.exports.draft import Draft, draft
from equality.exports.labels import fold, labels_for
from equality.exports.outlook import outlook
from equality.exports.profile import PROFILES, available, load_profile, parse_profile
from equality.exports.read import open_exports
from equality.exports.sample import sample
from equality.exports.saving import ProfileExistsError, save_profile
from equality.exports.settle import settle
from equality.settings import ROOT, settings
from tests.exports.making import text_of, write_bytes

EXAMPLES = int(os.environ.get("EQUALITY_FUZZ_EXAMPLES", "60"))
ROWS = [
    ["Incident", "Logged", "Part", "Nominal", "Self-defined ethnicity", "Seen as", "Gender", "Faith", "Impairment"],
    ["1", "13/02/2020", "Aggrieved", "Ann Smith", "White British", "IC1", "Wmn", "None", "None"],
    ["2", "14/02/2020", "VICT", "Bob Jones", "IC3", "IC3", "Wmn", "Muslim", "-"],
    ["3", "15/02/2020", "Blamed", "Cy Dee", "Martian", "IC9", "Bloke", "Jedi", "Vision"],
    *([str(n), "16/02/2020", "VICT", f"Person {n}", "White British", "IC1", "Female", "None", "None"]
      for n in range(4, 60)),
]  # fmt: skip


@pytest.fixture(autouse=True)
def own_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("EQUALITY_PROFILES", str(tmp_path / "own"))
    settings.cache_clear()
    yield tmp_path / "own"
    settings.cache_clear()


def export(folder: Path, rows: list[list[str]] | None = None) -> Path:
    return write_bytes(folder / "odd.csv", text_of(rows or ROWS).encode())


def drafted(folder: Path, rows: list[list[str]] | None = None) -> Draft:
    return draft(export(folder, rows), "odd", known={})


COLUMNS = {
    "Incident": "crime_ref",
    "Logged": "recorded_on",
    "Part": "role",
    "Seen as": "ethnicity_observed",
    "Faith": "religion",
    "Impairment": "disability",
}
LABELS = {"role": {"Blamed": "suspect"}, "sex": {"Wmn": "F", "Bloke": "M"}, "religion": {"Jedi": "OTH"},
          "ethnicity": {"IC3": Meaning.UNRECOGNISED, "Martian": Meaning.UNRECOGNISED}}  # fmt: skip


def test_every_decision_is_in_the_profile_and_codes_the_export(tmp_path: Path) -> None:
    made = drafted(tmp_path)
    decisions = Decisions(
        name="odd-force", title="Odd", headline_role="victim", columns=COLUMNS, labels=LABELS, dates=("%d/%m/%Y",)
    )
    settled = settle(made, decisions)
    assert settled.profile is not None
    assert settled.lacks == ""
    assert (settled.profile.name, settled.profile.source, settled.profile.title) == ("odd-force", "odd_force", "Odd")
    coded = code(open_exports([export(tmp_path)], settled.profile), settled.profile)
    records = coded.records.collect().sort("source_row")
    assert records["role"].to_list()[:3] == ["victim", "victim", "suspect"]
    assert records["sex"].to_list()[:4] == ["F", "F", "M", "F"]
    assert records["religion"].to_list()[:3] == ["NONE", "MUS", "OTH"]
    assert records["disability"].to_list()[:3] == ["N", None, "VIS"]
    # An IC code among own answers stays what it was, and fails validity.
    assert records["ethnicity"].to_list()[:3] == ["W1", "IC3", "Martian"]
    assert records["ethnicity_observed"].to_list()[:3] == ["1", "3", "9"]
    assert settled.outlook is not None
    assert settled.outlook.questions == ()
    assert "# - nothing" in settled.text
    assert '# - ethnicity: "Martian" stays unrecognised' in settled.text


def test_what_is_not_decided_stays_open(tmp_path: Path) -> None:
    settled = settle(drafted(tmp_path), Decisions(columns={"Logged": "recorded_on"}, labels={"sex": {"Wmn": "F"}}))
    assert settled.outlook is not None
    asked = [str(question) for question in settled.outlook.questions]
    assert any(q.startswith("Gender: 1 label in 1 cell") for q in asked)
    assert any(q.startswith("Self-defined ethnicity: 2 labels in 2 cells") for q in asked)
    for question in asked:
        assert f"# - {question}\n" in settled.text
    answered = settle(drafted(tmp_path), Decisions(columns={"Logged": "recorded_on"}, answered=frozenset(asked)))
    assert answered.outlook is not None
    # What was answered stays answered; the labels that were taken back are asked about anew.
    assert {str(q) for q in answered.outlook.questions} == {
        "Gender: 2 labels in 3 cells are in no list: add them under `values`"
    }


def test_settling_nothing_changes_nothing(tmp_path: Path) -> None:
    made = drafted(tmp_path, [["Crime number", "Date Recorded", "Sex"], ["1", "13/02/2020", "F"]])
    once = settle(made, Decisions())
    assert once.profile == made.profile
    assert settle(once.text, Decisions()).text == once.text


@pytest.mark.parametrize("name", available())
def test_a_profile_of_the_project_keeps_everything_that_is_not_decided(name: str) -> None:
    text = (PROFILES / f"{name}.yaml").read_text(encoding="utf-8")
    assert settle(text, Decisions()).profile == parse_profile(text, name)
    settled = settle(text, Decisions(name="mine", labels={"sex": {"Yes": "F", "No: [x]": "M"}}))
    before, after = parse_profile(text, name).model_dump(), settled.profile.model_dump()  # type: ignore[union-attr]
    assert after["characteristics"]["sex"]["values"] == before["characteristics"]["sex"]["values"] | {
        "Yes": "F",
        "No: [x]": "M",
    }
    after["characteristics"]["sex"]["values"] = before["characteristics"]["sex"]["values"]
    assert (after.pop("name"), after.pop("source")) == ("mine", "mine")
    assert {**after, "name": before["name"], "source": before["source"]} == before
    comments = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    assert comments
    assert all(comment in settled.text for comment in comments)


def test_comments_of_a_column_that_goes_are_kept() -> None:
    text = (PROFILES / "lapd.yaml").read_text(encoding="utf-8")
    settled = settle(text, Decisions(columns={"Vict Sex": "", "Status Desc": "team"}))
    assert settled.profile is not None
    assert "sex" not in settled.profile.characteristics
    assert "outcome" not in settled.profile.columns
    assert settled.profile.columns["team"] == ("Status Desc",)
    assert "# H stands in a few rows and in no list of the department" in settled.text
    assert "# Month first." in settled.text


@pytest.mark.parametrize(
    ("decisions", "says"),
    [
        (Decisions(labels={"ethnicity": {"IC3": "B1"}}), "never becomes the person's own answer"),
        (Decisions(labels={"ethnicity": {"ic 3 - black": "B9"}}), "never becomes the person's own answer"),
        (Decisions(labels={"ethnicity": {"White - North European": "W9"}}), "never becomes the person's own answer"),
        (Decisions(labels={"ethnicity": {"IC3": Meaning.NOTHING}}), "nor blank"),
        (Decisions(columns={"Seen as": "ethnicity", "Self-defined ethnicity": ""}), "IC codes"),
        (Decisions(labels={"religion": {"None": Meaning.NOTHING}}), "“No religion” in Religion"),
        (Decisions(labels={"sex": {"None": Meaning.NOTHING}}), "“No religion” in Religion"),
        (Decisions(labels={"disability": {"none": Meaning.NOTHING}}), "“No disability” in Disability"),
        (Decisions(labels={"sex": {"Unknown": Meaning.NOTHING}}), "“Unknown” in Sex"),
        (Decisions(labels={"sex": {"Wmn": "W1"}}), "not in its list; codes are F, M"),
        (Decisions(labels={"sex": {"Wmn": "F", "WMN ": "M"}}), "spelled alike"),
        (Decisions(labels={"sex": {" ": "F"}}), "always means that nothing was recorded"),
        (Decisions(labels={"role": {"Blamed": Meaning.NOTHING}}), "cannot mean nothing"),
        (Decisions(labels={"role": {"Blamed": "culprit"}}), "not in its list"),
        (Decisions(labels={"pregnancy_maternity": {"Yes": "Y"}}), "no column holds pregnancy_maternity"),
        (Decisions(labels={"team": {"A": "B"}}), "stand as they are"),
        (Decisions(labels={"disability": {"-": "N"}}), "stands for nothing in every column"),
        (Decisions(columns={"Nominal": "sex"}), "'Nominal' and 'Gender' cannot both become sex"),
        (Decisions(columns={"Nominal": "sexx"}), "neither a field nor a characteristic"),
        (Decisions(columns={"Nobody": "sex"}), "no column 'Nobody'"),
        (Decisions(role="victim"), "leave it out before"),
        (Decisions(headline_role="hero"), "'hero' is no role"),
        (Decisions(name="../etc"), "a to z, 0 to 9 and hyphens"),
        (Decisions(dates=("%d/%m/%Y", "%m/%d/%Y")), "read the same text as different days"),
        (Decisions(dates=("%H",)), "no date format"),
        (Decisions(dates=()), "at least one"),
    ],
    ids=str,
)
def test_decisions_that_cannot_stand_are_refused(tmp_path: Path, decisions: Decisions, says: str) -> None:
    columns = {**COLUMNS, **decisions.columns}
    if "Seen as" in decisions.columns:
        columns = dict(decisions.columns)
    settle(drafted(tmp_path), Decisions(columns=COLUMNS))
    with pytest.raises(ProfileError, match=says.replace("(", r"\(")):
        settle(
            drafted(tmp_path),
            Decisions(
                name=decisions.name,
                role=decisions.role,
                headline_role=decisions.headline_role,
                columns=columns,
                labels=decisions.labels,
                dates=decisions.dates,
            ),
        )


def test_a_religion_added_later_does_not_fall_to_an_earlier_blank(tmp_path: Path) -> None:
    made = drafted(tmp_path)
    without = {**COLUMNS, "Faith": "", "Impairment": ""}
    blank = settle(made, Decisions(columns=without, labels={"sex": {"None": Meaning.NOTHING}}))
    assert blank.profile is not None
    assert "None" in blank.profile.blank
    with pytest.raises(ProfileError, match="No religion"):
        settle(blank.text, Decisions(columns={"Faith": "religion"}))


def test_a_profile_that_lacks_something_says_so_with_its_line(tmp_path: Path) -> None:
    settled = settle(drafted(tmp_path), Decisions(columns={"Logged": ""}))
    assert settled.profile is None
    line = next(n for n, text in enumerate(settled.text.splitlines(), 1) if text.startswith("columns:"))
    assert f"line {line}: columns: recorded_on is needed" in settled.lacks


def test_free_text_and_names_are_never_shown(tmp_path: Path) -> None:
    seen = settle(drafted(tmp_path), Decisions(columns=COLUMNS)).outlook
    assert seen is not None
    cells = {column.heading: column.cells for column in seen.columns}
    assert cells["Nominal"] == "text, 59 different values"
    assert cells["Incident"] == "text, 59 different values"
    assert cells["Logged"] == "dates such as 99/99/9999; all can be read"
    assert cells["Gender"] == "Female …"
    everything = " ".join([*cells.values(), str(seen.records.to_dicts())])
    assert "Smith" not in everything
    assert "Person" not in everything
    # Taken for a characteristic by mistake, a column of names is no list of labels either.
    many = [ROWS[0], *([str(n), "16/02/2020", "VICT", f"Person {n}", *ROWS[4][4:]] for n in range(300))]
    mistaken = settle(drafted(tmp_path, many), Decisions(columns={**COLUMNS, "Nominal": "nationality"}))
    assert "Person 7" not in mistaken.text
    assert mistaken.outlook is not None
    assert all("Person" not in column.cells for column in mistaken.outlook.columns)


def test_the_outlook_says_how_many_rows_it_rests_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equality.exports.sample.SAMPLE", 10)
    seen = settle(drafted(tmp_path), Decisions(columns=COLUMNS)).outlook
    assert seen is not None
    assert (seen.looked_at, seen.rows) == (10, 59)
    assert next(c for c in seen.columns if c.heading == "Gender").unmapped == {"Wmn": 2, "Bloke": 1}


def test_coordinates_are_not_taken_for_dates() -> None:
    assert shown_cells({"52.19": 9, "52.2": 3}, "", ("%d/%m/%Y",)) == "52.19 …"
    assert shown_cells({"52.19": 1, "52.2": 1}, "", ("%d/%m/%Y",)) == "text, 2 different values"
    assert shown_cells({"03.02.2026": 1}, "", ("%d.%m.%Y",)) == "dates such as 99.99.9999; all can be read"


# ---- any decision ---- #

TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=12).filter(
    lambda text: bool(fold(text)) and text.strip() == text
)
NAMES = ("sex", "religion", "disability", "ethnicity", "sexual_orientation", "nationality")


@st.composite
def settled_labels(draw: st.DrawFn) -> dict[str, dict[str, str | Meaning]]:
    found: dict[str, dict[str, str | Meaning]] = {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)):
        allowed = list(choices(name))
        meanings = st.sampled_from([*allowed, *Meaning]) if allowed else st.sampled_from(list(Meaning))
        labels = draw(st.dictionaries(TEXT, meanings, max_size=5))
        found[name] = {min(same, key=str): labels[min(same, key=str)] for same in _alike(labels)}
    return found


def _alike(labels: dict[str, str | Meaning]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for label in labels:
        groups.setdefault(fold(label), []).append(label)
    return list(groups.values())


START = (
    "# mine\nname: a\nsource: a\ntitle: a\nabout: a\nconfirmed: false\nheadline_role: victim\n"
    "extract: {newest: true, snapshot: all_files}\ncolumns: {recorded_on: [Date]}\ndates: ['%d/%m/%Y']\n"
    "characteristics:\n" + "".join(f"  {name}: {{headings: [{name}]}}  # of {name}\n" for name in NAMES)
)


@given(settled_labels(), st.dictionaries(TEXT, st.sampled_from(["", "team", "role", "outcome"]), max_size=3))
@examples(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_settled_decision_codes_the_label_and_loses_nothing(
    labels: dict[str, dict[str, str | Meaning]], columns: dict[str, str]
) -> None:
    decisions = Decisions(columns=columns, labels=labels)
    try:
        settled = settle(START, decisions)
    except ProfileError:
        return
    profile = settled.profile
    assert profile is not None, settled.lacks
    for name, each in labels.items():
        held = profile.characteristics[name]
        known = labels_for(name, held.values, profile.blank, held.several)
        for label, meaning in each.items():
            found = known.code(label)
            if isinstance(meaning, str):
                assert found == (meaning, True)
            elif meaning is Meaning.NOTHING:
                assert found == (None, True)
            else:
                assert label not in held.values
    for heading, name in columns.items():
        assert not name or heading in profile.columns[name]
    assert profile.columns["recorded_on"] == ("Date",)
    assert {name: held.headings for name, held in profile.characteristics.items()} == {n: (n,) for n in NAMES}
    assert all(f"# of {name}" in settled.text for name in NAMES)
    # Settled again the same way, it is the same profile; and plain YAML reads it as it is meant.
    assert settle(settled.text, Decisions(labels=labels)).profile == profile
    assert yaml.safe_load(settled.text)["name"] == "a"


# ---- saving ---- #


def sound(folder: Path, name: str = "odd-force") -> str:
    return settle(drafted(folder), Decisions(name=name, columns=COLUMNS)).text


def test_a_saved_profile_is_found_by_its_name_and_recognised(tmp_path: Path, own_profiles: Path) -> None:
    path = save_profile(sound(tmp_path), "odd-force")
    assert path == own_profiles / "odd-force.yaml"
    assert load_profile("odd-force").source == "odd_force"
    assert [p.name for p in own_profiles.iterdir()] == ["odd-force.yaml"]
    assert draft(export(tmp_path), "again").recognised == "odd-force"


def test_labels_that_were_left_as_they_are_are_not_asked_about_again(tmp_path: Path) -> None:
    settled = settle(drafted(tmp_path), Decisions(name="odd-force", columns=COLUMNS, labels=LABELS))
    save_profile(settled.text, "odd-force")
    again = draft(export(tmp_path), "odd-force")
    assert again.left == {"ethnicity": {"IC3", "Martian"}}
    left = {name: dict.fromkeys(labels, Meaning.UNRECOGNISED) for name, labels in again.left.items()}
    reopened = settle(again, Decisions(labels=left))
    assert reopened.profile == settled.profile
    assert '# - ethnicity: "Martian" stays unrecognised' in reopened.text
    assert reopened.outlook is not None
    assert [q.text for q in reopened.outlook.questions if q.about == "labels"] == []


def test_nothing_is_overwritten_unasked(tmp_path: Path, own_profiles: Path) -> None:
    save_profile(sound(tmp_path), "odd-force")
    other = sound(tmp_path).replace("confirmed: false", "confirmed: true")
    with pytest.raises(ProfileExistsError):
        save_profile(other, "odd-force")
    assert not load_profile("odd-force").confirmed
    save_profile(other, "odd-force", replace=True)
    assert load_profile("odd-force").confirmed


@pytest.mark.parametrize("name", ["athena", "../evil", "Über", "", "a.b", "a" * 61])
def test_names_that_cannot_be_are_refused(tmp_path: Path, own_profiles: Path, name: str) -> None:
    with pytest.raises(ProfileError):
        save_profile(sound(tmp_path).replace("odd-force", name or '""'), name, replace=True)
    assert not own_profiles.exists()


def test_a_source_belongs_to_one_profile(tmp_path: Path) -> None:
    text = settle(drafted(tmp_path), Decisions(name="odd-force", source="athena", columns=COLUMNS)).text
    with pytest.raises(ProfileError, match="has the source athena too"):
        save_profile(text, "odd-force")


def test_an_own_profile_with_a_name_of_the_project_is_refused(tmp_path: Path, own_profiles: Path) -> None:
    own_profiles.mkdir()
    (own_profiles / "athena.yaml").write_text(sound(tmp_path), encoding="utf-8")
    with pytest.raises(ProfileError, match=r"athena\.yaml has the name of a profile that comes with the project"):
        load_profile("athena")


def test_a_broken_own_profile_is_passed_over_and_said(tmp_path: Path, own_profiles: Path) -> None:
    own_profiles.mkdir()
    (own_profiles / "broken.yaml").write_text("name: x", encoding="utf-8")
    made = draft(export(tmp_path), "odd")
    assert any("the profile broken was passed over" in str(question) for question in made.questions)


# ---- the command ---- #


def test_profile_check_says_what_an_export_becomes(tmp_path: Path) -> None:
    lapd = ROOT / "data" / "samples" / "lapd" / "lapd_crime_2020_sample.csv"
    result = CliRunner().invoke(app, ["profile", "check", "lapd", str(lapd)])
    assert result.exit_code == 0, result.stderr
    assert "Vict Descent" in result.stdout
    assert "ethnicity_observed" in result.stdout
    rows = pl.read_csv(lapd, infer_schema=False).filter(pl.col("Vict Sex") == "H").height
    assert rows
    assert f'sex: "H" is in no list ({rows} records)' in result.stdout
    assert "10,000 of 10,000 rows were looked at" in result.stderr


def test_profile_check_names_the_line_of_a_mistake(tmp_path: Path) -> None:
    text = (PROFILES / "lapd.yaml").read_text(encoding="utf-8").replace("headline_role:", "headlinerole:")
    path = write_bytes(tmp_path / "p.yaml", text.encode())
    result = CliRunner().invoke(app, ["profile", "check", str(path)])
    assert result.exit_code == 2
    assert "line 10: headlinerole" in result.stderr


def test_profile_check_refuses_an_export_that_does_not_fit(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["profile", "check", "lapd", str(export(tmp_path))])
    assert result.exit_code == 2
    assert "the export lacks" in result.stderr


def test_people_side_by_side_are_said(tmp_path: Path) -> None:
    text = (
        START.replace("columns: {recorded_on: [Date]}", "columns: {recorded_on: [Logged]}").split("characteristics:")[0]
        + "characteristics: {sex: {headings: [Gender]}}\n"
        + "people: [{role: suspect, characteristics: {ethnicity_observed: [Seen as]}}]\n"
    )
    seen = outlook(sample(export(tmp_path)), parse_profile(text, "p"))
    column = next(c for c in seen.columns if c.heading == "Seen as")
    assert column.also.endswith("of the suspect")
    with pytest.raises(ProfileError, match="people"):
        settle(text, Decisions(columns={"Seen as": ""}))
