"""A made-up snapshot and its counts, for tests that need neither files nor loading."""

from __future__ import annotations

import random
from datetime import date, datetime
from pathlib import Path

import polars as pl

from dashboard.link import Options
from equality.measures.counts import KINDS, column
from equality.measures.dimensions import FLAG_BITS, months_between
from equality.measures.states import APPLICABLE_STATES
from equality.store.snapshot import Snapshot, SourceFile

MONTHS = months_between("2024-01", "2026-06")
CHARACTERISTICS = ("ethnicity", "sex", "age", "disability")
VALUES = {
    "month": MONTHS,
    "role": ["victim", "suspect"],
    "lpa": ["North", "South"],
    "area": ["Worcester", "Redditch", "Shropshire"],
    "team": ["Team 1", "Team 2", "<b>Team</b> *3*", "Team 4"],
    "crime_group": ["Robbery", "Theft"],
    "crime_subgroup": ["Robbery of person", "Burglary", "Bicycle theft"],
    "channel": ["999", "101", "Online"],
}


def made_up_counts(rows: int = 3000, seed: int = 1) -> pl.DataFrame:
    """Wide counts with random dimensions and states, as the store holds them."""
    rng = random.Random(seed)
    weights = (6, 1, 1, 1, 2, 0.3, 5)
    records = []
    for _ in range(rows):
        row: dict[str, str | int] = {name: rng.choice(values) for name, values in VALUES.items()}
        row["lpa_then"] = row["lpa"]
        row["flags"] = rng.choice([0, 0, FLAG_BITS["domestic_abuse"]])
        for characteristic in CHARACTERISTICS:
            counted = dict.fromkeys(KINDS, 0)
            for state in rng.choices(APPLICABLE_STATES, weights, k=rng.randint(1, 5)):
                counted[state] += 1
            counted["not_understood"] = rng.randint(0, counted["not_obtained"])
            counted["recoverable_cells"] = rng.randint(0, counted["blank"])
            row |= {column(characteristic, kind): count for kind, count in counted.items()}
        records.append(row)
    types = {column(c, k): pl.UInt32 for c in CHARACTERISTICS for k in KINDS} | {"flags": pl.UInt16}
    return pl.DataFrame(records).cast(types)


def made_up_snapshot(*, synthetic: bool = True) -> Snapshot:
    """A snapshot that fits the counts."""
    return Snapshot(
        id="double-1",
        source="double",
        title="Made-up records",
        synthetic=synthetic,
        extract_date=date(2026, 7, 1),
        loaded_at=datetime(2026, 7, 2),
        months=(MONTHS[0], MONTHS[-1]),
        headline_role="victim",
        characteristics=CHARACTERISTICS,
        dimensions={name: name.capitalize() for name in VALUES},
        flags=("domestic_abuse",),
        files=(SourceFile("made-up.csv", "0" * 64, 3000, 2990, 10),),
        attribution="",
        folder=Path("unused"),
    )


def made_up_options() -> Options:
    """What the made-up snapshot holds."""
    return Options(
        source="double",
        months=tuple(MONTHS),
        roles=("victim", "suspect"),
        values={name: tuple(values) for name, values in VALUES.items()},
        flags=("domestic_abuse",),
        characteristics=CHARACTERISTICS,
    )
