"""Who stands in a role: person numbers that come back, and what is true of each person.

A person is a number; everything that is true of them is a function of it (`draws.uniform_of`), so
that the same person has the same date of birth in any month without a register being kept.
Returning persons are drawn from pools by role, district, sex and age band.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from equality.synthetic import labels_crime as lab
from equality.synthetic.crimes import Crimes
from equality.synthetic.draws import Bools, Choice, Ints, days_since_1900, uniform_of
from equality.synthetic.geography import DISTRICTS
from equality.synthetic.offences import FEMALE_ONLY, MALE_ONLY, UNDER_13, UNDER_16, Offence

AGE_BANDS = ((0, 13), (13, 16), (16, 18), (18, 25), (25, 35), (35, 50), (50, 65), (65, 80), (80, 98))
FEMALE, MALE = 0, 1

# Shares of AGE_BANDS by the person's context.
_AGES: dict[str, tuple[float, ...]] = {
    "victim": (0.03, 0.03, 0.03, 0.16, 0.23, 0.27, 0.17, 0.065, 0.015),
    "violence": (0.05, 0.08, 0.05, 0.17, 0.24, 0.26, 0.11, 0.03, 0.01),
    "domestic": (0.02, 0.02, 0.03, 0.17, 0.29, 0.31, 0.12, 0.03, 0.01),
    "sexual": (0, 0.0, 0.12, 0.34, 0.26, 0.20, 0.06, 0.015, 0.005),
    "owner": (0, 0.005, 0.01, 0.09, 0.20, 0.31, 0.25, 0.11, 0.025),
    "under 13": (1, 0, 0, 0, 0, 0, 0, 0, 0),
    "under 16": (0.25, 0.75, 0, 0, 0, 0, 0, 0, 0),
    "suspect": (0.01, 0.08, 0.09, 0.24, 0.28, 0.22, 0.07, 0.01, 0),
    "other": (0.01, 0.03, 0.03, 0.14, 0.22, 0.31, 0.19, 0.06, 0.01),
}
_CONTEXTS = tuple(_AGES)
_BY_PRACTICE = {"violence": "violence", "sexual": "sexual", "vehicle": "owner", "burglary": "owner"}
_FEMALE_SHARE = {"sexual": 0.86, "harassment": 0.60, "robbery": 0.30, "vehicle": 0.40, "public": 0.42}

# A pool member appears three times on average over the whole series.
_TIMES = 3.0
REPEAT_SHARE = {lab.VICTIM: 0.46, lab.SUSPECT: 0.48, lab.WITNESS: 0.06, lab.REPORTING: 0.08}
# members of the victims' and the suspects' pool, as shares of all person-roles
_POOL_SHARE = (0.29 * REPEAT_SHARE[lab.VICTIM] / _TIMES, 0.235 * REPEAT_SHARE[lab.SUSPECT] / _TIMES)
_CROSSING = 0.10  # suspects who come from the victims' pool, and the reverse
_SAME_AS_VICTIM = 0.55  # reporting persons who are the victim
_POOL_BASE = 1 << 35
_POOL_ROOM = 1 << 22
_REF_PRIME = 99_999_999_977  # a bijection of numbers below it: the reference shows nothing of the person
_REF_FACTOR = 61_803_399


@dataclass
class Rows:
    """Person-role records of a block, one position each."""

    crime: Ints  # position in the block's crimes
    role: Ints
    kind: Ints
    number: Ints  # of the person; meaningless for other kinds
    nth: Ints  # of this kind without a person in the crime, from 1
    sex: Ints
    band: Ints  # age band when seen
    home: Ints  # district of residence
    born: Ints  # true date of birth
    repeats: Bools


def person_ref(number: Ints) -> Ints:
    """The digits after the `N` of a person's reference."""
    return (number.astype(np.uint64) * np.uint64(_REF_FACTOR) % np.uint64(_REF_PRIME)).astype(np.int64)


