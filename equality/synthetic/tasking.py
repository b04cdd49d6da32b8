"""Who records a crime: channel by kind of crime and place, team by channel, crime, place and date."""

from __future__ import annotations

import numpy as np

from equality.synthetic.draws import Bools, Choice, Floats, Ints
from equality.synthetic.geography import DISTRICTS, NAMES, RESTRUCTURE
from equality.synthetic.labels_crime import CHANNELS
from equality.synthetic.offences import PRACTICES, UNDER_13, UNDER_16, Offence
from equality.synthetic.planted import MIX_ONLY_CHANNEL, MIX_ONLY_CRIME
from equality.synthetic.teams import TEAMS, TYPES

ELSEWHERE = len(DISTRICTS)  # the tenth "district": outside the force, or not given
_PLACES = len(DISTRICTS) + 1

# Shares of CHANNELS by practice group: 999, 101, online, front counter, officer, email or post,
# third party, Crimestoppers, Action Fraud.
_CHANNEL_MIX: dict[str, tuple[float, ...]] = {
    "violence": (0.34, 0.25, 0.12, 0.05, 0.14, 0.02, 0.075, 0.003, 0.002),
    "sexual": (0.14, 0.22, 0.12, 0.06, 0.16, 0.04, 0.26, 0.0, 0.0),
    "harassment": (0.14, 0.36, 0.24, 0.09, 0.10, 0.04, 0.03, 0.0, 0.0),
    "robbery": (0.50, 0.20, 0.05, 0.05, 0.18, 0.01, 0.01, 0.0, 0.0),
    "burglary": (0.28, 0.40, 0.22, 0.03, 0.05, 0.01, 0.01, 0.0, 0.0),
    "vehicle": (0.08, 0.44, 0.38, 0.04, 0.04, 0.015, 0.005, 0.0, 0.0),
    "theft": (0.10, 0.36, 0.34, 0.06, 0.06, 0.04, 0.015, 0.0, 0.025),
    "damage": (0.14, 0.42, 0.30, 0.04, 0.07, 0.02, 0.01, 0.0, 0.0),
    "public": (0.33, 0.25, 0.12, 0.04, 0.20, 0.03, 0.02, 0.01, 0.0),
    "society": (0.12, 0.12, 0.06, 0.03, 0.55, 0.03, 0.06, 0.03, 0.0),
}

# Which type of team records a crime that no specialist takes, by channel.
_USUAL_TEAM: dict[str, dict[str, float]] = {
    "999": {"Contact centre": 0.45, "Response": 0.45, "Safer Neighbourhood Team": 0.05, "Crime bureau": 0.05},
    "101": {
        "Contact centre": 0.53,
        "Resolution team": 0.27,
        "Response": 0.10,
        "Safer Neighbourhood Team": 0.05,
        "Crime bureau": 0.05,
    },
    "online": {"Digital desk": 0.62, "Resolution team": 0.23, "Crime bureau": 0.15},
    "counter": {"Front counter": 0.87, "Safer Neighbourhood Team": 0.13},
    "officer": {"Response": 0.58, "Safer Neighbourhood Team": 0.32, "Crime bureau": 0.10},
    "email": {"Crime bureau": 0.50, "Digital desk": 0.30, "Resolution team": 0.20},
    "third": {
        "Crime bureau": 0.45,
        "Vulnerability and safeguarding": 0.2,
        "Contact centre": 0.25,
        "Safer Neighbourhood Team": 0.1,
    },
    "crimestoppers": {"Crime bureau": 0.5, "Serious and organised crime": 0.5},
    "action_fraud": {"Crime bureau": 0.8, "Resolution team": 0.2},
}
# What specialists take first.
_SPECIALISTS: dict[str, dict[str, float]] = {
    **{practice: {} for practice in PRACTICES},
    "violence": {"CID": 0.10},
    "sexual": {"Rape and serious sexual offences": 0.60, "CID": 0.05},
    "robbery": {"CID": 0.40},
    "burglary": {"CID": 0.25, "Rural crime": 0.03},
    "vehicle": {"Roads policing": 0.05, "CID": 0.03},
    "theft": {"Rural crime": 0.05},
    "damage": {"Rural crime": 0.04},
    "society": {"Serious and organised crime": 0.12, "CID": 0.06},
    "domestic": {"Domestic Abuse Unit": 0.50, "CID": 0.05},
    "child": {"Vulnerability and safeguarding": 0.50, "Rape and serious sexual offences": 0.15},
    "shops": {"Business crime": 0.35},
    "roads": {"Roads policing": 0.85},
    "homicide": {"Major investigation": 0.97},
}
_TASKS = tuple(_SPECIALISTS)
_HOMICIDE = ("1/4.1/4.10/4.2", "2")
_TYPE_NAMES = tuple(TYPES)


