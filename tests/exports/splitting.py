"""Takes a flat synthetic export apart into crimes, people and the roles that link them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import yaml

from equality.exports.profile import Profile, parse_profile
from equality.settings import ROOT

ROLES = ("Crime Ref", "Person Ref", "Role", "Person Type", "Data Status")
PERSON = (
    "Date of Birth",
    "DOB Estimated",
    "Sex",
    "Gender Same As Registered At Birth",
    "Self Defined Ethnicity",
    "Officer Observed Ethnicity",
    "Nationality",
    "Religion or Belief",
    "Sexual Orientation",
    "Disability",
    "Marital Status",
    "Pregnant or Recently",
)
DATE = "Extract Date"
TABLES: dict[str, Any] = {
    "crimes": {"key": "Crime Ref", "must_have": "Date Recorded"},
    "persons": {"key": "Nominal", "must_have": "Date of Birth"},
    "roles": {"joins": {"crimes": "Crime Ref", "persons": "Nominal"}, "must_have": "Role"},
}


def three_tables(flat: Path) -> dict[str, pl.DataFrame]:
    """The tables of one flat file. The same person with other answers on another record is another row of persons."""
    rows = pl.read_csv(flat, infer_schema=False)
    number = pl.struct("Person Ref", *PERSON).rank("dense").cast(pl.String)
    rows = rows.with_columns(Nominal=pl.lit("N") + number)
    crime = [name for name in rows.columns if name not in (*ROLES, *PERSON, DATE, "Nominal")]
    return {
        "crimes": rows.select("Crime Ref", *crime, DATE).unique(maintain_order=True),
        "persons": rows.select("Nominal", *PERSON, DATE).unique(maintain_order=True).sample(fraction=1, shuffle=True),
        "roles": rows.select(*ROLES, "Nominal", DATE),
    }


def split(flat: Path, folder: Path) -> list[Path]:
    """The tables of one flat file as files, each with the flat file's date in its name."""
    day = flat.stem[-10:]
    made = []
    for name, frame in three_tables(flat).items():
        made.append(folder / f"{name}-{day}.csv")
        frame.write_csv(made[-1])
    return made


def athena(**more: Any) -> Profile:
    """The profile of the flat export, for its tables."""
    said = yaml.safe_load((ROOT / "data" / "profiles" / "athena.yaml").read_text(encoding="utf-8"))
    return parse_profile(yaml.safe_dump(said | {"tables": TABLES} | more, sort_keys=False), "athena.yaml")
