"""What each labelled column of a record makes of a label: one recogniser per column of an export."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from equality.choices.entries import Valid
from equality.errors import ProfileError
from equality.exports.geography import DATA, areas_of_file, district_of_label, lpa_label
from equality.exports.labels import fold, labels_for
from equality.exports.once import labels
from equality.exports.profile import Profile
from equality.measures.dimensions import FLAG_BITS, FLAGS, NOT_RECORDED

Recogniser = Callable[[str | None], tuple[str | int | None, bool]]
"""Label → the value that is stored, and whether the label was recognised."""


def recognisers(profile: Profile) -> dict[str, Recogniser]:
    """For each labelled column of a record: label → (value, recognised)."""
    found: dict[str, Recogniser] = {}
    for name, held in profile.characteristics.items():
        found[name] = labels_for(name, held.values, profile.blank, held.several).code
    if "role" in profile.columns:
        found["role"] = _table(profile.roles, NOT_RECORDED)
    if "person_type" in profile.columns:
        # An unrecognised or blank type counts as a person: nobody leaves the denominator by a typing mistake.
        found["person_type"] = _table(profile.person_types, "person", otherwise="person")
    if "channel" in profile.columns:
        spellings = {s: channel for channel, names in profile.channels.items() for s in (channel, *names)}
        found["channel"] = _table(spellings, NOT_RECORDED)
    values: Mapping[str, dict[str, str]] = {str(name): table for name, table in profile.values.items()}
    for name in ("team", "area", "crime_group", "crime_subgroup"):
        if name in profile.columns:
            # Only a file says which labels there are: a single entry of an administrator leaves others as they are.
            listed = entries_of(profile, name) if name in profile.lookups else ()
            found[name] = _as_written(values.get(name, {}), listed)
    if "district" in profile.columns:
        found["area"] = district_of_label
    if "lpa" in profile.columns:
        areas = entries_of(profile, "lpa")
        found["lpa_label"] = lambda label: lpa_label(label, areas)
    if "offence_code" in profile.columns:
        groups = dict.fromkeys(offences(profile.offences), "")
        found["crime"] = lambda label: (
            _offence(label),
            _offence(label) in groups or not (label or "").strip(),
        )
    if "flags" in profile.columns:
        found["flags"] = _flags
    return found


def _table(spellings: Mapping[str, str], blank: str, otherwise: str | None = None) -> Recogniser:
    known = {fold(label): value for label, value in spellings.items()}

    def recognise(label: str | None) -> tuple[str | None, bool]:
        folded = fold(label or "")
        if not folded:
            return blank, True
        found = known.get(folded)
        return (found, True) if found else (otherwise or (label or "").strip(), False)

    return recognise


def _as_written(values: Mapping[str, str], valid: Sequence[Valid]) -> Recogniser:
    """A label is its own value unless the profile says otherwise; of a look-up, one that it lacks is unknown."""
    known = {fold(label): value for label, value in values.items()}
    listed = {fold(entry.label) for entry in valid} | {fold(entry.value) for entry in valid}

    def recognise(label: str | None) -> tuple[str | None, bool]:
        text = " ".join((label or "").split())
        value = known.get(fold(text), text)
        return value or NOT_RECORDED, not (listed and value) or fold(value) in listed

    return recognise


def entries_of(profile: Profile, kind: str) -> tuple[Valid, ...]:
    """What labels of areas (`lpa`), teams or places mean from when to when, as a load with this profile takes it."""
    if kind in profile.entries:
        return profile.entries[kind]
    if kind == "lpa":
        return areas_of_file()
    return look_up({str(name): file for name, file in profile.lookups.items()}.get(kind))


def look_up(name: str | None) -> tuple[Valid, ...]:
    """A look-up that is valid from and to: `label,value,valid_from,valid_to` in `data/reference`.

    Raises:
        ProfileError: if there is no such file, or it lacks a column or holds no date where one belongs.
    """
    if name is None:
        return ()
    path = DATA / "reference" / name
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(
                Valid(row["label"], row["value"], _day(row["valid_from"]), _day(row["valid_to"]))
                for row in csv.DictReader(file)
            )
    except (OSError, KeyError, ValueError) as error:
        raise ProfileError(
            f"the look-up {name} cannot be read from data/reference ({error}); it needs the columns label, value, "
            "valid_from and valid_to, with dates as 2026-01-31 or nothing"
        ) from error


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def valid_on(column: str, day: str, entries: Sequence[Valid]) -> pl.Expr:
    """The value of a column's label on the day in another column; the label itself where no entry is valid then."""
    spans: dict[tuple[date | None, date | None], dict[str, str]] = {}
    for entry in entries:
        spans.setdefault((entry.start, entry.end), {})[fold(entry.label)] = entry.value
    own = pl.col(column).cast(pl.String)
    folded = own.str.to_lowercase().str.replace_all(r"\s*([-/])\s*", "$1")
    cases = []
    for (start, end), values in spans.items():
        within = pl.lit(True)
        if start:
            within &= pl.col(day) >= start
        if end:
            within &= pl.col(day) <= end
        meant = folded.replace_strict(values, default=None, return_dtype=pl.String)
        cases.append(pl.when(within).then(meant))
    return labels(pl.coalesce(*cases, own))


