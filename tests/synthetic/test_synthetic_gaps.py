from __future__ import annotations

from datetime import date

import polars as pl
import pytest

YEAR = date(2025, 11, 1)  # the twelve months before the last extract
BANDS = {
    "Self Defined Ethnicity": (0.43, 0.48),
    "Sex": (0.78, 0.84),
    "Date of Birth": (0.78, 0.84),
    "Religion or Belief": (0.15, 0.20),
    "Sexual Orientation": (0.10, 0.15),
    "Disability": (0.20, 0.25),
    "Marital Status": (0.31, 0.38),
    "Gender Same As Registered At Birth": (0.08, 0.12),
    "Nationality": (0.37, 0.43),
    "Officer Observed Ethnicity": (0.51, 0.58),
}


@pytest.mark.parametrize("heading", BANDS)
def test_known_rates_of_victims_in_the_latest_year(victims: pl.DataFrame, heading: str) -> None:
    rate = victims.filter(pl.col("recorded") >= YEAR)[f"known {heading}"].mean()
    low, high = BANDS[heading]
    assert low < rate < high


def test_pregnancy_is_known_for_few_of_those_it_applies_to(victims: pl.DataFrame) -> None:
    born = pl.col("Date of Birth").str.to_date("%d/%m/%Y", strict=False)
    age = (pl.col("recorded") - born).dt.total_days() / 365.25
    male = pl.col("Sex").str.strip_chars().str.to_uppercase().str.starts_with("M").fill_null(False)
    applicable = victims.filter(
        pl.col("recorded") >= YEAR, ~male, age.is_between(12, 56) | ~pl.col("known Date of Birth")
    )
    assert 0.06 < applicable["known Pregnant or Recently"].mean() < 0.10


def rate(frame: pl.DataFrame, heading: str, *conditions: pl.Expr) -> float:
    return frame.filter(*conditions)[f"known {heading}"].mean()


def test_crime_types_differ(victims: pl.DataFrame) -> None:
    domestic = pl.col("Crime Flags").str.contains("Domestic abuse").fill_null(False)
    vehicle = pl.col("HO Code").is_in(["45", "48", "126"])
    damage = pl.col("HO Code").str.starts_with("58")
    sexual = pl.col("HO Code").str.contains("^(19|20)")
    ethnicity = "Self Defined Ethnicity"
    assert rate(victims, "Sex", domestic) > 0.96  # the risk assessment forces it
    assert rate(victims, ethnicity, domestic) > 0.55
    assert rate(victims, ethnicity, sexual) > 0.50
    assert rate(victims, ethnicity, vehicle) < 0.35
    assert rate(victims, ethnicity, damage & ~domestic) < 0.37


def test_channels_differ(victims: pl.DataFrame) -> None:
    online = pl.col("How Reported").str.to_lowercase().str.contains("online|on-line|web")
    emergency = pl.col("How Reported").str.contains("999")
    assert 0.44 < rate(victims, "Self Defined Ethnicity", online) < 0.56  # voluntary: about half
    assert rate(victims, "Religion or Belief", online) > 2 * rate(victims, "Religion or Belief", emergency)
    assert rate(victims, "Officer Observed Ethnicity", online) < 0.08  # nobody saw them


def test_roles_differ(latest: pl.DataFrame) -> None:
    people = latest.filter("person").with_columns(role=pl.col("Role").str.to_uppercase().str.head(1))
    by_role = {r: people.filter(pl.col("role") == r) for r in ("V", "S", "W")}
    for heading in ("Officer Observed Ethnicity", "Date of Birth"):
        known = {r: frame[f"known {heading}"].mean() for r, frame in by_role.items()}
        assert known["S"] > known["V"] > known["W"]


def test_emergency_calls_start_blanker_and_catch_up(rows: pl.DataFrame) -> None:
    heading = "known Self Defined Ethnicity"
    calls = rows.filter("victim", "person", pl.col("How Reported").str.contains("999"))
    age = (calls["extract"] - calls["recorded"]).dt.total_days()
    young, old = calls.filter(age <= 7)[heading].mean(), calls.filter(age > 60)[heading].mean()
    assert old - young > 0.08


def test_cells_are_missing_together(victims: pl.DataFrame) -> None:
    """Given crime and channel, too: a record blank in one is blanker in the other."""
    calls = victims.filter(pl.col("How Reported").is_in(["101", "101 call"]), pl.col("HO Code") == "105A")
    told = pl.col("known Self Defined Ethnicity")
    assert rate(calls, "Nationality", told) - rate(calls, "Nationality", ~told) > 0.08


def test_filed_crimes_without_a_suspect_are_blanker(victims: pl.DataFrame) -> None:
    assaults = victims.filter(pl.col("HO Code") == "8N")
    filed = pl.col("Outcome").str.starts_with("18").fill_null(False)
    assert rate(assaults, "Self Defined Ethnicity", ~filed) - rate(assaults, "Self Defined Ethnicity", filed) > 0.05


def test_organisations_state_and_nobody_have_no_characteristics(latest: pl.DataFrame) -> None:
    others = latest.filter(~pl.col("person"), "victim")
    assert len(others) > 10_000
    assert others["known Self Defined Ethnicity"].sum() + others["known Date of Birth"].sum() == 0
    assert {"State", "Regina", "The Crown", "No identified victim", "Unidentified"} < set(others["Person Type"])
    shops = latest.filter(pl.col("HO Code") == "46", "victim")
    assert (shops["Person Type"].str.to_lowercase().str.starts_with("organisation")).mean() > 0.94
    drugs = latest.filter(pl.col("HO Code") == "92E", "victim")
    assert drugs["Person Type"].is_in(["State", "Regina", "The Crown"]).mean() > 0.92


