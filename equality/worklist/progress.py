"""How many cells of the lists were settled, as later snapshots tell: counts by state, which outlive the records.

Every cell of a list is counted by the state it was assigned in and the state it has now. `filled` is valid and
`declined` is declined: both are settled. A cell whose person did not understand the question was asked, and is still
open. Cells that are no longer counted at all were on records that have been purged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final

import polars as pl
import sqlalchemy as sa

from equality.measures import stored_states
from equality.measures.codes import code_list
from equality.measures.extracted import Extracted
from equality.measures.states import state_column
from equality.store import tables
from equality.store.registry import KEY, Registry
from equality.store.snapshot import Snapshot
from equality.worklist.references import kept
from equality.worklist.written import ChangedError, reading, writing

NOT_UNDERSTOOD: Final = "not_understood"
"""Instead of `not_obtained`: the person was asked and did not understand."""
GONE: Final = "gone"
"""Instead of a state: the record is no longer among the records."""
NOT_EXPORTED: Final = "not_exported"
"""Instead of a state: the extract does not hold the characteristic any more."""
OPEN: Final = ("blank", "unknown", "invalid", "not_stated", "not_obtained")
"""States of cells that somebody could still settle: they can be put on a list."""

COUNTED: Final = {
    "cells": pl.lit(True),
    "filled": pl.col("now") == "valid",
    "declined": pl.col("now") == "declined",
    "not_understood": (pl.col("now") == NOT_UNDERSTOOD) & (pl.col("was") != NOT_UNDERSTOOD),
    "open": pl.col("now").is_in([*OPEN, NOT_UNDERSTOOD]),
    "inapplicable": pl.col("now") == "not_applicable",
    "gone": pl.col("now") == GONE,
}
"""What is counted of a list, and which cells. `not_understood` are some of `open`."""

_counts = tables.worklist_counts


def now(characteristic: str) -> pl.Expr:
    """The state of a record's cell as progress counts it."""
    state = pl.col(state_column(characteristic)).cast(pl.String)
    codes = [c.code for c in code_list(characteristic).values() if c.reason == "not_understood"]
    asked = (state == "not_obtained") & pl.col(characteristic).cast(pl.String).is_in(codes)
    return pl.when(asked).then(pl.lit(NOT_UNDERSTOOD)).otherwise(state)


WithStates = Callable[[pl.LazyFrame, Sequence[str]], pl.LazyFrame]
"""Adds `{characteristic}_state` to records for some characteristics."""


def count(
    cells: pl.LazyFrame, records: pl.LazyFrame, characteristics: Sequence[str], with_states: WithStates
) -> pl.DataFrame:
    """Count the cells of a list by what they were and what they are.

    Args:
        cells: as they are kept: key, `team`, `characteristic`, `was`.
        records: as known later.
        characteristics: those that the later extract holds.
        with_states: for these.

    Returns:
        `team`, `characteristic`, `was`, `now`, `cells`: all cells given, each once.
    """
    asked = cells.select(pl.col("characteristic").unique().sort()).collect()["characteristic"].to_list()
    names = [name for name in asked if name in characteristics]
    # Narrowed before their states are worked out: of millions of records a list has a few hundred.
    keyed = records.with_columns(pl.col(name).cast(pl.String) for name in KEY)
    wanted = keyed.join(cells.select(KEY).unique(), on=KEY, how="semi", nulls_equal=True)
    measured = with_states(wanted, names)
    parts = [measured.select(*KEY, characteristic=pl.lit(name), now=now(name)) for name in names]
    there = cells.join(wanted.select(*KEY, _there=pl.lit(True)), on=KEY, how="left", nulls_equal=True)
    if parts:
        there = there.join(pl.concat(parts), on=[*KEY, "characteristic"], how="left", nulls_equal=True)
    else:
        there = there.with_columns(now=pl.lit(None, pl.String))
    state = pl.when("_there").then(pl.col("now").fill_null(NOT_EXPORTED)).otherwise(pl.lit(GONE))
    return (
        there.with_columns(now=state)
        .group_by("team", "characteristic", "was", "now")
        .agg(pl.len().alias("cells"))
        .sort("team", "characteristic", "was", "now")
        .collect(engine="streaming")
    )


def count_rows(counted: pl.DataFrame, list_id: str, snapshot_id: str) -> list[dict[str, Any]]:
    """Counts as rows of the registry."""
    return [row | {"list_id": list_id, "snapshot_id": snapshot_id} for row in counted.to_dicts()]


def at_load(
    registry: Registry, source: str, snapshot_id: str, about: Extracted, records: pl.LazyFrame, with_states: WithStates
) -> list[dict[str, Any]]:
    """What an extract that is being loaded tells of the lists that are open: rows of `worklist_counts`.

    Args:
        registry: of the store.
        source: of the extract.
        snapshot_id: the snapshot to be.
        about: the extract; lists of later ones are left alone.
        records: as known with it.
        with_states: for its characteristics.
    """
    found = []
    for list_id in _followed(registry, source, about.extract_date, snapshot_id):
        cells = kept(registry, source, f"list-{list_id}")
        if cells is not None:
            found += count_rows(count(cells, records, about.characteristics, with_states), list_id, snapshot_id)
    return found


