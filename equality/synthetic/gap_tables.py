"""The figures of the gap model: log-odds that a characteristic ends up known.

Calibrated so that identified persons who are victims, in the twelve months before the last
extract, come near the national figures of 2021-22 (ethnicity known 39 %, sex 74 %, age 73 %:
domain facts 0.1), a force somewhat better than those; no national figure exists for the others.
Order and size of the differences are plausible: domestic abuse risk assessment forces sex
(domain facts 2, Avon and Somerset: 99.7 %), a voluntary online form reaches about half
(domain facts 0.10), first contact by 999 asks little.
"""

from __future__ import annotations

# Log-odds for a victim, before any of the shifts below.
BASE: dict[str, float] = {
    "ethnicity": 0.0,
    "observed": 1.25,
    "sex": 2.0,
    "dob": 2.0,
    "religion": -2.2,
    "orientation": -2.5,
    "disability": -1.5,
    "marital": -0.5,
    "gender_same": -3.05,
    "pregnant": -2.5,
    "nationality": -0.1,
}
LATENT_SPREAD = 0.9  # of a record's own willingness or haste: what makes cells missing together

PRACTICE: dict[str, float] = {
    "violence": 0.25,
    "sexual": 0.50,
    "harassment": 0.05,
    "robbery": 0.20,
    "burglary": -0.05,
    "vehicle": -0.70,
    "theft": -0.30,
    "damage": -0.60,
    "public": -0.15,
    "society": 0.0,
}
DOMESTIC = 0.45  # victims and suspects of domestic abuse
DOMESTIC_BY = {"sex": 3.0, "dob": 1.6}  # on top: the risk assessment asks for them
NO_SUSPECT = -0.40
CHILD = -0.15

ROLE: dict[str, float] = {"victim": 0.0, "suspect": 0.0, "witness": -1.0, "reporting": -1.1}
ROLE_BY: dict[str, dict[str, float]] = {
    "suspect": {
        "ethnicity": 0.1,
        "observed": 1.4,
        "sex": 1.2,
        "dob": 0.5,
        "religion": -0.6,
        "orientation": -0.9,
        "marital": -0.3,
        "gender_same": -0.3,
        "nationality": 0.6,
    },
}
CHANNEL: dict[str, float] = {
    "999": -0.30,
    "101": 0.0,
    "online": 0.0,
    "counter": 0.20,
    "officer": 0.15,
    "email": -0.40,
    "third": -0.50,
    "crimestoppers": -1.50,
    "action_fraud": -0.50,
}
CHANNEL_BY: dict[str, dict[str, float]] = {
    "online": {
        "ethnicity": 0.25,
        "observed": -4.0,
        "sex": 0.3,
        "dob": 0.6,
        "religion": 1.5,
        "orientation": 1.7,
        "disability": 0.9,
        "marital": 0.3,
        "gender_same": 1.9,
        "pregnant": 0.9,
        "nationality": -0.3,
    },
    "counter": {"observed": 0.6},
    "officer": {"observed": 0.9},
    "email": {"observed": -3.0},
    "third": {"observed": -0.5},
    "action_fraud": {"observed": -2.0},
}
# Officers see a suspect who is never identified, and seldom note more.
UNIDENTIFIED_SUSPECT = {"sex": 0.45, "observed": 0.35}
NON_PERSON_DEFAULT = 0.2  # of the defaults a person's cell would have, those a company's has too
UNDER_16_FACTOR = {"orientation": 0.2, "gender_same": 0.3, "marital": 0.4}

# What stands where nothing is known: shares of blank, unknown, not stated, declined, not obtained, invalid.
GAP_MIX: dict[str, tuple[float, ...]] = {
    "ethnicity": (0.74, 0.07, 0.07, 0.07, 0.03, 0.02),
    "observed": (0.75, 0.21, 0.01, 0.0, 0.01, 0.02),
    "sex": (0.60, 0.33, 0.04, 0.0, 0.01, 0.02),
    "dob": (0.76, 0.18, 0.0, 0.0, 0.0, 0.06),
    "religion": (0.82, 0.07, 0.05, 0.05, 0.005, 0.005),
    "orientation": (0.82, 0.06, 0.05, 0.06, 0.005, 0.005),
    "disability": (0.80, 0.09, 0.05, 0.04, 0.01, 0.01),
    "marital": (0.82, 0.12, 0.03, 0.02, 0.0, 0.01),
    "gender_same": (0.87, 0.05, 0.04, 0.03, 0.005, 0.005),
    "pregnant": (0.89, 0.06, 0.02, 0.02, 0.0, 0.01),
    "nationality": (0.77, 0.15, 0.05, 0.02, 0.0, 0.01),
}
ONLINE_DECLINED = 4.0  # weight of a refusal on the form, relative to the other channels

# Of what ends up known, the share that was not there on the day of recording, by channel.
LATE_SHARE: dict[str, float] = {
    "999": 0.45,
    "101": 0.25,
    "online": 0.03,
    "counter": 0.06,
    "officer": 0.22,
    "email": 0.25,
    "third": 0.30,
    "crimestoppers": 0.40,
    "action_fraud": 0.20,
}
LATE_FACTOR = {"sex": 0.35, "dob": 0.4}  # these are mostly there at once
FILL_MEAN_DAYS = 18.0
FILL_CAP_DAYS = 90
FILL_TOGETHER = 0.7  # chance that a late value arrives with the record's call-back, not alone
BEFORE_UNKNOWN = 0.15  # late values that replace a default rather than a blank
CORRECTED = 0.006  # values present at once that are later changed to another
