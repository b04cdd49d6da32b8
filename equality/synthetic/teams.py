"""About sixty invented teams of the types a force like West Mercia has (domain facts 4.2).

The table here is the source of `data/reference/teams.csv`; a test keeps the two equal. A team
named after an old area ends with the restructure; one named after a place goes on, and is listed
under the area it belongs to now. The area of a record at its own date stands on the record.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from equality.synthetic.geography import DISTRICTS, NAMES, NEW_AREAS, OLD_AREAS, RESTRUCTURE
from equality.synthetic.planted import DUMPING_TEAM, MIX_ONLY_DISTRICTS, TRAINED_TEAMS, W1_TEAM

OPENED = date(2018, 4, 1)  # the command structure of 2018 (domain facts 4.1)

# A type's own practice, in log-odds of a value becoming known.
TYPES: dict[str, float] = {
    "Contact centre": -0.15,
    "Digital desk": 0.0,
    "Crime bureau": 0.05,
    "Resolution team": 0.10,
    "Front counter": 0.10,
    "Response": -0.05,
    "Safer Neighbourhood Team": 0.15,
    "CID": 0.10,
    "Domestic Abuse Unit": 0.25,
    "Rape and serious sexual offences": 0.20,
    "Vulnerability and safeguarding": 0.20,
    "Roads policing": -0.10,
    "Rural crime": 0.0,
    "Business crime": -0.10,
    "Serious and organised crime": -0.05,
    "Major investigation": 0.10,
}


@dataclass(frozen=True)
class Team:
    """A team, the districts it records crime for, and when it existed."""

    name: str
    kind: str
    area: str
    districts: tuple[str, ...]
    opened: date = OPENED
    closed: date | None = None

    @property
    def starts_at_restructure(self) -> bool:
        """New teams are the ones that dip for some weeks."""
        return self.opened == RESTRUCTURE

    @property
    def practice(self) -> float:
        """Log-odds by which this team differs, constant over its whole life.

        A fixed offset per name, none where a planted fact is measured: the mix-only districts'
        teams, those that train or dump, and the area units, whose successors must be alike.
        """
        planted = (*TRAINED_TEAMS, DUMPING_TEAM, W1_TEAM)
        alike = self.kind in {"CID", "Domestic Abuse Unit"} or self.name in planted
        if alike or (set(self.districts) & set(MIX_ONLY_DISTRICTS) and len(self.districts) <= len(NAMES) // 2):
            return TYPES[self.kind]
        return TYPES[self.kind] + (zlib.crc32(self.name.encode()) % 1000 / 1000 - 0.5) * 0.5


_NORTH_DISTRICTS = tuple(d.name for d in DISTRICTS if d.new_area == NEW_AREAS[0])
_SOUTH_DISTRICTS = tuple(d.name for d in DISTRICTS if d.new_area == NEW_AREAS[1])


def _force_wide() -> list[Team]:
    named = [(f"OCC Shift {letter}", "Contact centre") for letter in "ABCDE"]
    named += [("Digital Desk", "Digital desk")]
    named += [(f"Resolution Team {n}", "Resolution team") for n in (1, 2, 3)]
    named += [
        ("Business Crime Team", "Business crime"),
        ("Serious and Organised Crime Team", "Serious and organised crime"),
        ("Major Investigation Team", "Major investigation"),
    ]
    teams = [Team(name, kind, "", NAMES) for name, kind in named]
    for kind, title in (
        ("Crime bureau", "Crime Bureau"),
        ("Rape and serious sexual offences", "RASSO Team"),
        ("Vulnerability and safeguarding", "Safeguarding Team"),
        ("Roads policing", "Roads Policing"),
        ("Rural crime", "Rural Crime Team"),
    ):
        teams.append(Team(f"{title} North", kind, "", _NORTH_DISTRICTS))
        teams.append(Team(f"{title} South", kind, "", _SOUTH_DISTRICTS))
    return teams


# name of the place, and the districts it serves
_COUNTERS = (
    ("Hereford", ("Herefordshire",)),
    ("Shrewsbury", ("Shropshire",)),
    ("Telford", ("Telford and Wrekin",)),
    ("Kidderminster", ("Wyre Forest",)),
    ("Redditch", ("Redditch", "Bromsgrove")),
    ("Worcester", ("Worcester", "Wychavon", "Malvern Hills")),
)
_RESPONSE = (
    ("Hereford", "Herefordshire"),
    ("Shrewsbury", "Shropshire"),
    ("Telford", "Telford and Wrekin"),
    ("Bromsgrove", "Bromsgrove"),
    ("Redditch", "Redditch"),
    ("Kidderminster", "Wyre Forest"),
    ("Malvern", "Malvern Hills"),
    ("Worcester", "Worcester"),
    ("Evesham", "Wychavon"),
)
_NEIGHBOURHOODS = (
    ("Hereford", "Herefordshire"),
    ("Leominster", "Herefordshire"),
    ("Shrewsbury", "Shropshire"),
    ("Oswestry", "Shropshire"),
    ("Telford South", "Telford and Wrekin"),
    ("Wellington", "Telford and Wrekin"),
    ("Bromsgrove", "Bromsgrove"),
    ("Redditch", "Redditch"),
    ("Kidderminster", "Wyre Forest"),
    ("Malvern", "Malvern Hills"),
    ("Worcester", "Worcester"),
    ("Evesham", "Wychavon"),
)


def _local() -> list[Team]:
    area = {d.name: d.new_area for d in DISTRICTS}
    teams = [Team(f"Front Counter {p}", "Front counter", area[ds[0]], ds) for p, ds in _COUNTERS]
    teams += [Team(f"Response {p}", "Response", area[d], (d,)) for p, d in _RESPONSE]
    teams += [Team(f"SNT {p}", "Safer Neighbourhood Team", area[d], (d,)) for p, d in _NEIGHBOURHOODS]
    return teams


def _area_units() -> list[Team]:
    last_day = RESTRUCTURE - timedelta(days=1)
    teams = []
    for kind, title in (("CID", "CID"), ("Domestic Abuse Unit", "DAU")):
        for area in OLD_AREAS:
            served = tuple(d.name for d in DISTRICTS if d.old_area == area)
            teams.append(Team(f"{title} {area}", kind, area, served, closed=last_day))
        for area in NEW_AREAS:
            served = tuple(d.name for d in DISTRICTS if d.new_area == area)
            teams.append(Team(f"{title} {area}", kind, area, served, opened=RESTRUCTURE))
    return teams


TEAMS: tuple[Team, ...] = (*_force_wide(), *_local(), *_area_units())


def reference_table() -> pl.DataFrame:
    """What `data/reference/teams.csv` holds."""
    return pl.DataFrame(
        {
            "team": [t.name for t in TEAMS],
            "team_type": [t.kind for t in TEAMS],
            "lpa": [t.area for t in TEAMS],
            "valid_from": [t.opened for t in TEAMS],
            "valid_to": [t.closed for t in TEAMS],
            "synthetic": ["yes"] * len(TEAMS),
        },
        schema_overrides={"valid_to": pl.Date},
    )
