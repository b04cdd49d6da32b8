"""Retention: old records go, counts stay, and later loads neither lose nor repeat what was counted."""

from __future__ import annotations

import csv
import functools
import itertools
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from equality.errors import StoreError
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.measures.counts import slice_counts
from equality.store.purge import due, purge
from equality.store.registry import Registry
from tests.store.postgresql import create_database

ATHENA = load_profile("athena")
CUT = date(2026, 5, 1)
_numbers = itertools.count()


def unlogged(_: object) -> AbstractContextManager[None]:
    """The audit log has tests of its own."""
    return nullcontext()


def by_month(registry: Registry, snapshot) -> dict[str, tuple]:
    names = snapshot.characteristics
    frame = slice_counts(registry.counts(snapshot), by=["month"], characteristics=names)
    return {month: part.drop("month").rows() for (month,), part in frame.group_by("month", maintain_order=True)}


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, exports: list[Path]) -> Callable[[str], Registry]:
    """A store with three extracts, loaded once; its registry on the server with this URL, or in the store."""

    @functools.cache
    def load_once(server: str) -> Registry:
        folder = tmp_path_factory.mktemp("purge")
        url = create_database(server, "purge") if server else ""
        found = Registry(folder / "store", url)
        load(exports[:3], ATHENA, found.store, registry=found)
        return found

    return load_once


@pytest.fixture(params=["sqlite", "postgresql"])
def registry(request: pytest.FixtureRequest, tmp_path: Path, prepared: Callable[[str], Registry]) -> Registry:
    """A copy of it."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""
    store = shutil.copytree(prepared(server).store, tmp_path / "store")
    return Registry(store, create_database(server, f"purge{next(_numbers)}", "purge") if server else "")


def test_old_records_go_and_counts_stay(registry: Registry) -> None:
    before = registry.snapshots("athena")
    counts = [registry.counts(s).collect() for s in before]
    assert [s.extract_date for s in due(registry, CUT)] == [date(2026, 3, 1), date(2026, 4, 1)]
    assert purge(registry, CUT, "athena", acting=unlogged) == before[:2]
    after = registry.snapshots("athena")
    assert [bool(s.records_purged_at) for s in after] == [True, True, False]
    assert registry.purged("athena") == after[:2]
    for snapshot, kept in zip(after, counts, strict=True):
        assert registry.counts(snapshot).collect().equals(kept)
        assert (snapshot.folder / "records.parquet").exists() == (snapshot.records_purged_at is None)
        assert (snapshot.folder / "rejected.parquet").exists() == (snapshot.records_purged_at is None)
    assert [s.files for s in after] == [s.files for s in before]
    assert purge(registry, CUT, acting=unlogged) == []


def test_records_say_what_is_gone(registry: Registry) -> None:
    purge(registry, CUT, acting=unlogged)
    first, _, last = registry.snapshots("athena")
    with pytest.raises(StoreError, match=r"extract of 01 March 2026 \(athena\) were purged on .* counts are kept"):
        registry.extract(first)
    with pytest.raises(StoreError, match="were purged on"):
        registry.records("athena", first)
    left = registry.records("athena").collect()
    assert left.equals(registry.extract(last).collect())
    purge(registry, date(2027, 1, 1), acting=unlogged)
    with pytest.raises(StoreError, match="were purged on"):
        registry.records("athena")
    assert registry.latest("athena").id == last.id


def test_a_later_load_carries_closed_months_and_counts_open_ones(registry: Registry, exports: list[Path]) -> None:
    whole = Registry(registry.store.parent / "whole", "")
    load(exports, ATHENA, whole.store, registry=whole)
    before = by_month(registry, registry.latest("athena"))
    purge(registry, CUT, acting=unlogged)
    closed = {month for s in registry.purged("athena") for month in s.closed_months}
    assert closed
    assert max(closed) < "2026-05"
    load(exports[3:], ATHENA, registry.store, registry=registry)
    found = by_month(registry, registry.latest("athena"))
    undisturbed = by_month(whole, whole.latest("athena"))
    assert registry.latest("athena").months == whole.latest("athena").months
    assert set(found) == set(undisturbed)
    for month, counts in found.items():
        if month in closed:
            assert counts == before[month], "as they were before the purge"
    states = slice(0, -1)  # without the cells that another record could fill: the other record may be gone
    for month in set(found) - closed:
        assert [row[states] for row in found[month]] == [row[states] for row in undisturbed[month]]


def test_a_purged_key_that_is_delivered_again_is_kept_but_not_counted_twice(
    registry: Registry, exports: list[Path], tmp_path: Path
) -> None:
    purge(registry, CUT, acting=unlogged)
    before = by_month(registry, registry.latest("athena"))
    with exports[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    again = tmp_path / "again.csv"
    with again.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "Extract Date": "2026-06-01"} for row in rows)
    (snapshot,) = load([again], ATHENA, registry.store, accept_warnings=True, registry=registry).snapshots
    assert snapshot.accepted
    assert registry.extract(snapshot).select(pl.len()).collect().item() == snapshot.accepted
    found = by_month(registry, snapshot)
    closed = {month for s in registry.purged("athena") for month in s.closed_months}
    assert {month: found[month] for month in closed} == {month: before[month] for month in closed}


def test_a_purge_that_died_is_finished_by_the_next_load(registry: Registry, exports: list[Path], monkeypatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("equality.store.purge.remove_records", die)
        with pytest.raises(KeyboardInterrupt):
            purge(registry, CUT, acting=unlogged)
    gone = registry.purged("athena")
    assert len(gone) == 2
    assert all((s.folder / "records.parquet").exists() for s in gone)
    load(exports[3:], ATHENA, registry.store, registry=registry)
    assert not any((s.folder / "records.parquet").exists() for s in gone)
