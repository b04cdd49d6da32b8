"""What each labelled column of a record makes of a label: one recogniser per column of an export."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Mapping
from pathlib import Path

from equality.exports.geography import DATA, district_of_label, lpa_label
from equality.exports.labels import fold, labels_for
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
    if "team" in profile.columns:
        found["team"] = lambda label: ((label or "").strip() or NOT_RECORDED, True)
    if "district" in profile.columns:
        found["area"] = district_of_label
    if "lpa" in profile.columns:
        found["lpa_label"] = lpa_label
    if "offence_code" in profile.columns:
        groups = dict.fromkeys(offences(), "")
        found["crime"] = lambda label: (
            _offence(label),
            _offence(label) in groups or not (label or "").strip(),
        )
    for name in ("crime_group", "crime_subgroup"):
        if name in profile.columns:
            found[name] = lambda label: ((label or "").strip() or NOT_RECORDED, True)
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
def offences(folder: Path = DATA) -> dict[str, tuple[str, str]]:
    """Home Office offence code → (crime group, crime subgroup); the 2017/18 list."""
    path = folder / "reference" / "home_office_offence_codes_2017_18.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["Offence_Code"].upper(): (row["Offence_Group"], row["Offence_Subgroup"]) for row in csv.DictReader(file)
        }
