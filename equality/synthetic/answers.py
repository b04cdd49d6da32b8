"""What each person would answer: a code per characteristic, the same whenever they are asked.

Ethnic mix by district: Census 2021. Religion, nationality, orientation, disability and marital
status follow the census in rough shares. Now and then a person answers differently another time.
"""

from __future__ import annotations

import numpy as np

from equality.synthetic import labels_ethnicity as eth
from equality.synthetic import labels_person as lab
from equality.synthetic.book import Book
from equality.synthetic.draws import Choice, Floats, Ints, uniform_of
from equality.synthetic.geography import ethnic_mix
from equality.synthetic.people import FEMALE, Rows

# order of the characteristics in every table of the generator
CHARACTERISTICS = (
    "ethnicity",
    "observed",
    "sex",
    "dob",
    "religion",
    "orientation",
    "disability",
    "marital",
    "gender_same",
    "pregnant",
    "nationality",
)
BOOKS: dict[str, Book] = {
    "ethnicity": eth.ETHNICITY,
    "observed": eth.OBSERVED,
    "sex": lab.SEX,
    "religion": eth.RELIGION,
    "orientation": lab.ORIENTATION,
    "disability": lab.DISABILITY,
    "marital": lab.MARITAL,
    "gender_same": lab.GENDER_SAME,
    "pregnant": lab.PREGNANT,
    "nationality": eth.NATIONALITY,
}
_DIFFERENT = 0.03  # answers that are not the person's usual one

_RELIGION_BY_GROUP = {  # none, Christian, Buddhist, Hindu, Jewish, Muslim, Sikh, other
    "W": (0.45, 0.52, 0.004, 0, 0.003, 0.005, 0, 0.012),
    "M": (0.47, 0.42, 0.01, 0.01, 0, 0.07, 0.01, 0.01),
    "A": (0.10, 0.12, 0.06, 0.22, 0, 0.36, 0.12, 0.02),
    "B": (0.18, 0.66, 0, 0, 0, 0.14, 0, 0.02),
    "O": (0.20, 0.25, 0.02, 0.02, 0.01, 0.45, 0.03, 0.02),
}
_RELIGION_BY_CODE = {"A2": (0.03, 0.02, 0, 0, 0, 0.95, 0, 0), "A3": (0.03, 0.03, 0, 0.02, 0, 0.92, 0, 0)}
_FOREIGN = {  # nationality by code, the rest British
    "W2": {"IRL": 0.6},
    "W9": {"POL": 0.34, "ROU": 0.18, "BGR": 0.12, "LTU": 0.06, "PRT": 0.05, "UKR": 0.06},
    "A1": {"IND": 0.40},
    "A2": {"PAK": 0.20},
    "A3": {"BGD": 0.20},
    "A4": {"CHN": 0.40},
    "B1": {"JAM": 0.15},
    "B2": {"NGA": 0.30},
}
_OBSERVED_BY_GROUP = {  # officer's view by self-defined group: they differ in some per cent
    "W": (0.955, 0.035, 0.001, 0.004, 0.001, 0.004),
    "M": (0.30, 0.08, 0.44, 0.12, 0.02, 0.04),
    "A": (0.01, 0.02, 0.02, 0.90, 0.02, 0.03),
    "B": (0.01, 0.01, 0.95, 0.02, 0.0, 0.01),
    "O": (0.10, 0.15, 0.10, 0.25, 0.05, 0.35),
}
_OBSERVED_BY_CODE = {"A4": (0.01, 0.0, 0.0, 0.05, 0.93, 0.01), "O2": (0.05, 0.1, 0.02, 0.13, 0.0, 0.70)}
_DISABLED_SHARE = (0.08, 0.12, 0.14, 0.15, 0.15, 0.18, 0.28, 0.42, 0.62)  # by AGE_BANDS
_MARITAL_BY_BAND = (
    *(((1.0, 0, 0, 0, 0, 0, 0, 0, 0),) * 3),
    (0.88, 0.03, 0.001, 0.005, 0.004, 0, 0, 0, 0.08),
    (0.56, 0.27, 0.004, 0.02, 0.03, 0.001, 0.001, 0, 0.114),
    (0.32, 0.48, 0.005, 0.03, 0.10, 0.002, 0.005, 0, 0.058),
    (0.17, 0.56, 0.004, 0.03, 0.18, 0.002, 0.03, 0.001, 0.023),
    (0.07, 0.62, 0.002, 0.01, 0.14, 0.001, 0.15, 0.001, 0.006),
    (0.05, 0.38, 0.001, 0.005, 0.07, 0, 0.49, 0.001, 0.003),
)
_PREGNANT_BY_BAND = (0.0, 0.005, 0.02, 0.06, 0.08, 0.02, 0.0, 0.0, 0.0)


