"""Areas and teams valid from and to, on both databases: added, corrected, ended, and what a load makes of them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from equality.choices import entries
from equality.choices.entries import EntryError, Valid
from equality.errors import DeniedError, EqualityError, StoreError
from equality.exports import recognise
from equality.exports.geography import area_of_today, areas_of_file
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.exports.validity import add, correct, districts, end, holding, with_entries, withdraw
from equality.measures import measure
from equality.protection.audit import Act, audit_log
from equality.protection.audit_check import check
from equality.protection.people import Person, Role
from equality.store.registry import Registry
from tests.exports.test_formats import profile

ANN = Person("ann@force.example", "Ann", Role.administrator)
MAY = date(2026, 5, 1)
WYCHAVON = Valid("Wychavon", "Vale", MAY, None)


@pytest.fixture
def registry(tmp_path: Path, url: str) -> Registry:
    """A registry without entries."""
    return Registry(tmp_path / "store", url)


def of(registry: Registry, kind: str, label: str) -> list[Valid]:
    return [held.valid for held in holding(registry.database, kind) if held.valid.label == label]


def test_without_entries_the_files_hold(registry: Registry) -> None:
    held = holding(registry.database, "lpa")
    assert sorted((h.valid.label, h.valid.value) for h in held) == sorted((v.label, v.value) for v in areas_of_file())
    assert {h.version for h in held} == {0}
    assert holding(registry.database, "team") == []
    assert not registry.store.exists()


def test_an_area_that_follows_ends_the_one_before(registry: Registry) -> None:
    before = of(registry, "lpa", "Wychavon")
    add(registry, "lpa", WYCHAVON, ANN, "Order of the chief")
    now = of(registry, "lpa", "Wychavon")
    assert now == [before[0], Valid("Wychavon", before[1].value, before[1].start, date(2026, 4, 30)), WYCHAVON]
    assert [(e.action, e.who, e.reason) for e in entries.history(registry.database, "lpa")].count(
        ("added", ANN.id, "Order of the chief")
    ) == 1
    (entry,) = audit_log(registry).entries()
    assert (entry.act, entry.reason) == (Act.settings, "Order of the chief")
    assert [c["action"] for c in entry.about["changes"]] == ["ended", "added"]
    known = with_entries(load_profile("athena"), registry.database)
    assert area_of_today(known.entries["lpa"])["Wychavon"] == "Vale"
    assert area_of_today(areas_of_file())["Wychavon"] == "Herefordshire & Worcestershire"


def test_entries_are_corrected_ended_and_withdrawn_and_nothing_is_lost(registry: Registry) -> None:
    add(registry, "team", Valid("Alpha", "North", None, None), ANN)
    (held,) = holding(registry.database, "team")
    correct(registry, "team", held, Valid(" Alpha  ", "North\nEast", None, None), ANN)
    (held,) = holding(registry.database, "team")
    assert held.valid == Valid("Alpha", "North East", None, None)
    end(registry, "team", held, MAY, ANN)
    (held,) = holding(registry.database, "team")
    assert (held.valid.end, held.version) == (MAY, 3)
    with pytest.raises(EntryError, match="nothing was changed"):
        correct(registry, "team", held, held.valid, ANN)
    withdraw(registry, "team", held, ANN)
    assert holding(registry.database, "team") == []
    add(registry, "team", Valid("Alpha", "North", None, None), ANN)
    assert [e.action for e in reversed(entries.history(registry.database, "team"))] == [
        "added",
        "corrected",
        "ended",
        "withdrawn",
        "added",
    ]
    assert check(audit_log(registry)).sound


@pytest.mark.parametrize(
    ("kind", "valid", "message"),
    [
        ("lpa", Valid("Atlantis", "Vale", MAY, None), "Atlantis: is no district of the force"),
        ("lpa", Valid("Wychavon", "Vale", date(2025, 1, 1), None), "overlap"),
        ("lpa", Valid("Wychavon", "Vale", MAY, date(2026, 6, 1)), "no area after 01 June 2026"),
        ("team", Valid("", "North", None, None), "Say which label it is"),
        ("team", Valid("Alpha", "N" * 81, None, None), "at most 80 characters"),
        ("team", Valid("Alpha", "No\u202erth", None, None), "without control characters"),
        ("team", Valid("Alpha", "North", MAY, date(2026, 4, 30)), "cannot end on 30 April 2026, before it begins"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, kind: str, valid: Valid, message: str
) -> None:
    registry = Registry(tmp_path)
    with pytest.raises(EntryError, match=message):
        add(registry, kind, valid, ANN)
    assert entries.history(registry.database) == []
    assert audit_log(registry).count() == 0


def test_a_district_always_belongs_to_one_area(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    former, today = (h for h in holding(registry.database, "lpa") if h.valid.label == "Wychavon")
    with pytest.raises(EntryError, match=r"no area after 01 May 2026\. Add the area that follows instead"):
        end(registry, "lpa", today, MAY, ANN)
    with pytest.raises(EntryError, match="no area after"):
        withdraw(registry, "lpa", today, ANN)
    with pytest.raises(EntryError, match="no area between 01 January 2026 and 19 January 2026"):
        end(registry, "lpa", former, date(2026, 1, 1), ANN)
    with pytest.raises(DeniedError):
        correct(registry, "lpa", today, Valid("Wychavon", "x", today.valid.start, None), Person("x", "X", Role.analyst))
    correct(registry, "lpa", today, Valid("Wychavon", "Vale", today.valid.start, None), ANN)
    assert of(registry, "lpa", "Wychavon")[1].value == "Vale"
    assert len(holding(registry.database, "lpa")) == 2 * len(districts())


def test_two_who_change_at_once_do_not_overwrite_each_other(registry: Registry) -> None:
    add(registry, "team", Valid("Alpha", "North", None, None), ANN)
    (seen,) = holding(registry.database, "team")
    correct(registry, "team", seen, Valid("Alpha", "South", None, None), ANN)
    with pytest.raises(StoreError, match="somebody else changed this entry"):
        end(registry, "team", seen, MAY, ANN)
    assert of(registry, "team", "Alpha") == [Valid("Alpha", "South", None, None)]


def test_of_many_overlapping_entries_at_the_same_moment_one_wins(registry: Registry) -> None:
    add(registry, "team", Valid("Beta", "B", None, None), ANN)
    start = threading.Barrier(5)

    def one(number: int) -> bool:
        start.wait()
        try:
            add(registry, "team", Valid("Alpha", f"A{number}", MAY + timedelta(days=number), date(2027, 1, 1)), ANN)
        except EqualityError:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        won = list(pool.map(one, range(5)))
    assert sum(won) == 1
    assert len(of(registry, "team", "Alpha")) == 1


def test_the_next_load_takes_them_and_records_that_are_in_stay(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "validate", lambda *_: {"success": True, "suites": []})
    text = (
        "Crime Ref,Date,Sex,Ethnicity,Team,District\n"
        "{0},30/04/2026,F,,Alpha,Wychavon\n"
        "{1},01/05/2026,M,,alpha,Wychavon\n"
    )
    columns = {"crime_ref": ["Crime Ref"], "recorded_on": ["Date"], "team": ["Team"], "district": ["District"]}
    known = profile(columns=columns)
    (tmp_path / "a.csv").write_text(text.format(1, 2), encoding="utf-8")
    (tmp_path / "b.csv").write_text(text.format(3, 4), encoding="utf-8")
    load([tmp_path / "a.csv"], known, registry.store, registry=registry)
    add(registry, "lpa", WYCHAVON, ANN)
    add(registry, "team", Valid("ALPHA", "North", None, date(2026, 4, 30)), ANN)
    add(registry, "team", Valid("Alpha", "South", MAY, None), ANN)
    load([tmp_path / "b.csv"], known, registry.store, registry=registry)
    records = registry.records(known.source).sort("crime_ref").collect()
    assert records.select("team", "lpa", "lpa_then").rows() == [
        ("Alpha", "Herefordshire & Worcestershire", "Herefordshire & Worcestershire"),
        ("alpha", "Herefordshire & Worcestershire", "Herefordshire & Worcestershire"),
        ("North", "Vale", "Herefordshire & Worcestershire"),
        ("South", "Vale", "Vale"),
    ]
    # Nothing but a file says which labels there are.
    assert registry.unmapped(registry.snapshots()[-1]).filter(field="team").is_empty()


def test_entries_correct_those_of_a_profiles_file(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    (folder / "reference").mkdir(parents=True)
    (folder / "reference" / "teams.csv").write_text(
        "label,value,valid_from,valid_to\nAlpha,North,,2020-02-03\nAlpha,South,2020-02-04,\n", encoding="utf-8"
    )
    monkeypatch.setattr(recognise, "DATA", folder)
    known = profile(columns={"recorded_on": ["Date"], "team": ["Note"]}, lookups={"team": "teams.csv"})
    monkeypatch.setattr("equality.exports.validity.profile_files", lambda: {"x": Path("x")})
    monkeypatch.setattr("equality.exports.validity.load_profile", lambda _: known)
    first, second = holding(registry.database, "team")
    correct(registry, "team", second, Valid("Alpha", "West", date(2020, 2, 4), None), ANN)
    with pytest.raises(EntryError, match="overlap"):
        correct(registry, "team", first, Valid("Alpha", "North", None, date(2020, 3, 1)), ANN)
    assert [(v.value, v.start) for v in with_entries(known, registry.database).entries["team"]] == [
        ("North", None),
        ("West", date(2020, 2, 4)),
    ]