def place_choice() -> Choice:
    """A district for each practice group; the force-wide mix of crime stays the real one."""
    shares = np.asarray([d.crime_share for d in DISTRICTS])
    weights = np.tile(shares, (len(PRACTICES), 1))
    for district, factors in MIX_ONLY_CRIME.items():
        for practice, factor in factors.items():
            weights[PRACTICES.index(practice), NAMES.index(district)] *= factor
    return Choice(weights)


def channel_choice() -> Choice:
    """A channel for practice group x place (row = practice * places + place)."""
    weights = np.repeat(np.asarray([_CHANNEL_MIX[p] for p in PRACTICES]), _PLACES, axis=0)
    for district, factors in MIX_ONLY_CHANNEL.items():
        rows = np.arange(len(PRACTICES)) * _PLACES + NAMES.index(district)
        for channel, factor in factors.items():
            weights[rows, CHANNELS.index(channel)] *= factor
    return Choice(weights)


def channel_row(practice: Ints, place: Ints) -> Ints:
    """The row of `channel_choice`."""
    return practice * _PLACES + place


def task_of(offences: tuple[Offence, ...]) -> Ints:
    """Which specialists a code belongs to, before flags are looked at."""
    children = {*UNDER_13, *UNDER_16}
    special = {"46": "shops", "802": "roads", **dict.fromkeys(_HOMICIDE, "homicide")}
    names = [special.get(o.code) or ("child" if o.code in children else o.practice) for o in offences]
    return np.asarray([_TASKS.index(name) for name in names], dtype=np.int64)


class Tasking:
    """Draws the recording team."""

    def __init__(self) -> None:
        self._type = Choice(_type_weights())
        self._team = Choice(_team_weights())

    def pick(
        self, rng: np.random.Generator, task: Ints, domestic: Bools, channel: Ints, place: Ints, new: Bools
    ) -> Ints:
        """A position in TEAMS for each crime; `new` says that it was recorded after the restructure."""
        domestic_task = np.isin(task, [_TASKS.index("homicide"), _TASKS.index("child")], invert=True) & domestic
        row = np.where(domestic_task, _TASKS.index("domestic"), task) * len(CHANNELS) + channel
        kind = self._type.pick(rng.random(len(task)), row)
        return self._team.pick(rng.random(len(task)), (new * _PLACES + place) * len(_TYPE_NAMES) + kind)


def _type_weights() -> Floats:
    weights = np.zeros((len(_TASKS), len(CHANNELS), len(_TYPE_NAMES)))
    for t, task in enumerate(_TASKS):
        taken = sum(_SPECIALISTS[task].values())
        for c, channel in enumerate(CHANNELS):
            for kind, share in _SPECIALISTS[task].items():
                weights[t, c, _TYPE_NAMES.index(kind)] += share
            for kind, share in _USUAL_TEAM[channel].items():
                weights[t, c, _TYPE_NAMES.index(kind)] += share * (1 - taken)
    return weights.reshape(-1, len(_TYPE_NAMES))


def _team_weights() -> Floats:
    weights = np.zeros((2, _PLACES, len(_TYPE_NAMES), len(TEAMS)))
    for position, team in enumerate(TEAMS):
        eras = [era for era, gone in ((0, team.opened >= RESTRUCTURE), (1, team.closed is not None)) if not gone]
        places = [*(NAMES.index(name) for name in team.districts), ELSEWHERE]
        for era in eras:
            weights[era, places, _TYPE_NAMES.index(team.kind), position] = 1.0
    return weights.reshape(-1, len(TEAMS))
