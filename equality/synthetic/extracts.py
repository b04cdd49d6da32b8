"""Writes blocks of records, as they were known on the day of an extract, in Athena's headings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import polars as pl

from equality.synthetic.draws import Ints

HEADINGS = (
    "Crime Ref",
    "Person Ref",
    "Role",
    "Person Type",
    "Date Recorded",
    "Date Reported",
    "Committed From",
    "LPA",
    "District",
    "Team",
    "How Reported",
    "HO Code",
    "Crime Flags",
    "Outcome",
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
    "Extract Date",
    "Data Status",
)
HEADING_OF = {
    "ethnicity": "Self Defined Ethnicity",
    "observed": "Officer Observed Ethnicity",
    "sex": "Sex",
    "dob": "Date of Birth",
    "religion": "Religion or Belief",
    "orientation": "Sexual Orientation",
    "disability": "Disability",
    "marital": "Marital Status",
    "gender_same": "Gender Same As Registered At Birth",
    "pregnant": "Pregnant or Recently",
    "nationality": "Nationality",
}
STATUS = "SYNTHETIC"


@dataclass
class Written:
    """A column in labels: what stood there before its fill day, and what after."""

    labels: pl.Series
    before: Ints
    after: Ints
    day: Ints

    def on(self, age: Ints) -> pl.Series:
        """The labels as known when the records are this many days old."""
        return self.labels.gather(pl.Series(np.where(age >= self.day, self.after, self.before)))


@dataclass
class Block:
    """Records ready to be written on any day."""

    fixed: dict[str, pl.Series]
    moving: dict[str, Written]
    recorded: Ints
    appears: Ints  # days from recording until the record itself is entered

    def on(self, day: int, text: str) -> pl.DataFrame:
        """The extract of a day: what had been entered by then."""
        age = day - self.recorded
        columns = {**self.fixed, **{name: column.on(age) for name, column in self.moving.items()}}
        columns["Extract Date"] = pl.repeat(text, len(age), eager=True, dtype=pl.String)
        columns["Data Status"] = pl.repeat(STATUS, len(age), eager=True, dtype=pl.String)
        return pl.DataFrame([columns[name].alias(name) for name in HEADINGS]).filter(pl.Series(age >= self.appears))


def write_header(file: BinaryIO) -> None:
    """The headings, once per file."""
    file.write((",".join(HEADINGS) + "\n").encode("utf-8"))


def write_rows(file: BinaryIO, frame: pl.DataFrame) -> None:
    """Adds records to a file; a missing value is nothing between two commas."""
    frame.write_csv(file, include_header=False)
