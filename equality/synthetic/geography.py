"""The force's districts and areas, before and after the restructure of 19 January 2026.

Names, codes and the two structures: domain facts 4.1. Shares of recorded crime per district are
residents (Census 2021) with towns weighted up; they are plausible, not measured.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from equality.synthetic.draws import Floats

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
RESTRUCTURE = date(2026, 1, 19)
NORTH = "Shropshire & Telford"
SOUTH = "Herefordshire & Worcestershire"


@dataclass(frozen=True)
class District:
    """A district, the areas it lies in, and its share of the force's crime."""

    name: str
    code: str
    old_area: str
    new_area: str
    crime_share: float


DISTRICTS = (
    District("Herefordshire", "E06000019", "Herefordshire", SOUTH, 0.145),
    District("Shropshire", "E06000051", "Shropshire", NORTH, 0.195),
    District("Telford and Wrekin", "E06000020", "Telford & Wrekin", NORTH, 0.185),
    District("Bromsgrove", "E07000234", "North Worcestershire", SOUTH, 0.065),
    District("Redditch", "E07000236", "North Worcestershire", SOUTH, 0.080),
    District("Wyre Forest", "E07000239", "North Worcestershire", SOUTH, 0.080),
    District("Malvern Hills", "E07000235", "South Worcestershire", SOUTH, 0.045),
    District("Worcester", "E07000237", "South Worcestershire", SOUTH, 0.110),
    District("Wychavon", "E07000238", "South Worcestershire", SOUTH, 0.095),
)
NAMES = tuple(d.name for d in DISTRICTS)
OLD_AREAS = tuple(dict.fromkeys(d.old_area for d in DISTRICTS))
NEW_AREAS = (NORTH, SOUTH)

# Spellings of a district as an export holds them: the ONS name of Herefordshire and the community
# safety partnership "South Worcester" (sic) typed where a district belongs.
SPELLINGS: dict[str, tuple[tuple[str, float], ...]] = {
    "Herefordshire": (("Herefordshire", 0.95), ("Herefordshire, County of", 0.05)),
    "Telford and Wrekin": (("Telford and Wrekin", 0.97), ("Telford & Wrekin", 0.03)),
    "Malvern Hills": (("Malvern Hills", 0.99), ("South Worcester", 0.01)),
    "Worcester": (("Worcester", 0.99), ("South Worcester", 0.01)),
    "Wychavon": (("Wychavon", 0.99), ("South Worcester", 0.01)),
}
NEIGHBOURS = ("Stratford-on-Avon", "Powys", "South Staffordshire", "Gloucester", "Dudley", "Cheshire East")
NO_LOCATION_SHARE = 0.012
OUTSIDE_SHARE = 0.006

# Census 2021's nineteen groups, in the order of the reference table, as 18+1 codes. Roma has no
# code of its own in 18+1 and falls to "any other White background".
CENSUS_TO_CODE = (
    ("Bangladeshi", "A3"),
    ("Chinese", "A4"),
    ("Indian", "A1"),
    ("Pakistani", "A2"),
    ("Other Asian", "A9"),
    (": African", "B2"),
    (": Caribbean", "B1"),
    ("Other Black", "B9"),
    ("White and Asian", "M3"),
    ("White and Black African", "M2"),
    ("White and Black Caribbean", "M1"),
    ("Other Mixed", "M9"),
    ("White: English", "W1"),
    ("White: Irish", "W2"),
    ("Gypsy", "W3"),
    ("Roma", "W9"),
    ("Other White", "W9"),
    ("Arab", "O2"),
    ("Any other ethnic group", "O9"),
)


def ethnic_mix(codes: tuple[str, ...]) -> Floats:
    """Residents by 18+1 code (columns as in `codes`), a row per district and one for elsewhere."""
    mix = np.zeros((len(DISTRICTS) + 1, len(codes)))
    position = {d.code: i for i, d in enumerate(DISTRICTS)}
    with (REFERENCE / "census2021_ethnic_group_by_lad.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = position.get(row["lad_code"])
            if at is None:
                continue
            for heading, value in row.items():
                code = next((c for text, c in CENSUS_TO_CODE if text in heading), None)
                if code is not None:
                    mix[at, codes.index(code)] += float(value)
    mix[-1] = mix[:-1].sum(axis=0)
    return mix
