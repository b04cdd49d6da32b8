"""Recording-system profiles: which heading holds which field, and which label means which code.

A profile is a YAML file in `data/profiles/`. It is data, not code: a force corrects it without a programmer.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator, model_validator

from equality.choices.entries import Valid
from equality.errors import ProfileError
from equality.exports.tables import JoinedTable, bare, checked
from equality.mistakes import described
from equality.settings import settings

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
    "area",
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

ISO_DATE = "%Y-%m-%d"

PersonType = Literal["person", "organisation", "state", "unidentified", "no_person"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Extract(_Strict):
    """Where an extract's date stands, and what makes a snapshot.

    Attributes:
        column: heading of the column with the extract date, or
        file_name: regular expression with the groups `year`, `month` and optionally `day`; without a day
            the month's last day is meant, or
        newest: the newest date recorded in the file is the extract's date.
        snapshot: `each_extract_date` makes one snapshot per date, each superseding earlier records by key;
            `all_files` makes one snapshot of all files given together.
    """

    column: str | None = None
    file_name: str | None = None
    newest: bool = False
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
        if sum((self.column is not None, self.file_name is not None, self.newest)) != 1:
            raise ValueError("give one of column, file_name and newest")
        return self


class Reading(_Strict):
    """How files are laid out, where it should not be found automatically.

    Attributes:
        separator: between the fields of a text file.
        sheet: of a workbook; `*` means every sheet that fits.
        heading_row: the row of the headings, from 1.
        broken_at_most: share of rows that may be set aside before a file is refused as damaged.
    """

    separator: Literal[",", ";", "\t", "|"] | None = None
    sheet: str | None = None
    heading_row: int | None = Field(default=None, ge=1)
    broken_at_most: float = Field(default=0.5, ge=0, le=1)


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


class Beside(_Strict):
    """One of the people whom a flat file names side by side in one row.

    Attributes:
        role: the person's role.
        columns: fields of this person → accepted headings; they stand in for those of the profile.
        characteristics: characteristic → accepted headings for this person.
        always: a row whose cells for this person are all blank still speaks of one, with nothing recorded.
    """

    role: str
    columns: dict[str, tuple[str, ...]] = {}
    characteristics: dict[str, tuple[str, ...]] = {}
    always: bool = False


class Rule(_Strict):
    """Rows that are about nobody, or nobody natural, though no column says so.

    Attributes:
        when: heading → labels; every heading must hold one of its labels (`''` is a blank cell).
        then: the person type of such rows.
    """

    when: dict[str, tuple[str, ...]] = Field(min_length=1)
    then: PersonType


class Boundaries(_Strict):
    """Areas to which coordinates belong.

    Attributes:
        file: GeoJSON in `data/geography`, WGS 84.
        name: the property that names an area.
    """

    file: str = Field(pattern=r"^[\w.-]+$")
    name: str


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
    tables: dict[str, JoinedTable] = {}
    reading: Reading = Reading()
    synthetic: Marker | None = None
    constants: dict[str, str] = {}
    columns: dict[str, tuple[str, ...]]
    dates: tuple[str, ...]
    dimension_titles: dict[str, str] = {}
    crime_reference_pattern: str | None = None
    roles: dict[str, str] = {}
    person_types: dict[str, PersonType] = {}
    channels: dict[str, tuple[str, ...]] = {}
    values: dict[Literal["team", "area", "crime_group", "crime_subgroup", "outcome"], dict[str, str]] = {}
    lookups: dict[Literal["team", "area"], Annotated[str, Field(pattern=r"^[\w.-]+$")]] = {}
    offences: str | None = Field(default=None, pattern=r"^[\w.-]+$")
    boundaries: Boundaries | None = None
    persons: tuple[Rule, ...] = ()
    people: tuple[Beside, ...] = ()
    blank: tuple[str, ...] = ()
    placeholder_dates: tuple[date, ...] = ()
    characteristics: dict[str, Held]
    _entries: Mapping[str, tuple[Valid, ...]] = PrivateAttr(default_factory=dict)

    @property
    def entries(self) -> Mapping[str, tuple[Valid, ...]]:
        """What labels mean from when to when in the store that is loaded into; empty where only files say it."""
        return self._entries

    def with_entries(self, entries: Mapping[str, tuple[Valid, ...]]) -> Profile:
        """The same profile with what labels mean from when to when: kind of `equality.choices.entries` → entries."""
        made = self.model_copy()
        made._entries = entries
        return made

    @field_validator("dates")
    @classmethod
    def _iso_too(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        # Workbooks and Parquet hold dates as dates, and those are read as ISO text.
        return formats if ISO_DATE in formats else (*formats, ISO_DATE)

    @field_validator("tables")
    @classmethod
    def _fitting(cls, tables: dict[str, JoinedTable]) -> dict[str, JoinedTable]:
        return checked(tables)

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

    @property
    def needed(self) -> dict[str, tuple[str, ...]]:
        """Everything that an export must have a heading for → the accepted headings."""
        held = {name: held.headings for name, held in self.characteristics.items() if held.headings}
        extract = {"extract date": (self.extract.column,)} if self.extract.column else {}
        needed = dict(self.columns) | held | extract
        needed |= {heading: (heading,) for rule in self.persons for heading in rule.when}
        for number, person in enumerate(self.people, start=1):
            own = person.columns | person.characteristics
            needed |= {f"{name} of {person.role} {number}": headings for name, headings in own.items() if headings}
        return needed

    @property
    def labelled(self) -> frozenset[str]:
        """Headings of columns in which few different values are expected: all but references and coordinates."""
        fields = [self.columns, *(person.columns for person in self.people)]
        own = {heading for columns in fields for name in _OF_THE_ROW for heading in columns.get(name, ())}
        marker = {self.synthetic.column} if self.synthetic else set()
        named = frozenset(heading for accepted in self.needed.values() for heading in accepted) - own | marker
        if not self.tables:
            return named
        keys = {heading for table in self.tables.values() for heading in (*table.key, *sum(table.joins.values(), ()))}
        return frozenset(bare(heading, self.tables) for heading in named) - keys


_OF_THE_ROW = ("crime_ref", "person_ref", "latitude", "longitude")
"""Fields that are different in nearly every row."""

_PARTS: dict[str, type[BaseModel]] = {
    "extract": Extract,
    "tables": JoinedTable,
    "reading": Reading,
    "synthetic": Marker,
    "characteristics": Held,
    "persons": Rule,
    "people": Beside,
    "boundaries": Boundaries,
}


def available(folder: Path = PROFILES) -> list[str]:
    """The names of the profiles in a folder."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def profile_files() -> dict[str, Path]:
    """Every profile that can be named: those that come with the project, then the force's own (`EQUALITY_PROFILES`).

    Raises:
        ProfileError: if an own profile has the name of one that comes with the project: nobody could tell which is
            meant.
    """
    built_in = {name: PROFILES / f"{name}.yaml" for name in available()}
    folder = settings().profiles
    own = {name: folder / f"{name}.yaml" for name in available(folder)}
    if both := sorted(built_in.keys() & own.keys()):
        raise ProfileError(
            f"{own[both[0]]} has the name of a profile that comes with the project; give it another name and another "
            "`source`."
        )
    return built_in | own


