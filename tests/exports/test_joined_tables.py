"""Small sets of tables, also hostile ones: every row is accounted for, or the set is refused with the remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from equality.errors import ExportError, ProfileError
from equality.exports.code import code
from equality.exports.extract import Extract, write_extract
from equality.exports.joined import open_files
from equality.exports.load import load
from equality.exports.profile import Profile, load_profile, parse_profile
from equality.rejected import rejected_rows
from equality.store.registry import Registry
from tests.exports.making import Rows, text_of, write_gzip, write_parquet, write_xlsx, write_zip

TABLES: dict[str, Any] = {
    "crimes": {"key": "REF", "must_have": "CREATED"},
    "persons": {"key": "NOMINAL", "must_have": "SEX", "may_be_blank": True},
    "roles": {"joins": {"crimes": "REF", "persons": "NOMINAL"}, "must_have": "ROLE"},
}
CRIMES: Rows = [["REF", "CREATED", "AREA"], ["1", "01/02/2024", "North"], ["2", "02/02/2024", "South"]]
PERSONS: Rows = [["NOMINAL", "SEX", "STATUS"], ["10", "F", "x"], ["20", "M", "y"]]
ROLES: Rows = [["REF", "NOMINAL", "ROLE"], ["1", "10", "V"], ["1", "20", "S"], ["2", "20", "V"]]
DAY = date(2024, 2, 2)


def profile(**more: Any) -> Profile:
    said = {
        "name": "set", "source": "set", "title": "Set", "about": "", "confirmed": True, "headline_role": "victim",
        "extract": {"newest": True, "snapshot": "all_files"}, "tables": TABLES,
        "columns": {
            "crime_ref": ["REF"], "person_ref": ["NOMINAL"], "role": ["ROLE"], "recorded_on": ["CREATED"],
            "area": ["AREA"],
        },
        "dates": ["%d/%m/%Y"], "roles": {"V": "victim", "S": "suspect"},
        "characteristics": {"sex": {"headings": ["SEX"]}},
    }  # fmt: skip
    return parse_profile(yaml.safe_dump(said | more, sort_keys=False), "set.yaml")


def written(folder: Path, **tables: Rows) -> list[Path]:
    paths = []
    for name, rows in {"crimes": CRIMES, "persons": PERSONS, "roles": ROLES, **tables}.items():
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text(text_of(rows), encoding="utf-8")
    return paths


def extracted(paths: list[Path], folder: Path, known: Profile | None = None) -> Extract:
    known = known or profile()
    out = folder / "out"
    out.mkdir()
    files = open_files(paths, known)
    assert code(files, known).synthetic is False
    return write_extract(files, files[0].extract_date or DAY, known, out)


def records(extract: Extract) -> list[tuple[Any, ...]]:
    frame = extract.records.select("crime_ref", "person_ref", "role", "sex", "area").collect()
    return sorted(frame.rows(), key=str)


def rejected(extract: Extract) -> list[tuple[Any, ...]]:
    frame = pl.read_parquet(extract.folder / "rejected.parquet")
    return sorted(frame.select("source_file", "line", "reason", "raw_text").rows())


def accounts(extract: Extract) -> dict[str, tuple[int, int, int, int, int]]:
    for file in extract.tables:
        assert file.rows_in == file.joined + file.unused + file.rejected
    return {t.name: (t.rows_in, t.joined, t.unused, t.rejected, t.duplicates) for t in extract.tables}


ALL = [("1", "10", "victim", "F", "North"), ("1", "20", "suspect", "M", "North"), ("2", "20", "victim", "M", "South")]


def test_a_set_becomes_records(tmp_path: Path) -> None:
    extract = extracted(written(tmp_path), tmp_path)
    assert records(extract) == ALL
    assert (extract.files[0].name, extract.files[0].rows_in, extract.files[0].accepted) == ("roles.csv", 3, 3)
    assert accounts(extract) == {"crimes.csv": (2, 2, 0, 0, 0), "persons.csv": (2, 2, 0, 0, 0)}
    assert extract.extract_date == DAY


def in_sheets(folder: Path) -> list[Path]:
    sheets = {"Read me": [["Made on", "by"], ["today", "someone"]], "A": CRIMES, "B": PERSONS, "C": ROLES}
    return [write_xlsx(folder / "set.xlsx", sheets)]


def in_a_zip(folder: Path) -> list[Path]:
    members = {f"{name}.csv": text_of(rows).encode() for name, rows in (("c", CRIMES), ("p", PERSONS), ("r", ROLES))}
    return [write_zip(folder / "set.zip", members)]


def of_many_kinds(folder: Path) -> list[Path]:
    return [
        write_gzip(folder / "crimes.csv.gz", text_of(CRIMES, ";").encode()),
        write_parquet(folder / "persons.parquet", PERSONS),
        write_xlsx(folder / "roles.xlsx", {"Sheet1": ROLES}),
    ]


def by_pattern(folder: Path) -> list[Path]:
    written(folder, persons=PERSONS[:2], more=[PERSONS[0], PERSONS[2]])
    return [folder / "*.csv"]


@pytest.mark.parametrize("make", [in_sheets, in_a_zip, of_many_kinds, by_pattern])
def test_the_tables_may_come_in_any_wrapping(make: Any, tmp_path: Path) -> None:
    assert records(extracted(make(tmp_path), tmp_path)) == ALL


def test_a_person_in_another_file_of_the_same_table_is_found(tmp_path: Path) -> None:
    extract = extracted([*written(tmp_path, persons=PERSONS[:2], more=[PERSONS[0], PERSONS[2]])], tmp_path)
    assert accounts(extract)["more.csv"] == (1, 1, 0, 0, 0)
    assert accounts(extract)["persons.csv"] == (1, 1, 0, 0, 0)


def test_every_row_that_finds_nothing_or_is_found_by_none_is_accounted_for(tmp_path: Path) -> None:
    crimes = [*CRIMES, ["3", "03/02/2024", "East"], [" ", "03/02/2024", "?"], ["2", "02/02/2024", "West"]]
    persons = [*PERSONS, ["30", "F", "unused"]]
    roles = [*ROLES, ["9", "10", "V"], ["2", "", "V"], ["", "10", "V"], ["2", "99", "S"]]
    extract = extracted(written(tmp_path, crimes=crimes, persons=persons, roles=roles), tmp_path)
    assert records(extract) == sorted(
        [*ALL[:2], ("2", "20", "victim", "M", "West"), ("2", None, "victim", None, "West")], key=str
    )
    assert (extract.files[0].rows_in, extract.files[0].accepted, extract.files[0].rejected) == (7, 4, 3)
    assert accounts(extract) == {"crimes.csv": (5, 2, 1, 2, 1), "persons.csv": (3, 2, 1, 0, 0)}
    assert rejected(extract) == [
        ("crimes.csv", 3, "a later row of the table has the same REF", "2,02/02/2024,South"),
        ("crimes.csv", 5, "has no key: REF is blank", " ,03/02/2024,?"),
        ("roles.csv", 5, "names what is in no row of crimes (REF)", "9,10,V"),
        ("roles.csv", 7, "names no row of crimes: REF is blank", ",10,V"),
        ("roles.csv", 8, "names what is in no row of persons (NOMINAL)", "2,99,S"),
    ]


def test_keys_are_compared_as_text_without_the_space_around_them(tmp_path: Path) -> None:
    persons = [PERSONS[0], ["00123", "F", "x"], ["123", "M", "x"], [" 7", "F", "x"]]
    roles = [ROLES[0], ["1", "123", "V"], ["2", "00123", "V"], ["1", "7 ", "V"]]
    extract = extracted(written(tmp_path, persons=persons, roles=roles), tmp_path)
    assert [(person, sex) for _, person, _, sex, _ in records(extract)] == [("123", "M"), ("7", "F"), ("00123", "F")]
    assert accounts(extract)["persons.csv"] == (3, 3, 0, 0, 0)


def test_two_tables_are_enough(tmp_path: Path) -> None:
    people = [["REF", "NOMINAL", "ROLE", "SEX"], ["1", "10", "V", "F"], ["2", "20", "V", "M"], ["1", "20", "S", "M"]]
    tables = {"crimes": TABLES["crimes"], "people": {"joins": {"crimes": "REF"}, "must_have": ["ROLE", "SEX"]}}
    paths = [path for path in written(tmp_path, people=people) if path.stem in tables]
    assert records(extracted(paths, tmp_path, profile(tables=tables))) == ALL


def test_a_key_of_several_columns_is_one_key(tmp_path: Path) -> None:
    crimes = [["ORG", "NO", "CREATED", "AREA"], ["1", "12", "01/02/2024", "a"], ["11", "2", "02/02/2024", "b"]]
    roles = [["ORG", "NO", "NOMINAL", "ROLE"], ["11", "2", "10", "V"], ["1", "12", "20", "V"], ["1", "", "20", "V"]]
    tables = TABLES | {
        "crimes": {"key": ["ORG", "NO"], "must_have": "CREATED"},
        "roles": {"joins": {"crimes": ["ORG", "NO"], "persons": "NOMINAL"}, "must_have": "ROLE"},
    }
    columns = profile().columns | {"crime_ref": ["NO"]}
    extract = extracted(
        written(tmp_path, crimes=crimes, roles=roles), tmp_path, profile(tables=tables, columns=columns)
    )
    assert records(extract) == [("12", "20", "victim", "M", "a"), ("2", "10", "victim", "F", "b")]
    assert extract.files[0].rejected == 1


def test_duplicate_records_and_undated_ones_are_rejected_as_in_flat_files(tmp_path: Path) -> None:
    crimes = [*CRIMES, ["3", "soon", "East"]]
    roles = [*ROLES, ["1", "10", "V"], ["3", "10", "V"]]
    extract = extracted(written(tmp_path, crimes=crimes, roles=roles), tmp_path)
    assert (extract.files[0].rejected, extract.files[0].duplicates) == (2, 1)
    assert [(line, text) for _, line, _, text in rejected(extract)] == [(2, "1,10,V"), (6, "3,10,V")]


def test_a_heading_in_several_tables_must_say_which(tmp_path: Path) -> None:
    crimes = [[*CRIMES[0], "STATUS"], [*CRIMES[1], "open"], [*CRIMES[2], "shut"]]
    paths = written(tmp_path, crimes=crimes)
    columns = dict(profile().columns)
    with pytest.raises(ExportError, match=r"STATUS stands in crimes and persons; .*crimes.STATUS or persons.STATUS"):
        open_files(paths, profile(columns=columns | {"outcome": ["STATUS"]}))
    extract = extracted(paths, tmp_path, profile(columns=columns | {"outcome": ["crimes.STATUS"]}))
    assert extract.records.select("outcome").collect()["outcome"].unique().sort().to_list() == ["open", "shut"]
    assert "STATUS" in extract.headings[0].headings  # that of persons, which is not used


NO_HEADING: Rows = [["REFERENCE", "CREATED", "AREA"], *CRIMES[1:]]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"persons": None}, r"Missing: persons \(a file with the headings SEX, NOMINAL\). Choose the files of all"),
        ({"persons": None, "roles": None}, r"part of a set: crimes \(crimes.csv\). Missing: persons .*; roles "),
        ({"crimes": NO_HEADING}, r"crimes.csv: is none of the tables .*: for crimes it lacks the heading REF"),
        ({"roles": [ROLES[0]]}, r"roles.csv: the file has headings but no rows"),
        ({"crimes": [CRIMES[0]] + [CRIMES[1]] * 4}, r"3 of 4 rows of crimes have no REF, or one that stands again"),
        ({"roles": [ROLES[0], ["8", "10", "V"], ["9", "10", "V"], ROLES[1]]}, r"2 of 3 rows name what is in none"),
        ({"crimes": [["REF", "CREATED"], *(row[:2] for row in CRIMES[1:])]}, r"missing AREA; crimes has REF, CREATED"),
        ({"more": [["NOMINAL", "SEX"], ["10", "F"], ["40", "F"]], "crimes": None}, r"Missing: crimes"),
        ({"other": [["a", "b"], ["1", "2"]]}, r"other.csv: is none of the tables"),
        ({"crimes": [CRIMES[0], ["1", "soon", "x"], ["2", "later", "x"]]}, r"'CREATED' holds no date"),
    ],
)  # fmt: skip
def test_a_set_that_cannot_be_joined_is_refused_with_the_remedy(
    tables: dict[str, Rows | None], said: str, tmp_path: Path
) -> None:
    paths = written(tmp_path, **{name: rows or [] for name, rows in tables.items()})
    with pytest.raises(ExportError, match=said):
        extracted([path for path in paths if tables.get(path.stem, 1) is not None], tmp_path)


def test_files_of_one_table_need_the_same_headings(tmp_path: Path) -> None:
    paths = written(tmp_path, more=[["NOMINAL", "SEX"], ["40", "F"]])
    columns = dict(profile().columns) | {"outcome": ["STATUS"]}
    with pytest.raises(ExportError, match=r"more.csv: lacks STATUS, which another file of persons has"):
        open_files(paths, profile(columns=columns))


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"a": {"key": "X"}, "b": TABLES["roles"]}, r"tables.a: say how its files are recognised: `must_have"),
        ({"a": {"must_have": "X"}, "b": TABLES["roles"]}, r"tables.a: give either `key"),
        ({"a": TABLES["crimes"]}, r"tables: one table needs no `tables`"),
        ({"a": TABLES["crimes"], "b": TABLES["persons"]}, r"exactly one table, .* must have `joins`; none has it"),
        ({"crimes": TABLES["crimes"], "roles": TABLES["roles"]}, r"roles.joins.persons: persons is no other table"),
        (TABLES | {"x": TABLES["crimes"]}, r"tables.roles.joins: does not join x; add it or take the table out"),
        (TABLES | {"persons": {"key": ["A", "B"], "must_have": "S"}}, r"names 1 columns, but the key .* has 2"),
        (TABLES | {"crimes": {"kay": "REF", "must_have": "X"}}, r"kay: is not known here; did you mean key\?"),
        (TABLES | {"crimes": {"key": "REF", "file_name": "("}}, r"crimes.file_name: is no regular expression"),
        ({"Crimes!": TABLES["crimes"], "roles": TABLES["roles"]}, r"is no name of a table; use small letters"),
    ],
)  # fmt: skip
def test_a_mistake_in_tables_is_answered_with_its_line_and_the_remedy(tables: dict[str, Any], said: str) -> None:
    with pytest.raises(ProfileError, match=rf"line \d+: .*{said}"):
        profile(tables=tables)


def test_a_set_is_loaded_before_only_if_all_its_files_were(tmp_path: Path) -> None:
    store = tmp_path / "store"
    paths = written(tmp_path)
    (snapshot,) = load(paths, profile(), store).snapshots
    assert {(file.table, file.joined) for file in snapshot.tables} == {("crimes", 2), ("persons", 2)}
    with pytest.raises(ExportError, match=r"the set of roles.csv, crimes.csv, persons.csv was loaded on"):
        load(paths, profile(), store)
    written(tmp_path, persons=[PERSONS[0], ["10", "F", "x"], ["20", "F", "corrected"]])
    load(paths, profile(), store)
    known = Registry(store).records("set").select("person_ref", "sex").unique().collect()
    assert set(known.rows()) == {("10", "F"), ("20", "F")}
    written(tmp_path, crimes=[*CRIMES, ["3", "01/03/2024", "North"]], persons=[*PERSONS[:2], ["20", "M", "z"]])
    shorter = load(paths, profile(), store, accept_warnings=True)
    assert shorter.warnings == ()


def test_a_table_that_becomes_much_shorter_is_a_warning_that_asks(tmp_path: Path) -> None:
    many = [[str(n), "F", ""] for n in range(100, 130)]
    load(written(tmp_path, persons=[*PERSONS, *many]), profile(), tmp_path / "store")
    warnings: list[str] = []
    load(
        written(tmp_path), profile(), tmp_path / "store", accept_warnings=lambda found: not warnings.extend(found)
    )  # fmt: skip
    assert warnings == [
        "The extract of 02 February 2024 has 2 rows of persons, 94% fewer than the 32 of the extract of 02 February "
        "2024."
    ]


def test_rejected_rows_of_every_table_can_be_downloaded(tmp_path: Path) -> None:
    paths = written(tmp_path, persons=[*PERSONS, ["10", "M", "again"]], roles=[*ROLES, ["1", "99", "V"]])
    (snapshot,) = load(paths, profile(), tmp_path / "store").snapshots
    assert (snapshot.rejected, snapshot.set_aside) == (1, 2)
    rows = rejected_rows(Registry(tmp_path / "store"), snapshot)
    assert rows.select("file", "line", "raw_text").rows() == [("persons.csv", 2, "10,F,x"), ("roles.csv", 5, "1,99,V")]
    with pytest.raises(ExportError, match=r"part of a set: crimes \(crimes.csv\). Missing: persons .*; roles"):
        load(paths[:1], profile(), tmp_path / "store")


KEYS = st.sampled_from(["1", "01", " 1", "2", "3", "", "x y"])


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    crimes=st.lists(KEYS, min_size=1),
    persons=st.lists(KEYS, min_size=1),
    roles=st.lists(st.tuples(KEYS, KEYS), min_size=1),
)
def test_any_set_is_accounted_for_as_loops_over_its_rows_would(
    crimes: list[str], persons: list[str], roles: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    of_crimes = [["REF", "CREATED", "AREA"], *([key, "01/02/2024", str(n)] for n, key in enumerate(crimes))]
    of_persons = [["NOMINAL", "SEX", "N"], *([key, "F" if n % 2 else "M", str(n)] for n, key in enumerate(persons))]
    of_roles = [["REF", "NOMINAL", "ROLE"], *([crime, person, f"R{n}"] for n, (crime, person) in enumerate(roles))]
    known = profile(reading={"broken_at_most": 1.0})
    paths = written(folder, crimes=of_crimes, persons=of_persons, roles=of_roles)
    last = {key.strip(): str(n) for n, key in enumerate(crimes) if key.strip()}
    sexes = {key.strip(): "F" if n % 2 else "M" for n, key in enumerate(persons) if key.strip()}
    good = [
        (crime.strip(), person.strip() or None, f"R{n}", sexes.get(person.strip()), last[crime.strip()])
        for n, (crime, person) in enumerate(roles)
        if crime.strip() in last and (not person.strip() or person.strip() in sexes)
    ]
    if not good:
        with pytest.raises(ExportError):
            extracted(paths, folder, known)
        return
    extract = extracted(paths, folder, known)
    assert records(extract) == sorted(good, key=str)
    (file,) = extract.files
    assert (file.rows_in, file.accepted, file.rejected) == (len(roles), len(good), len(roles) - len(good))
    for name, keys, asked in (("crimes", crimes, 0), ("persons", persons, 1)):
        stripped = [key.strip() for key in keys]
        kept = {key for key in stripped if key}
        joined = len(kept & {pair[asked].strip() for pair in roles})
        twice = sum(bool(key) for key in stripped) - len(kept)
        expected = (len(keys), joined, len(kept) - joined, twice + stripped.count(""), twice)
        assert accounts(extract)[f"{name}.csv"] == expected


def test_the_earlier_system_s_three_tables_load_with_its_profile(tmp_path: Path) -> None:
    offences = [
        ["CRIME_REF", "CREATED_DATE", "REPORT_DATE", "FIRST_COMMITTED", "LPA", "REPORT_METHOD",
         "REC_HOOC_CODE", "STATUS"],
        ["22DA/1A/14", "13/02/2014", "13/02/2014", "12/02/2014", "Worcester", "999 call",
         "8N", "FILED"],
    ]  # fmt: skip
    nominals = [
        ["NOMINAL_REF", "SEX", "DATE_OF_BIRTH", "ETHNICITY_16", "ETHNICITY_6", "MARITAL_STATUS", "STATUS"],
        ["N1", "F", "13/02/1984", "W1", "IC1", "Married", "x"],
        ["N2", "M", "01/01/1900", "", "IC9", "", "x"],
    ]
    roles = [
        ["CRIME_REF", "NOMINAL_REF", "ROLE", "PROCESS", "ELIMINATED", "DATE_ELIMINATED"],
        ["22DA/1A/14", "N1", "VICT", "", "", ""],
        ["22DA/1A/14", "", "VICU", "", "", ""],
        ["22DA/1A/14", "N2", "OIC", "", "", ""],
    ]
    sheets = {"OFFENCE_SEARCH": offences, "NOMINAL_DETAILS": nominals, "NOMINAL_ROLES": roles}
    extract = extracted([write_xlsx(tmp_path / "set.xlsx", sheets)], tmp_path, load_profile("legacy"))
    columns = ["person_type", "age", "sex", "ethnicity", "ethnicity_observed", "outcome"]
    assert extract.records.select(columns).sort("person_type").collect().cast(pl.String).rows() == [
        ("no_person", "U", "M", None, "9", "FILED"),
        ("person", "29", "F", "W1", "1", "FILED"),
        ("unidentified", None, None, None, None, "FILED"),
    ]