class PeopleMaker:
    """Fills roles with persons."""

    def __init__(self, offences: tuple[Offence, ...], *, people: int, until: date, seed: int) -> None:
        self._seed = seed
        self._pool_day = days_since_1900(np.datetime64(date(until.year - 1, 7, 1)))
        self._ages = Choice([_AGES[c] for c in _CONTEXTS])
        self._context = np.asarray([_CONTEXTS.index(_context(o)) for o in offences], dtype=np.int64)
        self._female = np.asarray([_female_share(o) for o in offences])
        children = {*UNDER_13, *UNDER_16}
        self._children = np.asarray([o.code in children for o in offences])
        shares = np.asarray([*(d.crime_share for d in DISTRICTS), 0.02])
        self._pool_sizes = [
            np.maximum(1, np.round(people * share * 0.5 * np.outer(shares, _AGES[ages]))).astype(np.int64)
            for share, ages in zip(_POOL_SHARE, ("victim", "suspect"), strict=True)
        ]

    def make(self, rng: np.random.Generator, crimes: Crimes, first_number: int) -> Rows:
        """Persons for every role of the crimes; numbers from `first_number` are theirs alone."""
        crime, role, nth = _expand(crimes)
        n = len(crime)
        kind = np.where((role == lab.VICTIM) & (nth == 0), crimes.victim_kind[crime], lab.PERSON)
        kind = np.where((role == lab.SUSPECT) & (rng.random(n) < 0.06), lab.UNIDENTIFIED, kind)
        sex, band = self._body(rng, crimes, crime, role)
        home = crimes.district[crime]
        number = first_number + np.arange(n)
        pooled, pool_number = self._pooled(rng, role, home, sex, band)
        child = (role == lab.VICTIM) & self._children[crimes.offence[crime]]
        repeats = pooled & (nth == 0) & ~child & (kind == lab.PERSON)
        number = np.where(repeats, pool_number, number)
        rows = Rows(
            crime,
            role,
            kind,
            number,
            _nth_unnamed(crime, kind),
            sex,
            band,
            home,
            np.empty(0, np.int64),
            repeats,
        )
        _report_as_victim(rng, rows, nth)
        self._birth(rows, crimes)
        return rows

    def _body(self, rng: np.random.Generator, crimes: Crimes, crime: Ints, role: Ints) -> tuple[Ints, Ints]:
        """Sex and age band, as the crime and the role make them likely."""
        n = len(crime)
        offence = crimes.offence[crime]
        domestic = crimes.domestic[crime]
        ages = np.where(domestic, _CONTEXTS.index("domestic"), self._context[offence])
        ages = np.where(self._children[offence], self._context[offence], ages)
        female = np.where(
            domestic & (self._female[offence] < 0.8) & (self._female[offence] > 0),
            0.74,
            self._female[offence],
        )
        for other, context, share in (
            (lab.SUSPECT, "suspect", 0.22),
            (lab.WITNESS, "other", 0.52),
            (lab.REPORTING, "other", 0.55),
        ):
            ages = np.where(role == other, _CONTEXTS.index(context), ages)
            female = np.where(role == other, share, female)
        return np.where(rng.random(n) < female, FEMALE, MALE), self._ages.pick(rng.random(n), ages)

    def _pooled(self, rng: np.random.Generator, role: Ints, home: Ints, sex: Ints, band: Ints) -> tuple[Bools, Ints]:
        """Whether the person is one who returns, and then which."""
        n = len(role)
        share = np.asarray([REPEAT_SHARE[r] for r in range(len(lab.ROLES))])[role]
        pool = (role == lab.SUSPECT) ^ (rng.random(n) < _CROSSING)
        size = np.where(pool, self._pool_sizes[1][home, band], self._pool_sizes[0][home, band])
        slot = np.floor(rng.random(n) * size).astype(np.int64)
        group = ((pool * (len(DISTRICTS) + 1) + home) * 2 + sex) * len(AGE_BANDS) + band
        return rng.random(n) < share, _POOL_BASE + group * _POOL_ROOM + slot % _POOL_ROOM

    def _birth(self, rows: Rows, crimes: Crimes) -> None:
        """The true date of birth: a function of the person, in the band they belong to."""
        seen = np.where(rows.repeats, self._pool_day, crimes.reported[rows.crime])
        low = np.asarray([a for a, _ in AGE_BANDS])[rows.band]
        high = np.asarray([b for _, b in AGE_BANDS])[rows.band]
        age = low + uniform_of(rows.number, 1, self._seed) * (high - low)
        rows.born = seen - 1 - np.floor(age * 365.25).astype(np.int64)


def _context(offence: Offence) -> str:
    if offence.code in UNDER_13:
        return "under 13"
    if offence.code in UNDER_16:
        return "under 16"
    return _BY_PRACTICE.get(offence.practice, "victim")


def _female_share(offence: Offence) -> float:
    if offence.code in FEMALE_ONLY:
        return 1.0
    if offence.code in MALE_ONLY:
        return 0.0
    return _FEMALE_SHARE.get(offence.practice, 0.47)


def _expand(crimes: Crimes) -> tuple[Ints, Ints, Ints]:
    """Crime, role and position within the role of every person-role, in that order."""
    heads = crimes.heads.ravel()
    cell = np.repeat(np.arange(len(heads)), heads)
    nth = np.arange(len(cell)) - np.repeat(np.cumsum(heads) - heads, heads)
    roles = len(lab.ROLES)
    return cell // roles, cell % roles, nth


def _nth_unnamed(crime: Ints, kind: Ints) -> Ints:
    """Numbers the records of a crime that have no person's reference: X1, X2 …"""
    unnamed = np.isin(kind, (lab.STATE, lab.UNIDENTIFIED)).astype(np.int64)
    running = np.cumsum(unnamed)
    starts = np.searchsorted(crime, crime, side="left")
    before = running[starts] - unnamed[starts]
    return running - before


def _report_as_victim(rng: np.random.Generator, rows: Rows, nth: Ints) -> None:
    """Often the reporting person is the crime's first victim."""
    first_of_crime = np.searchsorted(rows.crime, rows.crime, side="left")
    same = (rows.role == lab.REPORTING) & (nth == 0) & (rng.random(len(nth)) < _SAME_AS_VICTIM)
    same &= (rows.kind[first_of_crime] == lab.PERSON) & (rows.role[first_of_crime] == lab.VICTIM)
    for column in (rows.number, rows.sex, rows.band, rows.home, rows.repeats):
        column[same] = column[first_of_crime][same]
