"""Which cells hold an answer, which do not, and on which day the answer arrived.

One logit model per characteristic (`gap_tables`), a shared random effect per record, the planted
facts on top. A cell is a label before and a label after a fill day, so that a record can be
shown as it was known on any day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from equality.synthetic import gap_tables as tab
from equality.synthetic import labels_crime as lab
from equality.synthetic import planted
from equality.synthetic.answers import CHARACTERISTICS
from equality.synthetic.book import GAPS
from equality.synthetic.crimes import Crimes
from equality.synthetic.draws import Bools, Choice, Floats, Ints, days_since_1900, sigmoid
from equality.synthetic.offences import PRACTICES
from equality.synthetic.people import MALE, Rows
from equality.synthetic.teams import TEAMS

STATES = tuple(GAPS)
BLANK, UNKNOWN, NOT_STATED, DECLINED, NOT_OBTAINED, INVALID = range(len(STATES))
VALUE = len(STATES)  # the cell holds an answer

_TEAM_NAMES = [t.name for t in TEAMS]


def _table(general: dict[str, float], own: dict[str, dict[str, float]], names: tuple[str, ...]) -> Floats:
    """Shifts by name and characteristic: the general one plus the characteristic's own."""
    return np.asarray([[general[n] + own.get(n, {}).get(c, 0.0) for c in CHARACTERISTICS] for n in names])


@dataclass
class Cells:
    """One characteristic of every record: its state before and after the fill day."""

    before: Ints
    after: Ints
    day: Ints  # 0: as it is from the start
    corrected: Bools  # before the day it held another value


