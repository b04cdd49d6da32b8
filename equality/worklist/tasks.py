"""Lists that a team is to settle: assigned, changed, closed, withdrawn; appended to and never overwritten.

A list is fixed: it holds the cells that were open in one snapshot. Which cells these are is record-level data
(`equality.worklist.references`) and goes with the records; how many were settled (`equality.worklist.progress`) stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import uuid4

import polars as pl
import sqlalchemy as sa

from equality.errors import DeniedError, StoreError
from equality.measures.dimensions import NOT_RECORDED
from equality.measures.states import state_column
from equality.protection.access import May, may
from equality.protection.audit import Act, AuditLog, clean
from equality.protection.people import Person
from equality.store import tables
from equality.store.database import Database
from equality.store.registry import KEY, Registry
from equality.store.snapshot import Snapshot
from equality.worklist.cells import cell_is, matching, records_with_states
from equality.worklist.progress import OPEN, count_rows, now
from equality.worklist.references import forget, keep
from equality.worklist.wanted import RECOVERABLE, Wanted
from equality.worklist.written import reading, writing

LARGEST: Final = 200_000
"""Cells of one list: more is no task that a team can finish, but a project."""
LONGEST_NOTE: Final = 500
LONGEST_TEAM: Final = 120
ACTIONS: Final[Mapping[str, str]] = {
    "assigned": "Assigned",
    "changed": "Changed",
    "closed": "Closed",
    "withdrawn": "Withdrawn",
}
_lists, _changes = tables.worklists, tables.worklist_changes


@dataclass(frozen=True)
class Task:
    """A list as it stands.

    Attributes:
        id: unique.
        number: what people call it by, 1 for the store's first.
        source: of its snapshot.
        snapshot_id: the snapshot in which its cells were open.
        wanted: which cells these were.
        records: how many records they are on.
        cells: how many they are.
        team: who is to settle them.
        due: by which day.
        note: what else the team is told.
        action: the newest of `ACTIONS`.
        version: 1 for the assignment, then counted up.
        assigned_at: UTC.
        at: of the newest action, UTC.
        who: did that.
    """

    id: str
    number: int
    source: str
    snapshot_id: str
    wanted: Wanted
    records: int
    cells: int
    team: str
    due: date
    note: str
    action: str
    version: int
    assigned_at: datetime
    at: datetime
    who: str

    @property
    def open(self) -> bool:
        """Whether it is still followed."""
        return self.action in ("assigned", "changed")


@dataclass(frozen=True)
class Change:
    """One row of a list's history; attributes as those of `Task`."""

    version: int
    action: str
    at: datetime
    who: str
    team: str
    due: date
    note: str


def assign(
    registry: Registry,
    snapshot: Snapshot,
    wanted: Wanted,
    team: str,
    due: date,
    note: str,
    *,
    by: Person,
    log: AuditLog,
    reason: str = "",
) -> Task:
    """Give a team the cells of a snapshot that are wanted and open.

    Args:
        registry: of the store.
        snapshot: in which they are open.
        wanted: which; of its states, those that a team can settle (`progress.OPEN`).
        team: any name: a team of the export, or one that settles for others.
        due: by which day, not before today.
        note: what else the team is told.
        by: who assigns.
        log: the audit log.
        reason: why, for the audit log.

    Raises:
        DeniedError: if this person may not see the records of all teams.
        StoreError: if there is nothing to settle or too much, the words are too long or missing, or the day is past.
        AuditError: if it cannot be written to the audit log; then nothing is assigned.
    """
    permit(by)
    team, note = _checked(team, due, note)
    if wanted.source != snapshot.source:
        raise StoreError(f"A list of {wanted.source} cannot be of a snapshot of {snapshot.source}.")
    found = _cells(registry, snapshot, wanted)
    cells = int(found.select(pl.len()).collect(engine="streaming").item())
    if not cells:
        raise StoreError("There is nothing to settle: none of these cells is open.")
    if cells > LARGEST:
        raise StoreError(f"{cells:,} cells are more than a list may have ({LARGEST:,}): narrow the filters.")
    identifier = uuid4().hex
    about = {
        "list": identifier,
        "snapshot": snapshot.id,
        "wanted": wanted.as_dict(),
        "cells": cells,
        "team": team,
        "due": due.isoformat(),
    }
    with log.acting(Act.assignment, by, about, reason):
        rows = found.collect(engine="streaming")
        keep(registry, snapshot, file_name(identifier), rows)
        try:
            _insert(registry.database, identifier, snapshot, wanted, rows, (team, due, note), by)
        except BaseException:
            forget(registry, snapshot.source, file_name(identifier))
            raise
    return task(registry, identifier)


def change(
    registry: Registry,
    of: Task,
    action: str,
    *,
    team: str | None = None,
    due: date | None = None,
    note: str | None = None,
    by: Person,
    log: AuditLog,
    reason: str = "",
) -> Task:
    """Change whom a list is for, its day or its note; or close it (it is done with), or withdraw it (it was a mistake).

    Args:
        registry: of the store.
        of: the list as the one who changes it has seen it.
        action: `changed`, `closed` or `withdrawn`.
        team: None leaves it.
        due: None leaves it.
        note: None leaves it.
        by: who changes it.
        log: the audit log.
        reason: why, for the audit log.

    Raises:
        DeniedError: if this person may not see the records of all teams.
        StoreError: if it is over, somebody changed it since, or what is said is not possible.
        AuditError: if it cannot be written to the audit log; then nothing is changed.
    """
    permit(by)
    if action not in ACTIONS or action == "assigned":
        raise StoreError("A list can be changed, closed or withdrawn.")
    if not of.open:
        raise StoreError(f"List {of.number} was {of.action} and stays so; assign a new one.")
    new_team, new_note = _checked(of.team if team is None else team, due, of.note if note is None else note)
    row = (new_team, due or of.due, new_note)
    about = {"list": of.id, "number": of.number, "action": action, "team": row[0], "due": row[1].isoformat()}
    with log.acting(Act.assignment, by, about, reason), writing(registry.database) as connection:
        connection.execute(_changes.insert().values(_change(of.id, of.version + 1, action, by, row)))
    return task(registry, of.id)


