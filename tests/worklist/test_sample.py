"""Audit samples: drawn from the records of a selection, kept privately, and what was found of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from equality.errors import AuditError, DeniedError, StoreError
from equality.measures.dimensions import Selection
from equality.protection.audit import audit_log
from equality.protection.people import Person, Role
from equality.store.files import OF_RECORDS
from equality.store.registry import Registry
from equality.worklist import sample
from equality.worklist.cells import matching, records_with_states
from equality.worklist.sample import Design
from equality.worklist.wanted import Wanted
from tests.worklist.test_tasks import ANALYST, LEAD, Store

VICTIMS = Wanted("athena", Selection(where={"role": ("victim",)}), ("ethnicity",), ("valid",))
DESIGN = Design("team", precision=0.1, seed=20191008)


@pytest.fixture
def store(tmp_path: Path, url: str, exports: list[Path]) -> Store:
    made = Store(tmp_path / "store", url, exports)
    made.load(0, 1)
    return made


def take(store: Store, design: Design = DESIGN, wanted: Wanted = VICTIMS) -> sample.Sample:
    return sample.take(store.registry, store.newest, wanted, design, by=ANALYST, log=store.log)


def test_what_is_drawn_is_planned_repeatable_and_of_the_selection(store: Store) -> None:
    planned = sample.plan(store.registry, store.newest, VICTIMS, DESIGN, ANALYST)
    made = take(store)
    assert made.strata == planned
    everybody = matching(records_with_states(store.registry, store.newest), VICTIMS, None).collect()
    assert made.population == everybody.height
    assert {s.name: s.population for s in made.strata} == dict(
        everybody.group_by(pl.col("team").cast(pl.String)).len().iter_rows()
    )
    assert all(s.drawn >= min(2, s.population) for s in made.strata)
    assert made.items >= 90
    items = sample.items(store.registry, made, by=ANALYST, log=store.log)
    assert items["item"].to_list() == list(range(1, made.items + 1))
    assert dict(items.group_by("stratum").len().iter_rows()) == {s.name: s.drawn for s in made.strata if s.drawn}
    of_selection = everybody.with_columns(pl.col("role", "team", "ethnicity_raw").cast(pl.String))
    keys = ["crime_ref", "person_ref", "role"]
    joined = items.join(of_selection, on=keys, how="left", validate="1:1", nulls_equal=True)
    assert (joined["stratum"] == joined["team"]).all()
    assert (joined["recorded"] == joined["ethnicity_raw"]).all()
    again, other = take(store), take(store, replace(DESIGN, seed=2))
    assert (made.number, again.number, other.number) == (1, 2, 3)
    assert sample.items(store.registry, again, by=ANALYST, log=store.log).equals(items)
    assert not sample.items(store.registry, other, by=ANALYST, log=store.log).equals(items)
    assert sample.samples(store.registry, "athena") == [other, again, made]


def test_findings_are_appended_to_counted_and_estimated(store: Store) -> None:
    made = take(store)
    before = store.log.count()

    def record(found: dict[int, tuple[str, str]], by: Person = ANALYST) -> None:
        sample.record(store.registry, made, found, by=by, log=store.log)

    record({1: ("agrees", ""), 2: ("differs", "call says\nA1"), 3: ("untold", "no recording")})
    assert store.log.count() == before + 1
    assert sample.result(made, sample.findings(store.registry, made)) is None
    record({2: ("agrees", "listened again")}, Person("second", "Second", Role.administrator))
    held = {row["item"]: row for row in sample.findings(store.registry, made).to_dicts()}
    assert {item: (row["finding"], row["version"], row["who"]) for item, row in held.items()} == {
        1: ("agrees", 1, "analyst"),
        2: ("agrees", 2, "second"),
        3: ("untold", 1, "analyst"),
    }
    record({item: ("differs" if item % 4 == 0 else "agrees", "") for item in range(1, made.items + 1)})
    strata = sample.by_stratum(made, sample.findings(store.registry, made))
    assert strata["open"].sum() == 0
    assert strata["agrees"].sum() == made.items - made.items // 4
    found = sample.result(made, sample.findings(store.registry, made))
    assert found
    by_hand, item = 0.0, 0
    for stratum in made.strata:
        numbers = range(item + 1, item + stratum.drawn + 1)
        item += stratum.drawn
        by_hand += stratum.population / made.population * sum(n % 4 != 0 for n in numbers) / stratum.drawn
    assert found.share == pytest.approx(by_hand)
    assert found.low < found.share < found.high


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({0: ("agrees", "")}, "from 1 to"),
        ({10**6: ("agrees", "")}, "from 1 to"),
        ({1: ("perhaps", "")}, "one of: Agrees"),
        ({1: ("agrees", "x" * 501)}, "at most 500"),
    ],
)
def test_a_finding_that_cannot_be(store: Store, found: dict[int, tuple[str, str]], message: str, url: str) -> None:
    made = take(store)
    with pytest.raises(StoreError, match=message):
        sample.record(store.registry, made, found, by=ANALYST, log=store.log)
    assert sample.findings(store.registry, made).is_empty()


@pytest.mark.parametrize(
    ("wanted", "design", "message"),
    [
        (replace(VICTIMS, characteristics=("gender_reassignment",)), DESIGN, "no answer is shown"),
        (replace(VICTIMS, characteristics=("ethnicity", "sex")), DESIGN, "audits one"),
        (VICTIMS, replace(DESIGN, by="shoe_size"), "does not hold"),
        (VICTIMS, replace(DESIGN, precision=0.0), "between 0 and 100%"),
        (VICTIMS, replace(DESIGN, precision=0.05), "more than a sample"),
        (replace(VICTIMS, selection=Selection(where={"team": ("Nobody",)})), DESIGN, "nothing to draw from"),
    ],
)
def test_a_sample_that_cannot_be(
    sample_store: Path, wanted: Wanted, design: Design, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "LARGEST", 100)
    registry = Registry(sample_store)
    snapshot = registry.latest("athena")
    assert snapshot
    with pytest.raises(StoreError, match=message):
        sample.take(registry, snapshot, wanted, design, by=ANALYST, log=audit_log(registry))
    assert not list((sample_store / "snapshots").glob(f"*/{OF_RECORDS}*"))


def test_records_are_for_those_who_may_see_them_and_are_logged(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeniedError):
        sample.take(store.registry, store.newest, VICTIMS, DESIGN, by=LEAD, log=store.log)
    made = take(store)
    for refused in (
        lambda: sample.items(store.registry, made, by=LEAD, log=store.log),
        lambda: sample.record(store.registry, made, {1: ("agrees", "")}, by=LEAD, log=store.log),
        lambda: sample.plan(store.registry, store.newest, VICTIMS, DESIGN, LEAD),
    ):
        with pytest.raises(DeniedError):
            refused()
    sample.items(store.registry, made, by=ANALYST, log=store.log)
    seen, drawn = store.log.entries(limit=2)
    assert (drawn.act, drawn.about["items"], seen.act, seen.about["rows"]) == (
        "assignment",
        made.items,
        "records",
        made.items,
    )
    log = store.log
    monkeypatch.setattr(log, "anchor", store.folder / "nowhere" / "audit.anchor")
    with pytest.raises(AuditError):
        sample.items(store.registry, made, by=ANALYST, log=log)
