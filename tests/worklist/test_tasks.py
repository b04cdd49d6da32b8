"""Lists that teams settle: what later extracts tell of them is what a loop over the records tells."""

from __future__ import annotations

import json
import shutil
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from equality.errors import AuditError, DeniedError, StoreError
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.measures.codes import code_list
from equality.measures.dimensions import Selection
from equality.protection.audit import AuditLog, audit_log
from equality.protection.people import Person, Role
from equality.store import tables
from equality.store.files import OF_RECORDS
from equality.store.purge import purge
from equality.store.registry import KEY, Registry
from equality.store.snapshot import Snapshot
from equality.worklist import progress, tasks
from equality.worklist.wanted import NOT_KNOWN, Wanted

ATHENA = load_profile("athena")
ANALYST = Person("analyst", "Analyst", Role.analyst)
LEAD = Person("lead", "Lead", Role.team_lead, ("Shift A",))
SOON = date.today() + timedelta(days=14)
NAMES = ("ethnicity", "religion", "disability")


def everything(*names: str, states: tuple[str, ...] = NOT_KNOWN, **where: tuple[str, ...]) -> Wanted:
    return Wanted("athena", Selection(where=where), names, states)


@dataclass
class Store:
    """A store that is filled extract by extract."""

    folder: Path
    url: str
    exports: list[Path]

    @property
    def registry(self) -> Registry:
        return Registry(self.folder, self.url)

    @property
    def log(self) -> AuditLog:
        return audit_log(self.registry)

    @property
    def newest(self) -> Snapshot:
        found = self.registry.latest("athena")
        assert found
        return found

    def load(self, *numbers: int) -> Snapshot:
        load([self.exports[n] for n in numbers], ATHENA, self.folder, accept_warnings=True, registry=self.registry)
        return self.newest

    def assign(self, wanted: Wanted, team: str = "Crime bureau") -> tasks.Task:
        return tasks.assign(self.registry, self.newest, wanted, team, SOON, "Call back", by=ANALYST, log=self.log)


@pytest.fixture
def store(tmp_path: Path, url: str, exports: list[Path]) -> Store:
    made = Store(tmp_path / "store", url, exports)
    made.load(0, 1)
    return made


# ---- the same by hand -----------------------------------------------------------------------------------------------


def by_hand(registry: Registry, upto: Snapshot) -> dict[tuple[str, ...], dict[str, str]]:
    """Key → column → value of every record known at a snapshot, by a loop over the extracts."""
    known = {}
    for snapshot in registry.snapshots("athena"):
        if (snapshot.extract_date, snapshot.id) <= (upto.extract_date, upto.id):
            rows = pl.read_parquet(snapshot.folder / "records.parquet", columns=[*KEY, *NAMES, "person_type", "team"])
            for row in rows.iter_rows(named=True):
                known[tuple(row[k] for k in KEY)] = row
    return known


def state_by_hand(row: dict[str, str], name: str) -> str:
    if row["person_type"] != "person":
        return "not_applicable"
    if row[name] is None:
        return "blank"
    code = code_list(name).get(row[name])
    if code is None:
        return "invalid"
    return "not_understood" if code.reason == "not_understood" else code.state


def cells_by_hand(
    registry: Registry, at: Snapshot, states: tuple[str, ...]
) -> list[tuple[tuple[str, ...], str, str, str]]:
    open_states = {"blank", "unknown", "invalid", "not_stated", "not_obtained", "not_understood"} & {
        *states,
        *(["not_understood"] if "not_obtained" in states else []),
    }
    return [
        (key, row["team"], name, was)
        for key, row in by_hand(registry, at).items()
        for name in NAMES
        if row["role"] == "victim" and (was := state_by_hand(row, name)) in open_states
    ]