def tasks(registry: Registry, source: str = "", teams: frozenset[str] | None = None) -> list[Task]:
    """The lists, those still open first, each group by day due.

    Args:
        registry: of the store.
        source: only of this one; empty for all.
        teams: only lists of these teams (`access.may_see_records_of`); None for everybody's.
    """
    found = _read(registry.database, _lists.c.source == source if source else sa.true())
    mine = [t for t in found if teams is None or t.team in teams]
    return sorted(mine, key=lambda t: (not t.open, t.due, t.number))


def task(registry: Registry, identifier: str) -> Task:
    """One list.

    Raises:
        StoreError: if there is none with this identifier.
    """
    found = _read(registry.database, _lists.c.id == identifier)
    if not found:
        raise StoreError("There is no such list.")
    return found[0]


def history(registry: Registry, of: Task) -> list[Change]:
    """Everything that was done to a list, in order."""
    query = sa.select(_changes).where(_changes.c.list_id == of.id).order_by(_changes.c.version)
    rows = reading(registry.database, query)
    return [Change(r.version, r.action, r.at, r.who, r.team, r.due, r.note) for r in rows]


def permit(by: Person) -> None:
    """Refuse whoever may not see the records of all teams: lists and samples are made of them.

    Raises:
        DeniedError: then.
    """
    if not may(by, May.records):
        raise DeniedError("Lists and audit samples are made by people who may see the records of all teams.")


def file_name(identifier: str) -> str:
    """Under which the cells of a list are kept."""
    return f"list-{identifier}"


def _cells(registry: Registry, snapshot: Snapshot, wanted: Wanted) -> pl.LazyFrame:
    """The open cells of a list: key, `team`, `extract_date`, `characteristic`, `was`."""
    names = [name for name in wanted.characteristics if name in snapshot.characteristics]
    if not names:
        raise StoreError("This export holds none of the characteristics of the list.")
    frame = records_with_states(registry, snapshot, elsewhere=RECOVERABLE in wanted.states)
    chosen = matching(frame, Wanted(wanted.source, wanted.selection, tuple(names), wanted.states), None)
    team = pl.col("team").cast(pl.String) if "team" in frame.collect_schema() else pl.lit(NOT_RECORDED)
    keys = [pl.col(name).cast(pl.String) for name in KEY]
    parts = [
        chosen.filter(
            pl.any_horizontal(cell_is(name, state) for state in wanted.states),
            pl.col(state_column(name)).cast(pl.String).is_in(OPEN),
        ).select(*keys, "extract_date", team.alias("team"), characteristic=pl.lit(name), was=now(name))
        for name in names
    ]
    return pl.concat(parts)


def _insert(
    database: Database,
    identifier: str,
    snapshot: Snapshot,
    wanted: Wanted,
    rows: pl.DataFrame,
    told: tuple[str, date, str],
    by: Person,
) -> None:
    counted = rows.group_by("team", "characteristic", "was").len("cells").with_columns(now=pl.col("was"))
    number = sa.select(sa.func.coalesce(sa.func.max(_lists.c.number), 0) + 1).scalar_subquery()
    with writing(database) as connection:
        connection.execute(
            _lists.insert().values(
                id=identifier,
                number=number,
                source=snapshot.source,
                snapshot_id=snapshot.id,
                wanted=wanted.as_dict(),
                records=rows.select(KEY).n_unique(),
                cells=rows.height,
            )
        )
        connection.execute(_changes.insert().values(_change(identifier, 1, "assigned", by, told)))
        connection.execute(tables.worklist_counts.insert(), count_rows(counted, identifier, snapshot.id))


def _change(identifier: str, version: int, action: str, by: Person, told: tuple[str, date, str]) -> dict[str, Any]:
    team, due, note = told
    at = datetime.now(UTC).replace(tzinfo=None)
    return {
        "list_id": identifier,
        "version": version,
        "action": action,
        "at": at,
        "who": by.id,
        "team": team,
        "due": due,
        "note": note,
    }


def _read(database: Database, which: sa.ColumnElement[bool]) -> list[Task]:
    query = (
        sa.select(_lists, *(c for c in _changes.c if c.name != "list_id"))
        .join(_changes, _changes.c.list_id == _lists.c.id)
        .where(which)
        .order_by(_lists.c.number, _changes.c.version)
    )
    rows = reading(database, query)
    first = {row.id: row.at for row in rows if row.version == 1}
    # Of one list the rows come in order: the newest stays.
    newest = {row.id: row for row in rows}
    return [
        Task(**{**row._mapping, "wanted": Wanted.from_dict(row.wanted)}, assigned_at=first[row.id])
        for row in newest.values()
    ]


def _checked(team: str, due: date | None, note: str) -> tuple[str, str]:
    team, note = clean(team), clean(note)
    if not team or len(team) > LONGEST_TEAM:
        raise StoreError(f"Say which team the list is for, in at most {LONGEST_TEAM} characters.")
    if len(note) > LONGEST_NOTE:
        raise StoreError(f"A note has at most {LONGEST_NOTE} characters.")
    if due is not None and due < date.today():
        raise StoreError(f"{due:%d %B %Y} is past: give the team a day to come.")
    return team, note