@pytest.mark.parametrize(
    ("heading", "labels"),
    [
        ("Self Defined Ethnicity", ["W1", "W1 - White - British", "W1\tWHITE - BRITISH", "NULL", "-"]),
        ("Self Defined Ethnicity", ["A4 - Asian - Chinese", "O1 - Other - Chinese", "W3", "O2", "IC1", "#MULTIVALUE"]),
        (
            "Self Defined Ethnicity",
            ["WHITE - BRITISH", "N1", "N4", "NX", "NZ", "NS", " "],
        ),
        ("Self Defined Ethnicity", ["W1\xa0- White - British", "W1 \x96 White - British", "W1 – White - British"]),
        ("Self Defined Ethnicity", ['"W1 - White - British', "w1", "#VALUE!", "Other ethnic group - Not stated"]),
        ("Officer Observed Ethnicity", ["IC1", "1", "0", "9", "IC9", "IC1 - White", "MIDDLE EASTERN", "W1"]),
        ("Religion or Belief", ["None", "No religion", "Christian", "Cristian", "Prefer not to say"]),
        ("Sex", ["M", "F", "U", "Female / Transgender Female", "Indeterminate", "Unspecified"]),
        ("Disability", ["No", "Yes", "Yes - a lot", "Mental health", "Mobility;Stamina, breathing or fatigue"]),
        ("Date of Birth", ["01/01/1900", "01/01/1970", "30/12/1899", "31/02/1985", "04/06/1875", "00/00/0000"]),
        ("Role", ["Victim", "VICT", "SUSP", "WITN", "PREP", "Reporting person"]),
        ("District", ["Herefordshire, County of", "South Worcester", "Powys", "No location"]),
        ("How Reported", ["999", "101", "Online", "Front counter", "Officer attended", "Crimestoppers", "Third party"]),
        ("Sexual Orientation", ["Heterosexual or straight", "Hetrosexual", "#N/A", "None recorded", "Not recorded"]),
    ],
)
def test_labels_people_type_occur(rows: pl.DataFrame, heading: str, labels: list[str]) -> None:
    assert set(labels) <= set(rows[heading].unique())


def test_empty_cells_are_empty_not_quoted(rows: pl.DataFrame) -> None:
    assert rows["Self Defined Ethnicity"].null_count() > 0.3 * len(rows)
    assert (rows["Self Defined Ethnicity"] == "").sum() == 0


def test_dates_of_birth_are_heaped_and_some_impossible(latest: pl.DataFrame) -> None:
    born = latest["Date of Birth"].str.to_date("%d/%m/%Y", strict=False).drop_nulls()
    real = born.filter(born.dt.year() > 1901)
    first_of_january = (real.dt.ordinal_day() == 1).mean()
    assert 0.03 < first_of_january < 0.10  # one in 365 by chance
    recorded = latest.with_columns(born=pl.col("Date of Birth").str.to_date("%d/%m/%Y", strict=False))
    assert 50 < recorded.filter(pl.col("born") > pl.col("recorded")).height < 2_000
    assert latest["Date of Birth"].str.contains(r"^\d\d/\d\d/\d\d$").sum() > 50
    assert set(latest["DOB Estimated"].drop_nulls()) == {"Y", "N", "Yes", "No"}


def test_victims_of_coded_age_and_sex_fit_the_code(victims: pl.DataFrame) -> None:
    assert victims.filter(pl.col("HO Code") == "19C")["Sex"].str.to_uppercase().str.starts_with("M").mean() < 0.02
    children = victims.filter(pl.col("HO Code") == "21", "known Date of Birth")
    born = children["Date of Birth"].str.to_date("%d/%m/%Y", strict=False)
    assert (((children["recorded"] - born).dt.total_days() / 365.25) < 15).mean() > 0.85


def test_persons_come_back(latest: pl.DataFrame, victims: pl.DataFrame) -> None:
    crimes = victims.group_by("Person Ref").agg(pl.col("Crime Ref").n_unique())["Crime Ref"]
    assert 0.12 < (crimes > 1).mean() < 0.18
    roles = latest.filter("person").group_by("Person Ref").agg(pl.col("Role").str.to_uppercase().str.head(1).n_unique())
    assert (roles["Role"] > 1).sum() > 5_000  # victims who report, suspects who are victims elsewhere


def test_who_comes_back_mostly_answers_the_same(latest: pl.DataFrame) -> None:
    white = pl.col("Self Defined Ethnicity").str.to_uppercase().str.contains("BRITISH|W1")
    told = latest.filter("person", "known Self Defined Ethnicity")
    people = told.group_by("Person Ref").agg(n=pl.len(), share=white.mean()).filter(pl.col("n") > 1)
    differing = people["share"].is_between(0.001, 0.999).mean()
    assert 0.001 < differing < 0.05
    sex = latest.filter("person", "known Sex", pl.col("recorded") >= YEAR)
    several = sex.group_by("Person Ref").agg(pl.len(), pl.col("Sex").str.to_uppercase().str.head(1).n_unique())
    assert (several.filter(pl.col("len") > 1)["Sex"] > 1).mean() < 0.03