@pytest.mark.parametrize("states", [NOT_KNOWN, ("blank",), ("unknown", "not_obtained", "declined")])
def test_later_extracts_tell_what_a_loop_over_the_records_tells(store: Store, states: tuple[str, ...]) -> None:
    assigned_at = store.newest
    cells = cells_by_hand(store.registry, assigned_at, states)
    task = store.assign(everything(*NAMES, states=states, role=("victim",)))
    assert (task.cells, task.records) == (len(cells), len({key for key, *_ in cells}))
    store.load(2)
    store.load(3)
    snapshots = store.registry.snapshots("athena")[1:]
    counted = progress.counts(store.registry, [task.id])
    for snapshot in snapshots:
        later = by_hand(store.registry, snapshot)
        expected = Counter(
            (team, name, was, state_by_hand(later[key], name) if key in later else "gone")
            for key, team, name, was in cells
        )
        found = counted.filter(pl.col("snapshot_id") == snapshot.id)
        assert {
            row[:4]: row[4] for row in found.select("team", "characteristic", "was", "now", "cells").rows()
        } == expected
    shown = progress.progress(counted)
    assert shown["cells"].to_list() == [len(cells)] * 3
    first, _, last = shown.iter_rows(named=True)
    assert (first["asked"], first["settled"], first["open"]) == (0, 0, len(cells))
    for row in shown.iter_rows(named=True):
        parts = sum(row[kind] for kind in ("filled", "declined", "open", "inapplicable", "gone", "unfollowed"))
        assert parts == row["cells"]
        assert row["asked"] == row["filled"] + row["declined"] + row["not_understood"]
    assert last["filled"] > 0
    assert last["unfollowed"] == 0
    by_team = progress.progress(counted, "team")
    together = by_team.group_by("snapshot_id").agg(pl.col("filled", "open").sum())
    assert {r["snapshot_id"]: (r["filled"], r["open"]) for r in together.to_dicts()} == {
        r["snapshot_id"]: (r["filled"], r["open"]) for r in shown.to_dicts()
    }
    assert progress.newest(shown)["snapshot_id"].to_list() == [store.newest.id]


def test_counted_when_asked_for_is_what_a_load_counts(store: Store) -> None:
    task = store.assign(everything(*NAMES))
    store.load(2, 3)
    loaded = progress.counts(store.registry, [task.id]).sort(pl.all())
    assert loaded["snapshot_id"].n_unique() == 3
    last = store.newest
    with store.registry.database.engine.begin() as connection:
        connection.execute(tables.worklist_counts.delete().where(tables.worklist_counts.c.snapshot_id == last.id))
    progress.catch_up(store.registry, last)
    assert progress.counts(store.registry, [task.id]).sort(pl.all()).equals(loaded)
    progress.catch_up(store.registry, last)
    assert progress.counts(store.registry, [task.id]).sort(pl.all()).equals(loaded)


def test_not_understood_is_what_the_counts_call_so(store: Store) -> None:
    task = store.assign(everything("ethnicity", states=("not_obtained",)))
    was = dict(progress.counts(store.registry, [task.id]).group_by("was").agg(pl.col("cells").sum()).iter_rows())
    counts = store.registry.counts(store.newest).select(pl.col("^ethnicity__.*$").sum()).collect()
    assert was.get("not_understood", 0) == counts["ethnicity__not_understood"].item()
    assert sum(was.values()) == counts["ethnicity__not_obtained"].item()


# ---- assigning, changing, ending ------------------------------------------------------------------------------------


