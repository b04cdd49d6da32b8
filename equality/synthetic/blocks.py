"""Makes one block of one month: crimes, persons, answers and gaps, turned into columns of labels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from equality.synthetic import dates
from equality.synthetic import labels_crime as lab
from equality.synthetic.answers import BOOKS, CHARACTERISTICS, Answers
from equality.synthetic.crimes import CrimeMaker, Crimes
from equality.synthetic.draws import Bools, Ints, rng_for
from equality.synthetic.extracts import HEADING_OF, Block, Written
from equality.synthetic.gaps import INVALID, VALUE, Cells, GapMaker
from equality.synthetic.offences import COERCIVE, COERCIVE_EACH, COERCIVE_OF
from equality.synthetic.people import PeopleMaker, Rows, person_ref
from equality.synthetic.teams import TEAMS

_ESTIMATED = pl.Series([None, "Y", "N", "Yes", "No"], dtype=pl.String)
_LATE_ENTRY = {lab.SUSPECT: (0.25, 10.0), lab.WITNESS: (0.20, 7.0)}  # share, mean days
_LATE_ENTRY_CAP = 27
_SHOPS_PER_PERSON = 0.012  # organisations are few and come back often
_ORGANISATION_AS_PERSON = 0.004  # a company entered as a person: wrongly in the denominator
_ROUND_AGE = 5


@dataclass(frozen=True)
class Part:
    """Which block: the month it starts, its place in the month, its size."""

    month: date
    days: int
    index: int
    blocks: int  # in the month
    rows: int
    first_number: int  # of the persons that occur in this block alone
    serials: int  # crime serials set aside for each month of the series


class BlockMaker:
    """Everything that blocks share: tables, books and the plan of the whole series."""

    def __init__(self, *, people: int, until: date, seed: int) -> None:
        self.crimes = CrimeMaker()
        self._seed = seed
        self._people = PeopleMaker(self.crimes.offences, people=people, until=until, seed=seed)
        self._answers = Answers(seed)
        self._gaps = GapMaker(until)
        self._organisations = max(20, round(people * _SHOPS_PER_PERSON))
        self._codes = pl.Series([*(o.code for o in self.crimes.offences), COERCIVE])
        self._may_be_coercive = np.asarray([o.code in COERCIVE_OF for o in self.crimes.offences])
        self._teams = pl.Series([t.name for t in TEAMS])

    def make(self, part: Part) -> Block:
        """The block; the same for the same seed and part, whatever else is made."""
        rng = rng_for(self._seed, part.month.year, part.month.month, part.index)
        crimes = self.crimes.make(rng, part.month, part.days, part.rows)
        rows = self._people.make(rng, crimes, part.first_number)
        codes = self._answers.make(rng, rows)
        cells = self._gaps.make(rng, crimes, rows)
        white = self._gaps.white_british_for_all(rng, crimes, rows)
        codes["ethnicity"] = np.where(white, BOOKS["ethnicity"].code("W1"), codes["ethnicity"])
        cells["ethnicity"].after[white] = cells["ethnicity"].before[white] = VALUE
        moving = {
            HEADING_OF[name]: _written(rng, name, codes[name], cells[name]) for name in CHARACTERISTICS if name != "dob"
        }
        moving |= _births(rng, crimes, rows, cells["dob"])
        moving["Outcome"] = _outcome(rng, crimes, rows)
        fixed = self._fixed(rng, part, crimes, rows)
        return Block(fixed, moving, crimes.recorded[rows.crime], _appearance(rng, rows))

    def _fixed(self, rng: np.random.Generator, part: Part, crimes: Crimes, rows: Rows) -> dict[str, pl.Series]:
        """The columns that stay as they were entered."""
        at = rows.crime
        per_crime = {
            "Crime Ref": _crime_refs(part, crimes),
            "Date Recorded": dates.text(crimes.recorded),
            "Date Reported": dates.text(_dropped(rng, crimes.reported, 0.003)),
            "Committed From": dates.text(_dropped(rng, crimes.committed, 0.006)),
            "LPA": lab.AREA.write(lab.AREA.pick(crimes.area, rng.random(len(crimes.area)))),
            "District": lab.DISTRICT.write(lab.DISTRICT.pick(crimes.place, rng.random(len(crimes.place)))),
            "Team": self._teams.gather(pl.Series(crimes.team)),
            "How Reported": lab.CHANNEL.write(lab.CHANNEL.pick(crimes.channel, rng.random(len(crimes.channel)))),
            "HO Code": self._codes.gather(pl.Series(self._code_of(crimes))),
            "Crime Flags": lab.FLAG_SETS.write(crimes.flags),
        }
        spread = pl.Series(at)
        n = len(at)
        fixed = {name: column.gather(spread) for name, column in per_crime.items()}
        fixed["Person Ref"] = self._refs(rng, rows)
        fixed["Role"] = lab.ROLE.write(lab.ROLE.pick(rows.role, rng.random(n)))
        mistaken = (rows.kind == lab.ORGANISATION) & (rng.random(n) < _ORGANISATION_AS_PERSON)
        kind = np.where(mistaken, lab.PERSON, rows.kind)
        nobody = (rows.kind == lab.UNIDENTIFIED) & (rows.role != lab.VICTIM)
        kind = np.where(nobody, lab.PERSON_TYPE.code("unidentified_other"), kind)
        fixed["Person Type"] = lab.PERSON_TYPE.write(lab.PERSON_TYPE.pick(kind, rng.random(n)))
        return fixed

    def _code_of(self, crimes: Crimes) -> Ints:
        """Position of each crime's code; by place and not by chance, so that all other draws stay as they are."""
        domestic = np.flatnonzero(crimes.domestic & self._may_be_coercive[crimes.offence])
        code = crimes.offence.copy()
        code[domestic[::COERCIVE_EACH]] = len(self._codes) - 1
        return code

    def _refs(self, rng: np.random.Generator, rows: Rows) -> pl.Series:
        """N and digits for a person, G and digits for an organisation, X1, X2 … for nobody named."""
        # few large organisations have most crimes: the square root of a uniform number, reversed
        shop = np.floor(rng.random(len(rows.kind)) ** 2 * self._organisations).astype(np.int64) + 1_000_001
        frame = pl.DataFrame({"kind": rows.kind, "person": person_ref(rows.number), "shop": shop, "nth": rows.nth})
        person = pl.format("N{}", pl.col("person").cast(pl.String).str.zfill(11))
        organisation = pl.format("G{}", pl.col("shop"))
        nobody = pl.format("X{}", pl.col("nth"))
        other = pl.when(pl.col("kind") == lab.ORGANISATION).then(organisation).otherwise(nobody)
        return frame.select(
            pl.when(pl.col("kind") == lab.PERSON).then(person).otherwise(other).alias("ref")
        ).to_series()