class GapMaker:
    """Draws the states of all cells of a block."""

    def __init__(self, until: date) -> None:
        self._base = np.asarray([tab.BASE[c] for c in CHARACTERISTICS])
        self._role = _table(tab.ROLE, tab.ROLE_BY, lab.ROLES)
        self._channel = _table({**tab.CHANNEL, "blank": 0.0}, tab.CHANNEL_BY, (*lab.CHANNELS, "blank"))
        self._practice = np.asarray([tab.PRACTICE[p] for p in PRACTICES])
        self._team = np.asarray([t.practice for t in TEAMS])
        self._domestic = np.asarray([tab.DOMESTIC + tab.DOMESTIC_BY.get(c, 0.0) for c in CHARACTERISTICS])
        self._late = np.asarray([*(tab.LATE_SHARE[c] for c in lab.CHANNELS), 0.25])
        mixes = np.asarray([tab.GAP_MIX[c] for c in CHARACTERISTICS])
        online = mixes.copy()
        online[:, DECLINED] *= tab.ONLINE_DECLINED
        self._mix = Choice(np.concatenate([mixes, online]))
        self._training = _day(planted.training_date(until))
        self._dumping = _day(planted.dumping_date(until))
        self._dip = (_day(planted.RESTRUCTURE_DATE), _day(planted.RESTRUCTURE_DIP_END))
        self._trained = np.isin(_TEAM_NAMES, planted.TRAINED_TEAMS)
        self._dipping = np.asarray([t.starts_at_restructure for t in TEAMS])

    def make(self, rng: np.random.Generator, crimes: Crimes, rows: Rows) -> dict[str, Cells]:
        """The cells of every characteristic, in the order of CHARACTERISTICS."""
        n = len(rows.crime)
        share = self._known(rng, crimes, rows)
        team, recorded = crimes.team[rows.crime], crimes.recorded[rows.crime]
        online = (crimes.channel[rows.crime] == lab.CHANNELS.index("online")).astype(np.int64)
        call_back = rng.exponential(tab.FILL_MEAN_DAYS, n)
        late = self._late[crimes.channel[rows.crime]]
        dumping = (team == _TEAM_NAMES.index(planted.DUMPING_TEAM)) & (recorded >= self._dumping)
        dumping &= rows.kind == lab.PERSON
        made = {}
        for i, name in enumerate(CHARACTERISTICS):
            known = rng.random(n) < share[:, i]
            gap = self._mix.pick(rng.random(n), online * len(CHARACTERISTICS) + i)
            default = (gap == UNKNOWN) & (name != "dob") & (rng.random(n) < tab.NON_PERSON_DEFAULT)
            gap = np.where((rows.kind != lab.PERSON) & ~default, BLANK, gap)
            after = np.where(known, VALUE, gap)
            cells = _fill(rng, after, late * tab.LATE_FACTOR.get(name, 1.0), call_back)
            if name in planted.DUMPING_CHARACTERISTICS:
                _dump(rng, cells, dumping)
            made[name] = cells
        return made

    def white_british_for_all(self, rng: np.random.Generator, crimes: Crimes, rows: Rows) -> Bools:
        """Records of the team that enters White British whoever stands before it."""
        team, recorded = crimes.team[rows.crime], crimes.recorded[rows.crime]
        here = (team == _TEAM_NAMES.index(planted.W1_TEAM)) & (recorded >= self._dumping)
        return here & (rows.kind == lab.PERSON) & (rng.random(len(here)) < planted.W1_SHARE)

    def _known(self, rng: np.random.Generator, crimes: Crimes, rows: Rows) -> Floats:
        """The probability that each cell ends up known, a column per characteristic."""
        at = rows.crime
        one = self._practice[crimes.practice[at]] + self._team[crimes.team[at]]
        one += tab.NO_SUSPECT * crimes.no_suspect[at] + tab.CHILD * (rows.band < 3)
        one += rng.normal(0.0, tab.LATENT_SPREAD, len(at))
        party = (rows.role == lab.VICTIM) | (rows.role == lab.SUSPECT)
        odds = one[:, None] + self._base + self._role[rows.role] + self._channel[crimes.channel[at]]
        odds += (crimes.domestic[at] & party)[:, None] * self._domestic
        share = sigmoid(odds)
        self._plant(share, crimes, rows)
        for name, factor in tab.UNDER_16_FACTOR.items():
            share[rows.band < 2, CHARACTERISTICS.index(name)] *= factor
        share[rows.sex == MALE, CHARACTERISTICS.index("pregnant")] *= 0.5
        self._unnamed(share, rows)
        return share

    def _plant(self, share: Floats, crimes: Crimes, rows: Rows) -> None:
        """Training adds percentage points; the restructure takes a share of what would be known."""
        team, recorded = crimes.team[rows.crime], crimes.recorded[rows.crime]
        trained = self._trained[team] & (recorded >= self._training)
        dip = self._dipping[team] & (recorded >= self._dip[0]) & (recorded < self._dip[1])
        for name in planted.TRAINED_CHARACTERISTICS:
            share[:, CHARACTERISTICS.index(name)] += planted.TRAINING_LIFT * trained
        for name in planted.RESTRUCTURE_CHARACTERISTICS:
            share[:, CHARACTERISTICS.index(name)] *= 1 - planted.RESTRUCTURE_LOSS * dip

    def _unnamed(self, share: Floats, rows: Rows) -> None:
        """Organisations, the state and unidentified persons have next to nothing."""
        share[rows.kind != lab.PERSON] = 0.0
        seen = (rows.kind == lab.UNIDENTIFIED) & (rows.role == lab.SUSPECT)
        for name, value in tab.UNIDENTIFIED_SUSPECT.items():
            share[seen, CHARACTERISTICS.index(name)] = value


def _fill(rng: np.random.Generator, after: Ints, late: Floats, call_back: Floats) -> Cells:
    """When the answers came, and what stood there before."""
    n = len(after)
    alone = np.where(rng.random(n) < tab.FILL_TOGETHER, call_back, rng.exponential(tab.FILL_MEAN_DAYS, n))
    day = np.minimum(np.ceil(alone).astype(np.int64), tab.FILL_CAP_DAYS)
    u = rng.random(n)
    is_late = (after == VALUE) & (u < late)
    corrected = (after == VALUE) & ~is_late & (u > 1 - tab.CORRECTED)
    before = np.where(is_late, np.where(rng.random(n) < tab.BEFORE_UNKNOWN, UNKNOWN, BLANK), after)
    return Cells(before, after, np.where(is_late | corrected, day, 0), corrected)


def _dump(rng: np.random.Generator, cells: Cells, here: Bools) -> None:
    """A refusal or "not stated" in place of a blank, from the first day."""
    n = len(here)
    default = np.where(rng.random(n) < planted.DUMPING_DECLINED_SHARE, DECLINED, NOT_STATED)
    dumps = here & (rng.random(n) < planted.DUMPING_SHARE)
    for column in (cells.before, cells.after):
        empty = dumps & (column <= UNKNOWN)
        column[empty] = default[empty]


def _day(day: date) -> int:
    return days_since_1900(np.datetime64(day))
