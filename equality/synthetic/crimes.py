"""The crimes of one block of one month: what, where, when, how reported, by whom recorded, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from equality.synthetic import labels_crime as lab
from equality.synthetic.draws import Bools, Choice, Floats, Ints, days_since_1900
from equality.synthetic.geography import (
    DISTRICTS,
    NEIGHBOURS,
    NO_LOCATION_SHARE,
    OUTSIDE_SHARE,
    RESTRUCTURE,
)
from equality.synthetic.offences import PRACTICES, Offence, load_offences, quarter_mix
from equality.synthetic.tasking import ELSEWHERE, Tasking, channel_choice, channel_row, place_choice, task_of

_RESTRUCTURE_DAY = days_since_1900(np.datetime64(RESTRUCTURE))
_DAYS_TO_REPORT = {"sexual": 180.0, "harassment": 18.0, "society": 12.0, "theft": 4.0}
# Shares of OUTCOMES in the end (domain facts 1.11 for the codes; the shares are plausible).
_WITH_SUSPECT = (0, 0.13, 0.02, 0.03, 0.07, 0.02, 0.02, 0.24, 0.35, 0.02, 0, 0.03, 0.02, 0.03, 0.008, 0.004)
_NO_VICTIM = (0, 0.38, 0.04, 0.08, 0.22, 0.05, 0.0, 0.12, 0.0, 0.02, 0.0, 0.02, 0.03, 0.03, 0.008, 0.004)
_NO_SUSPECT = (0, 0, 0, 0, 0, 0, 0.04, 0, 0, 0.01, 0.92, 0.02, 0, 0, 0.008, 0.004)
_ROLES = len(lab.ROLES)


@dataclass
class Crimes:
    """Columns of crimes, one position each."""

    offence: Ints
    practice: Ints
    flags: Ints
    place: Ints  # position in the DISTRICT book
    district: Ints  # 0 to 8, or ELSEWHERE
    channel: Ints
    team: Ints
    recorded: Ints  # days since 1900, as all dates
    reported: Ints
    committed: Ints
    outcome: Ints
    outcome_day: Ints  # days from recording until the outcome is known
    victim_kind: Ints
    heads: Ints  # persons in each role, a column per role
    no_suspect: Bools

    @property
    def domestic(self) -> Bools:
        """Crimes flagged as domestic abuse."""
        return (self.flags & lab.FLAG_BIT["Domestic abuse"]) > 0

    @cached_property
    def area(self) -> Ints:
        """Position in AREAS: the structure in force on the day of recording."""
        old = np.asarray([lab.AREAS.index(d.old_area) for d in DISTRICTS])
        new = np.asarray([lab.AREAS.index(d.new_area) for d in DISTRICTS])
        at = np.minimum(self.district, len(DISTRICTS) - 1)
        inside = np.where(self.recorded >= _RESTRUCTURE_DAY, new[at], old[at])
        outside = np.where(self.place == lab.NO_LOCATION, lab.AREAS.index("none"), lab.AREAS.index("outside"))
        return np.where(self.district == ELSEWHERE, outside, inside)


class CrimeMaker:
    """Tables that every block shares."""

    def __init__(self) -> None:
        self.offences: tuple[Offence, ...] = load_offences()
        quarters = quarter_mix(self.offences)
        self.quarter_totals: Floats = quarters.sum(axis=1)
        self._code = Choice(quarters)
        self._practice = np.asarray([PRACTICES.index(o.practice) for o in self.offences], dtype=np.int64)
        self._victims = Choice([o.victims for o in self.offences])
        self._suspect = np.asarray([o.suspect for o in self.offences])
        self._flag_share = np.asarray([[o.flags.get(f, 0.0) for f in lab.FLAGS] for o in self.offences])
        self._task = task_of(self.offences)
        self._place = place_choice()
        self._channel = channel_choice()
        self._outcome = Choice([_NO_SUSPECT, _WITH_SUSPECT, _NO_VICTIM])
        self._tasking = Tasking()
        self._report_days = np.asarray([_DAYS_TO_REPORT.get(p, 1.0) for p in PRACTICES])

    def make(self, rng: np.random.Generator, first: date, days: int, rows: int) -> Crimes:
        """Crimes of the month that starts on `first`, with exactly `rows` person-roles."""
        quarter = (first.month - 4) % 12 // 3
        offence, kind, heads = self._structure(rng, quarter, rows)
        n = len(offence)
        practice = self._practice[offence]
        flags = (rng.random((n, len(lab.FLAGS))) < self._flag_share[offence]) @ (1 << np.arange(len(lab.FLAGS)))
        district = self._place.pick(rng.random(n), practice)
        channel = self._channel.pick(rng.random(n), channel_row(practice, district))
        place, district = _misplace(rng, district)
        recorded = days_since_1900(np.datetime64(first)) + np.sort(rng.integers(0, days, n))
        domestic = (flags & lab.FLAG_BIT["Domestic abuse"]) > 0
        new = recorded >= _RESTRUCTURE_DAY
        team = self._tasking.pick(rng, self._task[offence], domestic, channel, district, new)
        reported = recorded - np.where(rng.random(n) < 0.8, 0, np.ceil(rng.exponential(1.5, n)).astype(np.int64))
        committed = reported - self._days_before(rng, practice)
        no_suspect = heads[:, lab.SUSPECT] == 0
        outcome, outcome_day = self._outcomes(rng, no_suspect, kind)
        channel = np.where(rng.random(n) < 0.006, len(lab.CHANNELS), channel)  # the book's "blank"
        return Crimes(
            offence, practice, flags, place, district, channel, team, recorded, reported, committed,
            outcome, outcome_day, kind, heads, no_suspect,
        )  # fmt: skip

    def _structure(self, rng: np.random.Generator, quarter: int, rows: int) -> tuple[Ints, Ints, Ints]:
        """Codes, kinds of victim and persons per role, cut where the person-roles are `rows`."""
        n = rows // 2 + 60 + 6 * int(rows**0.5)  # a crime has 2.1 on average: enough, whatever the draw
        offence = self._code.pick(rng.random(n), quarter)
        kind = self._victims.pick(rng.random(n), offence)
        person = kind == lab.PERSON
        heads = np.zeros((n, _ROLES), dtype=np.int64)
        heads[:, lab.VICTIM] = 1 + person * ((rng.random(n) < 0.055).astype(np.int64) + (rng.random(n) < 0.008))
        first = rng.random(n) < self._suspect[offence]
        heads[:, lab.SUSPECT] = first * (1 + (rng.random(n) < 0.12) + (rng.random(n) < 0.02))
        heads[:, lab.WITNESS] = (rng.random(n) < 0.2).astype(np.int64) + (rng.random(n) < 0.08)
        heads[:, lab.REPORTING] = rng.random(n) < 0.42
        # cut by role within the last crime: its victim comes first and stays
        ends = np.cumsum(heads.sum(axis=1))
        last = int(np.searchsorted(ends, rows))
        surplus = int(ends[last]) - rows
        for role in reversed(range(_ROLES)):
            cut = min(surplus, int(heads[last, role]))
            heads[last, role] -= cut
            surplus -= cut
        return offence[: last + 1], kind[: last + 1], heads[: last + 1]

    def _days_before(self, rng: np.random.Generator, practice: Ints) -> Ints:
        """Days from the offence to the report; a few are mistyped and lie after it."""
        n = len(practice)
        mean = np.where(rng.random(n) < 0.55, 0.6, self._report_days[practice] * 2)
        days = np.minimum(np.floor(rng.exponential(1.0, n) * mean), 15_000).astype(np.int64)
        return np.where(rng.random(n) < 0.001, -rng.integers(20, 300, n), days)

    def _outcomes(self, rng: np.random.Generator, no_suspect: Bools, kind: Ints) -> tuple[Ints, Ints]:
        n = len(kind)
        row = np.where(no_suspect, 0, np.where(kind == lab.PERSON, 1, 2))
        outcome = self._outcome.pick(rng.random(n), row)
        mean = np.where(no_suspect, 9.0, 55.0)
        return outcome, np.ceil(rng.exponential(1.0, n) * mean).astype(np.int64)


def _misplace(rng: np.random.Generator, district: Ints) -> tuple[Ints, Ints]:
    """Some crimes have no location, and some lie beyond the border."""
    n = len(district)
    u = rng.random(n)
    neighbour = len(DISTRICTS) + rng.integers(0, len(NEIGHBOURS), n)
    place = np.where(u < OUTSIDE_SHARE, neighbour, district)
    place = np.where(u > 1 - NO_LOCATION_SHARE, lab.NO_LOCATION, place)
    return place, np.where(place < len(DISTRICTS), district, ELSEWHERE)