def _crime_refs(part: Part, crimes: Crimes) -> pl.Series:
    """Force, serial and year; serials rise over the year, with gaps, and never meet."""
    order = np.arange(len(crimes.offence)) * part.blocks + part.index + 1
    serial = (part.month.month - 1) * part.serials + order
    return pl.select(
        pl.format("22/{}/{}", pl.lit(pl.Series(serial)), pl.lit(f"{part.month.year % 100:02d}"))
    ).to_series()


def _dropped(rng: np.random.Generator, day: Ints, share: float) -> Ints:
    return np.where(rng.random(len(day)) < share, dates.NOTHING, day)


def _written(rng: np.random.Generator, name: str, code: Ints, cells: Cells) -> Written:
    """The labels of one characteristic, before and after its fill day."""
    book = BOOKS[name]
    n = len(code)
    first_value = book.numbers(book.codes[VALUE : VALUE + 1])[0]
    other = first_value + (code - first_value + 1 + rng.integers(0, 2, n)) % (len(book.codes) - VALUE)
    after = np.where(cells.after == VALUE, code, cells.after)
    before = np.where(cells.before == VALUE, np.where(cells.corrected, other, code), cells.before)
    u = rng.random(n)  # one hand wrote both
    return Written(book.labels, book.pick(before, u), book.pick(after, u), cells.day)