def catch_up(registry: Registry, snapshot: Snapshot) -> None:
    """Count what a snapshot tells of open lists, where that was not done when it was loaded: a list that was assigned
    while it loaded.
    """
    if snapshot.records_purged_at is not None:
        return
    of_snapshot = sa.select(_counts.c.list_id).where(_counts.c.snapshot_id == snapshot.id).distinct()
    done = {row.list_id for row in reading(registry.database, of_snapshot)}
    followed = _followed(registry, snapshot.source, snapshot.extract_date, snapshot.id)
    rows = []
    for list_id in [each for each in followed if each not in done]:
        cells = kept(registry, snapshot.source, f"list-{list_id}")
        if cells is not None:

            def with_states(records: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
                return records.with_columns(stored_states.read(snapshot.folder, names).values())

            records = registry.records(snapshot.source, snapshot)
            rows += count_rows(count(cells, records, snapshot.characteristics, with_states), list_id, snapshot.id)
    if rows:
        # Somebody else may have counted the same at the same time: then theirs stands.
        with suppress(ChangedError), writing(registry.database) as connection:
            connection.execute(_counts.insert(), rows)


def counts(registry: Registry, lists: Iterable[str], teams: frozenset[str] | None = None) -> pl.DataFrame:
    """What snapshots told of lists.

    Args:
        registry: of the store.
        lists: their identifiers.
        teams: only records of these teams (`access.may_see_records_of`); None for everybody's.

    Returns:
        `list_id`, `snapshot_id`, `extract_date`, `team`, `characteristic`, `was`, `now`, `cells`.
    """
    chosen = list(lists)
    snapshots = tables.snapshots
    query = (
        sa.select(_counts, snapshots.c.extract_date)
        .join(snapshots, snapshots.c.id == _counts.c.snapshot_id)
        .where(_counts.c.list_id.in_(chosen))
    )
    if teams is not None:
        query = query.where(_counts.c.team.in_(sorted(teams)))
    rows = reading(registry.database, query) if chosen else []
    text = pl.String
    schema = {
        "list_id": text, "snapshot_id": text, "extract_date": pl.Date, "team": text, "characteristic": text,
        "was": text, "now": text, "cells": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame([dict(row._mapping) for row in rows], schema=schema)


def progress(counted: pl.DataFrame, *by: str) -> pl.DataFrame:
    """What became of the cells of lists, in every snapshot.

    Args:
        counted: of `counts`.
        by: `team`, `characteristic`: what else to tell apart.

    Returns:
        Per list and snapshot, and what else was asked, sorted, those of `COUNTED` with `cells` as they were assigned;
        `asked` = filled + declined + not understood; `settled` = filled + declined; `unfollowed`, whose records were
        purged, or whose characteristic is no longer exported.
    """
    keys = ["list_id", *by]
    # Identifiers of one source sort as their extracts do.
    first = counted.filter(pl.col("snapshot_id") == pl.col("snapshot_id").min().over("list_id"))
    base = first.group_by(keys).agg(pl.col("cells").sum())
    sums = [pl.col("cells").filter(which).sum().alias(kind) for kind, which in COUNTED.items() if kind != "cells"]
    each = counted.group_by("extract_date", "snapshot_id", *keys).agg(*sums)
    days = counted.select("list_id", "extract_date", "snapshot_id").unique()
    # A team whose records were all purged has no row of its own any more.
    whole = days.join(base, on="list_id").join(each, on=["extract_date", "snapshot_id", *keys], how="left")
    names = [kind for kind in COUNTED if kind != "cells"]
    return (
        whole.with_columns(pl.col(names).fill_null(0))
        .with_columns(
            asked=pl.col("filled") + pl.col("declined") + pl.col("not_understood"),
            settled=pl.col("filled") + pl.col("declined"),
            unfollowed=pl.col("cells") - pl.sum_horizontal("filled", "declined", "open", "inapplicable", "gone"),
        )
        .sort("list_id", "extract_date", "snapshot_id", *by)
    )


def newest(progressed: pl.DataFrame) -> pl.DataFrame:
    """The rows of the newest snapshot of each list."""
    return progressed.filter(pl.col("snapshot_id") == pl.col("snapshot_id").max().over("list_id"))


def _followed(registry: Registry, source: str, day: date, snapshot_id: str) -> list[str]:
    """The lists that are open and were assigned from an earlier snapshot than this one."""
    changes, lists, snapshots = tables.worklist_changes, tables.worklists, tables.snapshots
    over = sa.select(changes.c.list_id).where(changes.c.action.in_(["closed", "withdrawn"]))
    same_day = sa.and_(snapshots.c.extract_date == day, snapshots.c.id < snapshot_id)
    earlier = sa.or_(snapshots.c.extract_date < day, same_day)
    query = (
        sa.select(lists.c.id)
        .join(snapshots, snapshots.c.id == lists.c.snapshot_id)
        .where(lists.c.source == source, earlier, lists.c.id.not_in(over))
        .order_by(lists.c.number)
    )
    return [row.id for row in reading(registry.database, query)]
