"""Recording-system profiles: which heading holds which field, and which label means which code.

A profile is a YAML file in `data/profiles/`. It is data, not code: a force corrects it without a programmer.
"""

from __future__ import annotations

import difflib
import re
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from equality.errors import ProfileError

PROFILES = Path(__file__).resolve().parents[2] / "data" / "profiles"
"""Where the profiles that come with the project live."""

FIELDS = (
    "crime_ref",
    "person_ref",
    "role",
    "person_type",
    "recorded_on",
    "reported_on",
    "committed_on",
    "lpa",
    "district",
    "latitude",
    "longitude",
    "team",
    "channel",
    "offence_code",
    "crime_group",
    "crime_subgroup",
    "flags",
    "outcome",
    "date_of_birth",
)
"""Every field that a heading may be mapped to, beside the characteristics."""

PersonType = Literal["person", "organisation", "state", "unidentified", "no_person"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Extract(_Strict):
    """Where an extract's date stands, and what makes a snapshot.

    Attributes:
        column: heading of the column with the extract date, or
        file_name: regular expression with the groups `year`, `month` and optionally `day`; without a day
            the month's last day is meant.
        snapshot: `each_extract_date` makes one snapshot per date, each superseding earlier records by key;
            `all_files` makes one snapshot of all files given together.
    """

    column: str | None = None
    file_name: str | None = None
    snapshot: Literal["each_extract_date", "all_files"]

    @field_validator("file_name")
    @classmethod
    def _pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            groups = re.compile(pattern).groupindex
            if not {"year", "month"} <= set(groups):
                raise ValueError("must have the groups (?P<year>…) and (?P<month>…)")
        return pattern

    @model_validator(mode="after")
    def _one_place(self) -> Extract:
        if (self.column is None) == (self.file_name is None):
            raise ValueError("give either column or file_name")
        return self


class Marker(_Strict):
    """A column whose value says that the rows are synthetic."""

    column: str
    value: str


class Held(_Strict):
    """How an export holds one characteristic.

    Attributes:
        headings: accepted headings, the first found counts.
        source: `date_of_birth` if the characteristic is computed from that field.
        values: this export's own labels → codes; they win over the shared label lists.
        several: separator, where one cell may hold several answers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    headings: tuple[str, ...] = ()
    source: Literal["date_of_birth"] | None = Field(default=None, alias="from")
    values: dict[str, str] = {}
    several: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Held:
        if bool(self.headings) == (self.source is not None):
            raise ValueError("give either headings or from")
        return self


class Profile(_Strict):
    """A recording system's export, described.

    Attributes are those of the YAML files in `data/profiles/`, where they are explained.
    """

    name: str
    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    about: str
    attribution: str = ""
    confirmed: bool
    headline_role: str
    extract: Extract
    synthetic: Marker | None = None
    constants: dict[str, str] = {}
    columns: dict[str, tuple[str, ...]]
    dates: tuple[str, ...]
    dimension_titles: dict[str, str] = {}
    crime_reference_pattern: str | None = None
    roles: dict[str, str] = {}
    person_types: dict[str, PersonType] = {}
    channels: dict[str, tuple[str, ...]] = {}
    blank: tuple[str, ...] = ()
    placeholder_dates: tuple[date, ...] = ()
    characteristics: dict[str, Held]

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name in columns:
            if name not in FIELDS:
                near = difflib.get_close_matches(name, FIELDS, n=1)
                hint = f"; did you mean {near[0]}?" if near else f"; fields are {', '.join(FIELDS)}"
                raise ValueError(f"{name} is not a field{hint}")
        if "recorded_on" not in columns:
            raise ValueError("recorded_on is needed: it gives every record its month")
        return columns


def available(folder: Path = PROFILES) -> list[str]:
    """The names of the profiles in a folder."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_profile(name: str, folder: Path = PROFILES) -> Profile:
    """The profile with this name.

    Raises:
        ProfileError: if there is none, or its file does not say what it must.
    """
    names = available(folder)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ProfileError(f"There is no profile {name!r}.{hint} Profiles are: {', '.join(names)}.")
    path = folder / f"{name}.yaml"
    try:
        return Profile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ProfileError(f"{path.name} is not readable YAML: {error}") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in e['loc']) or 'file'}: {e['msg']}" for e in error.errors()
        )
        raise ProfileError(f"{path.name} does not say what a profile must: {problems}.") from error