def _births(rng: np.random.Generator, crimes: Crimes, rows: Rows, cells: Cells) -> dict[str, Written]:
    """Dates of birth and whether they are estimates: heaped, rounded, mistyped or missing."""
    n = len(rows.born)
    seen = crimes.reported[rows.crime]
    u = rng.random(n)
    estimated = u < 0.03
    age = (seen - rows.born) // 365.25
    guess = np.where(rng.random(n) < 0.6, np.round(age / _ROUND_AGE) * _ROUND_AGE, age).astype(np.int64)
    born = np.where(estimated, dates.new_year(dates.year_of(seen) - np.maximum(guess, 1)), rows.born)
    heaped = (u > 0.975) & (born >= 0)  # only the year is known, and nobody ticked "estimated"
    born = np.clip(np.where(heaped, dates.new_year(dates.year_of(born)), born), 0, None)
    born = np.where(rng.random(n) < 0.002, born + dates.SHORT, born)
    placeholder = dates.GAPS_FROM + dates.GAP_BOOK.pick(_dob_gap(cells.after), rng.random(n))
    # this year's date typed for the date of birth: a negative age
    slip = (cells.after == INVALID) & (rng.random(n) < 0.4)
    placeholder = np.where(slip, seen + rng.integers(1, 300, n), placeholder)
    first = dates.GAPS_FROM + dates.GAP_BOOK.pick(_dob_gap(cells.before), rng.random(n))
    after = np.where(cells.after == VALUE, born, placeholder)
    other = np.where(born < dates.DAYS, np.maximum(born - 3_652, 0), born)
    earlier = np.where(cells.before == VALUE, np.where(cells.corrected, other, born), first)
    before = np.where(cells.day > 0, earlier, after)
    flag = np.where(estimated, np.where(rng.random(n) < 0.8, 1, 3), np.where(rng.random(n) < 0.7, 2, 4))
    told = (cells.after == VALUE) & (rng.random(n) < 0.6)
    ticked = np.where(told, flag, 0)
    at_first = np.where(cells.before == VALUE, ticked, 0)
    return {
        "Date of Birth": Written(dates.LABELS, before, after, cells.day),
        "DOB Estimated": Written(_ESTIMATED, at_first, ticked, cells.day),
    }


def _dob_gap(state: Ints) -> Ints:
    """The gap states of a date of birth: blank, unknown or invalid; anything else counts as blank."""
    return np.where(state == INVALID, dates.GAP_BOOK.code("invalid"), np.where(state == 1, 1, 0))


def _outcome(rng: np.random.Generator, crimes: Crimes, rows: Rows) -> Written:
    """Under investigation, until the day the outcome is entered."""
    n = len(crimes.outcome)
    u = rng.random(n)
    before = lab.OUTCOME.pick(np.zeros(n, dtype=np.int64), u)
    after = lab.OUTCOME.pick(crimes.outcome, u)
    at = rows.crime
    return Written(lab.OUTCOME.labels, before[at], after[at], crimes.outcome_day[at])


def _appearance(rng: np.random.Generator, rows: Rows) -> Ints:
    """Some suspects and witnesses are entered days after the crime."""
    n = len(rows.role)
    day = np.zeros(n, dtype=np.int64)
    for role, (share, mean) in _LATE_ENTRY.items():
        late: Bools = (rows.role == role) & (rng.random(n) < share)
        day[late] = np.minimum(np.ceil(rng.exponential(mean, n)), _LATE_ENTRY_CAP).astype(np.int64)[late]
    return day