class Answers:
    """Draws the codes; the books' own numbering, so that a code can be written at once."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        codes = eth.ETHNIC_CODES
        self._ethnic = Choice(ethnic_mix(codes))
        self._religion = Choice([_RELIGION_BY_CODE.get(c, _RELIGION_BY_GROUP[c[0]]) for c in codes])
        self._observed = Choice([_OBSERVED_BY_CODE.get(c, _OBSERVED_BY_GROUP[c[0]]) for c in codes])
        self._nation = Choice([_nations(c) for c in codes])
        self._orientation = Choice([0.945, 0.025, 0.022, 0.008])
        self._marital = Choice(list(_MARITAL_BY_BAND))
        self._disability = Choice([_disability(share) for share in _DISABLED_SHARE])
        self._gender = Choice([0.994, 0.006])
        self._pregnant = Choice([(1 - p, p * 0.6, p * 0.4) for p in _PREGNANT_BY_BAND])

    def make(self, rng: np.random.Generator, rows: Rows) -> dict[str, Ints]:
        """A code per characteristic (without the date of birth) for each person-role."""

        def u(salt: int) -> Floats:
            usual = uniform_of(rows.number, salt, self._seed)
            n = len(usual)
            return np.where(rng.random(n) < _DIFFERENT, rng.random(n), usual)

        ethnic = self._ethnic.pick(uniform_of(rows.number, 2, self._seed), rows.home)
        told = self._ethnic.pick(u(2), rows.home)
        drawn = {
            "ethnicity": (told, eth.ETHNIC_CODES),
            "observed": (self._observed.pick(u(3), ethnic), eth.OBSERVED_CODES),
            "sex": (np.where(rng.random(len(ethnic)) < 0.003, 1 - rows.sex, rows.sex), lab.SEX_CODES),
            "religion": (self._religion.pick(u(4), ethnic), eth.RELIGION_CODES),
            "orientation": (self._orientation.pick(u(5)), lab.ORIENTATION_CODES),
            "disability": (self._disability.pick(u(6), rows.band), lab.DISABILITY_CODES),
            "marital": (self._marital.pick(u(7), rows.band), lab.MARITAL_CODES),
            "gender_same": (self._gender.pick(u(8)), lab.GENDER_SAME_CODES),
            "pregnant": (self._pregnant.pick(u(9), rows.band), lab.PREGNANT_CODES),
            "nationality": (self._nation.pick(u(10), ethnic), eth.NATIONALITY_CODES),
        }
        codes = {name: BOOKS[name].numbers(order)[value] for name, (value, order) in drawn.items()}
        # the pick list's third button: "not applicable", wrong for a woman
        not_applicable = rng.random(len(ethnic)) < np.where(rows.sex == FEMALE, 0.03, 0.99)
        codes["pregnant"] = np.where(not_applicable, lab.PREGNANT.code("not_applicable"), codes["pregnant"])
        return codes


def _nations(code: str) -> list[float]:
    foreign = _FOREIGN.get(code, {"POL": 0.002, "IRL": 0.003} if code == "W1" else {})
    british = 1 - sum(foreign.values())
    return [british, *(foreign.get(nation, 0.0) for nation in eth.NATIONALITY_CODES[1:])]


def _disability(share: float) -> list[float]:
    """No; then plain yes, the two-step answers, single impairments and several at once."""
    yes = len(lab.DISABILITY_CODES) - 1
    weights = np.ones(yes)
    weights[:4] = (6, 4, 4, 1)
    weights[[lab.DISABILITY_CODES.index("mental") - 1, lab.DISABILITY_CODES.index("mobility") - 1]] = (6, 4)
    return [1 - share, *(weights / weights.sum() * share)]
