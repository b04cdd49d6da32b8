"""The records behind the counts: the state of every cell as a snapshot counted it, and those that a list wants."""

from __future__ import annotations

import functools

import polars as pl

from equality.measures import people, stored_states
from equality.measures.states import state_column
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot
from equality.worklist.wanted import RECOVERABLE, Wanted


def elsewhere_column(characteristic: str) -> str:
    """The column that says whether a record's person is known on any of their records."""
    return f"{characteristic}_known_elsewhere"


def closed_months(registry: Registry, snapshot: Snapshot) -> list[str]:
    """The months of a snapshot's counts whose records cannot be listed, because some of them were purged."""
    known = [s for s in registry.snapshots(snapshot.source) if s.extract_date <= snapshot.extract_date]
    return sorted({month for s in known for month in s.closed_months})


def records_with_states(registry: Registry, snapshot: Snapshot, *, elsewhere: bool = False) -> pl.LazyFrame:
    """The person-role records that a snapshot counts, with `{characteristic}_state` beside each characteristic.

    Records of months that were closed by a purge are not among them: counts know more of these than records do.

    Args:
        registry: of the store.
        snapshot: as of which they are known.
        elsewhere: also add `{characteristic}_known_elsewhere`, of which a list of recoverable cells is made. That
            reads the records once before this returns.

    Raises:
        StoreError: if the records were purged.
    """
    closed = closed_months(registry, snapshot)
    records = registry.records(snapshot.source, snapshot)
    if closed:
        records = records.filter(~pl.col("month").is_in(closed))
    names = snapshot.characteristics
    measured = records.with_columns(stored_states.read(snapshot.folder, names).values())
    if "flags" not in measured.collect_schema():
        measured = measured.with_columns(flags=pl.lit(0, dtype=pl.UInt16))
    if not elsewhere:
        return measured
    known = people.known(people.on_several_records(measured), [state_column(name) for name in names])
    joined = measured.join(known, on="person_ref", how="left", maintain_order="left")
    answers = [people.is_known(place).alias(elsewhere_column(name)) for place, name in enumerate(names)]
    return joined.with_columns(answers).select(*measured.collect_schema(), *map(elsewhere_column, names))


def cell_is(characteristic: str, state: str) -> pl.Expr:
    """Whether a record's cell is in a state of `wanted.KINDS`."""
    found = pl.col(state_column(characteristic))
    if state == RECOVERABLE:
        return found.is_in(["blank", "unknown"]) & pl.col(elsewhere_column(characteristic))
    return found == state


def matching(frame: pl.LazyFrame, wanted: Wanted, teams: frozenset[str] | None) -> pl.LazyFrame:
    """The records of a frame of `records_with_states` that a list wants and somebody may see.

    Args:
        frame: with `{characteristic}_known_elsewhere` if the list is of recoverable cells.
        wanted: which.
        teams: whose records somebody may see (`access.may_see_records_of`); None for everybody's.
    """
    terms = [wanted.selection.predicate(), _any_cell(wanted)]
    if teams is not None:
        has_teams = "team" in frame.collect_schema()
        terms.append(pl.col("team").cast(pl.String).is_in(sorted(teams)) if has_teams and teams else pl.lit(False))
    return frame.filter(*terms)


def _any_cell(wanted: Wanted) -> pl.Expr:
    cells = [cell_is(name, state) for name in wanted.characteristics for state in wanted.states]
    return functools.reduce(lambda left, right: left | right, cells)