def load_profile(name: str, folder: Path | None = None) -> Profile:
    """The profile with this name, or in this YAML file.

    Args:
        name: of a profile, or the path of a file that ends in `.yaml`.
        folder: where profiles are; default: those of the project and the force's own.

    Raises:
        ProfileError: if there is none, or its file does not say what it must.
    """
    path = Path(name)
    if path.suffix != ".yaml" or not path.is_file():
        files = profile_files() if folder is None else {n: folder / f"{n}.yaml" for n in available(folder)}
        if name not in files:
            near = difflib.get_close_matches(name, files, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ProfileError(f"There is no profile {name!r}.{hint} Profiles are: {', '.join(sorted(files))}.")
        path = files[name]
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path.name} is not UTF-8 text; save it as UTF-8.") from error
    return parse_profile(text, path.name)


def parse_profile(text: str, shown: str) -> Profile:
    """The profile that a YAML text says.

    Args:
        text: YAML.
        shown: what messages call it.

    Raises:
        ProfileError: naming every mistake, its line and the remedy.
    """
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        said = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ProfileError(f"{shown} is not readable YAML: {error}") from error
    try:
        return Profile.model_validate(said)
    except ValidationError as error:
        problems = "; ".join(described(tree, e, Profile, _PARTS) for e in error.errors())
        raise ProfileError(f"{shown} does not say what a profile must: {problems}.") from error