def _offence(label: str | None) -> str:
    return (label or "").strip().upper()


def _flags(label: str | None) -> tuple[int, bool]:
    known = {fold(title): FLAG_BITS[flag] for flag, title in FLAGS.items()} | _FLAG_SPELLINGS
    parts = [folded for part in (label or "").split(";") if (folded := fold(part))]
    mask = 0
    for part in parts:
        mask |= known.get(part, 0)
    return mask, all(part in known for part in parts)


_FLAG_SPELLINGS = {
    fold(spelling): FLAG_BITS[flag]
    for spelling, flag in {
        "DA": "domestic_abuse",
        "Hate - race": "hate_race",
        "Hate - religion": "hate_religion",
        "Hate - sexual orientation": "hate_sexual_orientation",
        "Hate - disability": "hate_disability",
        "Hate - transgender": "hate_transgender",
        "Child sexual exploitation": "child_sexual_exploitation",
        "CSE": "child_sexual_exploitation",
        "CSA": "child_sexual_exploitation",
        "Honour based": "honour_based",
        "Honour based abuse": "honour_based",
        "HBA": "honour_based",
    }.items()
}


@functools.cache
def offences(name: str | None = None, folder: Path | None = None) -> dict[str, tuple[str, str]]:
    """Offence code → (crime group, crime subgroup).

    Args:
        name: a reference table in `data/reference` with the columns `code`, `group` and `subgroup`; without one the
            Home Office list of 2017/18 with the codes that came later.
        folder: where `reference` is; default: `data`.

    Raises:
        ProfileError: if there is no such table, or it lacks a column.
    """
    code, group, subgroup = _HOME_OFFICE if name is None else _OWN
    found = {}
    for file_name in _HOME_OFFICE_FILES if name is None else (name,):
        for row in _reference(file_name, (code, group, subgroup), folder):
            found[row[code].strip().upper()] = row[group], row[subgroup]
    return found


@functools.cache
def offence_flags(folder: Path | None = None) -> dict[str, int]:
    """Offence code of the Home Office → the bits of the flags that follow from it.

    Args:
        folder: where `reference` is; default: `data`.

    Raises:
        ProfileError: if the table cannot be read, or names a flag that does not exist.
    """
    found: dict[str, int] = {}
    for row in _reference("offence_flags.csv", ("code", "flag"), folder):
        if row["flag"] not in FLAG_BITS:
            raise ProfileError(f"offence_flags.csv: there is no flag {row['flag']}: there are {', '.join(FLAG_BITS)}")
        code = row["code"].strip().upper()
        found[code] = found.get(code, 0) | FLAG_BITS[row["flag"]]
    return found


def _reference(file_name: str, columns: Sequence[str], folder: Path | None) -> list[dict[str, str]]:
    try:
        with ((folder or DATA) / "reference" / file_name).open(encoding="utf-8-sig", newline="") as file:
            return [{column: row[column] for column in columns} for row in csv.DictReader(file)]
    except (OSError, KeyError) as error:
        raise ProfileError(
            f"the table of offences {file_name} cannot be read from data/reference ({error}); it needs the columns "
            f"{', '.join(columns)}"
        ) from error


_HOME_OFFICE_FILES = ("home_office_offence_codes_2017_18.csv", "home_office_offence_codes_later.csv")

_HOME_OFFICE = ("Offence_Code", "Offence_Group", "Offence_Subgroup")
_OWN = ("code", "group", "subgroup")