def test_a_list_is_changed_and_ended_and_its_history_stays(store: Store) -> None:
    first, second = store.assign(everything("ethnicity")), store.assign(everything("religion"), "Shift A")
    assert (first.number, second.number, first.team, first.due, first.open) == (1, 2, "Crime bureau", SOON, True)
    later = SOON + timedelta(days=7)
    changed = tasks.change(store.registry, first, "changed", due=later, by=ANALYST, log=store.log)
    assert (changed.due, changed.note, changed.version) == (later, "Call back", 2)
    with pytest.raises(StoreError, match="Somebody changed this"):
        tasks.change(store.registry, first, "withdrawn", by=ANALYST, log=store.log)
    ended = tasks.change(store.registry, changed, "closed", by=ANALYST, log=store.log)
    with pytest.raises(StoreError, match="List 1 was closed and stays so"):
        tasks.change(store.registry, ended, "changed", note="x", by=ANALYST, log=store.log)
    assert [c.action for c in tasks.history(store.registry, ended)] == ["assigned", "changed", "closed"]
    assert [t.number for t in tasks.tasks(store.registry, "athena")] == [2, 1]
    assert [t.number for t in tasks.tasks(store.registry, teams=frozenset(LEAD.teams))] == [2]
    assert tasks.tasks(store.registry, "other") == []
    store.load(2)
    told = progress.counts(store.registry, [first.id, second.id])
    assert told.group_by("list_id").agg(pl.col("snapshot_id").n_unique()).sort("list_id").rows() == sorted(
        [(first.id, 1), (second.id, 2)]
    )


def test_every_step_is_in_the_audit_log_and_what_cannot_be_written_is_not_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = store.assign(everything("ethnicity"))
    tasks.change(store.registry, task, "withdrawn", by=ANALYST, log=store.log, reason="assigned twice")
    withdrawn, assigned = store.log.entries(limit=2)
    assert (assigned.act, assigned.who, assigned.about["cells"]) == ("assignment", "analyst", task.cells)
    assert Wanted.from_dict(assigned.about["wanted"]) == everything("ethnicity")
    assert (withdrawn.about["action"], withdrawn.reason) == ("withdrawn", "assigned twice")
    log = store.log
    monkeypatch.setattr(log, "anchor", store.folder / "nowhere" / "audit.anchor")
    with pytest.raises(AuditError):
        tasks.assign(store.registry, store.newest, everything("religion"), "A", SOON, "", by=ANALYST, log=log)
    assert len(tasks.tasks(store.registry)) == 1
    assert len(key_files(store)) == len({p.name for p in key_files(store)}) * len({p.parent for p in key_files(store)})


@pytest.mark.parametrize(
    ("wanted", "team", "due", "message"),
    [
        (everything("ethnicity", states=("valid",)), "A", SOON, "nothing to settle"),
        (everything("ethnicity", states=("declined",)), "A", SOON, "nothing to settle"),
        (everything("ethnicity", team=("Nobody",)), "A", SOON, "nothing to settle"),
        (everything("ethnicity"), "  ", SOON, "Say which team"),
        (everything("ethnicity"), "A", date(2020, 1, 1), "is past"),
    ],
)
def test_what_is_no_task_is_refused(
    sample_store: Path, tmp_path: Path, wanted: Wanted, team: str, due: date, message: str
) -> None:
    registry = Registry(sample_store)
    log = AuditLog(registry.database, tmp_path / "anchor")
    snapshot = registry.latest("athena")
    assert snapshot
    with pytest.raises(StoreError, match=message):
        tasks.assign(registry, snapshot, wanted, team, due, "", by=ANALYST, log=log)
    assert tasks.tasks(registry) == []


def test_a_team_lead_makes_no_lists_and_sees_counts_of_the_own_team_only(store: Store) -> None:
    with pytest.raises(DeniedError):
        tasks.assign(store.registry, store.newest, everything("ethnicity"), "A", SOON, "", by=LEAD, log=store.log)
    task = store.assign(everything("ethnicity"))
    with pytest.raises(DeniedError):
        tasks.change(store.registry, task, "closed", by=LEAD, log=store.log)
    teams = progress.counts(store.registry, [task.id])["team"].unique().to_list()
    mine = progress.counts(store.registry, [task.id], frozenset(teams[:1]))
    assert mine["team"].unique().to_list() == teams[:1]
    assert progress.counts(store.registry, [task.id], frozenset()).is_empty()


# ---- what is kept ---------------------------------------------------------------------------------------------------


def key_files(store: Store) -> list[Path]:
    return sorted((store.folder / "snapshots").glob(f"*/{OF_RECORDS}*"))


