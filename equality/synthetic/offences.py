"""What kind of crime each Home Office code is: how often, who its victims are, which flags it carries.

The mix is West Mercia's own of 2017/18 by quarter (`data/reference`, Home Office, OGL). Victim or
state based: the counting rules' (V) and (S), by code and not by group (domain facts 4.3). Shares
that no table gives are plausible round numbers.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

import numpy as np

from equality.synthetic.draws import Floats
from equality.synthetic.geography import REFERENCE

# Crimes that are recorded alike; the practice groups of the gap model.
PRACTICES = (
    "violence",
    "sexual",
    "harassment",
    "robbery",
    "burglary",
    "vehicle",
    "theft",
    "damage",
    "public",
    "society",
)
_BY_SUBGROUP = {
    "Violence with injury": "violence",
    "Violence without injury": "violence",
    "Homicide": "violence",
    "Stalking and harassment": "harassment",
    "Rape offences": "sexual",
    "Other sexual offences": "sexual",
    "Robbery of business property": "robbery",
    "Robbery of personal property": "robbery",
    "Domestic burglary": "burglary",
    "Non-domestic burglary": "burglary",
    "Theft from a vehicle": "vehicle",
    "Theft of a motor vehicle": "vehicle",
    "Vehicle interference": "vehicle",
    "Arson": "damage",
    "Criminal damage": "damage",
    "Public order offences": "public",
}
_BY_GROUP = {"Theft offences": "theft"}

# Shares of (organisation, state, unidentified) victims; the rest are persons.
_NON_PERSON: dict[str, tuple[float, float, float]] = {
    "46": (0.97, 0.0, 0.01),
    "30C": (0.86, 0.0, 0.02),
    "30D": (0.86, 0.0, 0.02),
    "31A": (0.86, 0.0, 0.02),
    "34A": (0.92, 0.0, 0.01),
    "49A": (0.96, 0.0, 0.01),
    "41": (0.95, 0.0, 0.0),
    "43": (0.95, 0.0, 0.0),
    "47": (0.90, 0.0, 0.02),
    "58B": (0.72, 0.0, 0.03),
    "58D": (0.30, 0.0, 0.04),
    "56B": (0.25, 0.0, 0.05),
    "58C": (0.06, 0.0, 0.01),
    "45": (0.12, 0.0, 0.01),
    "48": (0.12, 0.0, 0.01),
    "37.2": (0.12, 0.0, 0.01),
    "126": (0.05, 0.0, 0.01),
    "49": (0.14, 0.0, 0.03),
    "9A": (0.03, 0.18, 0.10),  # 125/9 and 125/11 are (V), 125/12 is (S)
    "9B": (0.02, 0.05, 0.06),
    "66": (0.02, 0.80, 0.03),
    "62A": (0.0, 0.75, 0.10),
    "86": (0.0, 0.85, 0.08),
    "71": (0.0, 0.0, 0.02),
    "38": (0.05, 0.90, 0.0),
}
_STATE_GROUPS = ("Drug offences", "Possession of weapons offences", "Miscellaneous crimes")
_STATE = (0.01, 0.96, 0.02)
_USUAL = (0.02, 0.0, 0.012)

# Shares of crimes with the flag.
_DOMESTIC = {
    "105A": 0.42,
    "8N": 0.34,
    "8L": 0.42,
    "8Q": 0.52,
    "8R": 0.22,
    "3B": 0.36,
    "5D": 0.18,
    "58A": 0.20,
    "58C": 0.05,
    "58D": 0.10,
    "36": 0.30,
    "19C": 0.34,
    "20A": 0.12,
    "11A": 0.30,
    "2": 0.35,
}
_ONLINE = {"8R": 0.62, "8L": 0.15, "8Q": 0.15, "86": 0.80, "88A": 0.75, "22B": 0.22, "21": 0.10, "35": 0.55}
_KNIFE = {"34B": 0.20, "34A": 0.20, "5D": 0.32, "10D": 0.92, "3B": 0.14, "2": 0.5, "5E": 0.1}
_CSE = {"71": 0.85, "88A": 0.40, "22B": 0.14, "21": 0.06, "19D": 0.08, "86": 0.05}
_HONOUR = {"105A": 0.002, "8N": 0.002, "106": 0.06, "36": 0.05, "8L": 0.003}
_AGGRAVATED = ("105B", "8P", "8M", "9B", "58J")
# codes whose victim is a child, and codes that name the victim's sex
UNDER_13 = ("17B", "20B", "21", "19E", "19H", "4.3")
UNDER_16 = ("22B", "19D", "19G", "11A", "13", "71", "88A")
FEMALE_ONLY = ("19C", "19D", "19E", "20A", "20B")
MALE_ONLY = ("19F", "19G", "19H", "17A", "17B")

COERCIVE, COERCIVE_OF, COERCIVE_EACH = "8U", ("8L", "8Q"), 6
"""Controlling or coercive behaviour is later than the mix: every sixth domestic crime of harassment or stalking."""

# Suspects per crime: the chance of a first one, by practice group.
_SUSPECT = {
    "violence": 0.76,
    "sexual": 0.78,
    "harassment": 0.66,
    "robbery": 0.50,
    "burglary": 0.16,
    "vehicle": 0.09,
    "theft": 0.20,
    "damage": 0.26,
    "public": 0.72,
    "society": 0.92,
}


@dataclass(frozen=True)
class Offence:
    """One Home Office code and what the generator assumes of it."""

    code: str
    practice: str
    quarters: tuple[float, float, float, float]  # offences recorded April to June 2017, and so on
    victims: tuple[float, float, float, float]  # shares of KINDS
    suspect: float
    flags: dict[str, float] = field(default_factory=dict)


def _flags(code: str, practice: str) -> dict[str, float]:
    hate = practice in {"violence", "harassment", "public", "damage"}
    aggravated = code in _AGGRAVATED
    shares = {
        "Domestic abuse": _DOMESTIC.get(code, 0.0),
        "Online": _ONLINE.get(code, 0.0),
        "Knife": _KNIFE.get(code, 0.0),
        "Child sexual exploitation": _CSE.get(code, 0.0),
        "Honour based": _HONOUR.get(code, 0.0),
        "Hate - race": 0.88 if aggravated else 0.012 * hate,
        "Hate - religion": 0.10 if aggravated else 0.002 * hate,
        "Hate - sexual orientation": 0.006 * hate,
        "Hate - disability": 0.004 * hate,
        "Hate - transgender": 0.0015 * hate,
    }
    return {name: share for name, share in shares.items() if share > 0}


def _offence(code: str, group: str, subgroup: str, quarters: tuple[float, float, float, float]) -> Offence:
    practice = _BY_SUBGROUP.get(subgroup) or _BY_GROUP.get(group, "society")
    state = group in _STATE_GROUPS
    organisation, crown, nobody = _NON_PERSON.get(code, _STATE if state else _USUAL)
    suspect = 0.55 if code == "46" else _SUSPECT[practice]
    person = 1 - organisation - crown - nobody
    return Offence(code, practice, quarters, (person, organisation, crown, nobody), suspect, _flags(code, practice))


def load_offences() -> tuple[Offence, ...]:
    """Every code that West Mercia recorded in 2017/18, with its counts by financial quarter."""
    counts: dict[str, list[float]] = {}
    groups: dict[str, tuple[str, str]] = {}
    with (REFERENCE / "west_mercia_recorded_crime_2017_18.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["Offence_Code"]
            groups[code] = (row["Offence_Group"], row["Offence_Subgroup"])
            by_quarter = counts.setdefault(code, [0.0] * 4)
            by_quarter[int(row["Financial_Quarter"]) - 1] += float(row["Number_of_Offences"])
    return tuple(
        _offence(code, *groups[code], (q[0], q[1], q[2], q[3])) for code, q in sorted(counts.items()) if sum(q) > 0
    )


def quarter_mix(offences: tuple[Offence, ...]) -> Floats:
    """Weights of the codes, a row per financial quarter: half the year's mix, half the quarter's own.

    Small counts jump between quarters by chance; the half that is the year's keeps seasons mild.
    """
    own = np.asarray([o.quarters for o in offences]).T
    return np.asarray(own.sum(axis=0) / 4 * 0.5 + own * 0.5, dtype=np.float64)