def references(store: Store) -> Iterator[str]:
    for path in key_files(store):
        yield from pl.read_parquet(path)["crime_ref"]


def test_references_are_private_and_go_with_their_records_while_counts_stay(store: Store) -> None:
    task = store.assign(everything("ethnicity"))
    assert len(list(references(store))) == task.cells
    assert {stat.S_IMODE(path.stat().st_mode) for path in key_files(store)} == {0o600}
    for path in key_files(store):
        held = pl.read_parquet(path.parent / "records.parquet")["crime_ref"]
        assert pl.read_parquet(path)["crime_ref"].is_in(held.implode()).all(), "beside the records that they name"
    store.load(2)
    before = progress.counts(store.registry, [task.id]).sort(pl.all())
    oldest, *_ = store.registry.snapshots("athena")
    kept_longer = sum(pl.read_parquet(p).height for p in key_files(store) if p.parent != oldest.folder)
    purge(store.registry, oldest.extract_date + timedelta(days=1), acting=lambda _: nullcontext())
    assert len(list(references(store))) == kept_longer < task.cells
    assert progress.counts(store.registry, [task.id]).sort(pl.all()).equals(before)
    store.load(3)
    last = progress.newest(progress.progress(progress.counts(store.registry, [task.id]))).row(0, named=True)
    assert last["unfollowed"] == task.cells - kept_longer
    assert last["gone"] == 0
    purge(store.registry, date.today() + timedelta(days=2000), acting=lambda _: nullcontext())
    assert key_files(store) == []
    texts = json.dumps(
        [
            [str(value) for value in row]
            for table in (tables.worklists, tables.worklist_changes, tables.worklist_counts, tables.audit)
            for row in _rows(store, table)
        ]
    )
    some = store.exports[0].read_text(encoding="utf-8-sig").splitlines()[1].split(",")[0].strip('"')
    assert some not in texts
    assert progress.counts(store.registry, [task.id]).height >= before.height


def _rows(store: Store, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    with store.registry.database.engine.connect() as connection:
        return list(connection.execute(sa.select(table)))


def test_a_list_of_a_source_without_people_or_teams(tmp_path: Path) -> None:
    from tests.conftest import REAL_MONTHS

    load(REAL_MONTHS[:2], load_profile("data.police.uk"), tmp_path)
    registry = Registry(tmp_path)
    snapshot = registry.latest("stop_and_search")
    assert snapshot
    wanted = Wanted("stop_and_search", Selection(), ("ethnicity",), ("blank", "not_stated"))
    task = tasks.assign(registry, snapshot, wanted, "A", SOON, "", by=ANALYST, log=audit_log(registry))
    counts = registry.counts(snapshot).select(pl.col("^ethnicity__.*$").sum()).collect()
    assert task.cells == counts["ethnicity__blank"].item() + counts["ethnicity__not_stated"].item()
    load(REAL_MONTHS[2:3], load_profile("data.police.uk"), tmp_path)
    last = progress.newest(progress.progress(progress.counts(registry, [task.id]))).row(0, named=True)
    # Nothing of these months is delivered again: all of it is as it was, and nothing is gone.
    assert (last["open"], last["gone"], last["cells"]) == (task.cells, 0, task.cells)


def test_nothing_is_left_where_the_registry_cannot_be_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_files(store)

    def broken(*_: object) -> None:
        raise StoreError("no")

    monkeypatch.setattr(tasks, "_insert", broken)
    with pytest.raises(StoreError, match="no"):
        store.assign(everything("ethnicity"))
    assert key_files(store) == before


def test_copying_a_store_keeps_its_lists(store: Store, tmp_path: Path) -> None:
    if store.url:
        pytest.skip("the registry is elsewhere")
    task = store.assign(everything("ethnicity"))
    shutil.copytree(store.folder, tmp_path / "copy")
    assert tasks.task(Registry(tmp_path / "copy"), task.id) == task
