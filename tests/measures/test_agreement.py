"""Checkpoint, counts and filtered records agree, with each other and with independent computations.

The independent ones are Great Expectations' own PandasExecutionEngine over the same suites, and loops in plain
Python over the exports' bytes, with a point-in-polygon test of their own.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import great_expectations as gx
import polars as pl
import pytest

from equality.exports.profile import load_profile
from equality.measures import measure
from equality.measures.counts import slice_counts
from equality.measures.states import STATES, meta
from equality.measures.suites import STATE_SUITES, parameters, state_conditions, suite
from equality.settings import ROOT
from equality.store.registry import Registry
from tests.conftest import REAL_MONTHS

SOURCES = ("stop_and_search", "athena")


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> str:
    return request.param


def counted(registry: Registry, source: str) -> dict[str, dict[str, int]]:
    snapshot = registry.latest(source)
    assert snapshot
    frame = slice_counts(registry.counts(snapshot), characteristics=snapshot.characteristics)
    return {row["characteristic"]: row for row in frame.iter_rows(named=True)}


def failures(results: list[dict]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for result in results:
        if result["state"]:
            found[result["characteristic"], result["state"]] += result["unexpected_count"]
    return found


def test_checkpoint_and_counts_agree(registry: Registry, source: str) -> None:
    verdict = registry.validation(registry.latest(source))
    results = [r for s in verdict["suites"] if s["name"] in STATE_SUITES for r in s["results"]]
    assert not [r for r in results if r["error"]]
    failed = failures(results)
    for name, states in counted(registry, source).items():
        for state in STATES[1:-1]:
            assert failed[name, state] == states[state], (name, state)
    applicable = {(r["characteristic"], r["element_count"]) for r in results}
    assert applicable == {(name, states["applicable"]) for name, states in counted(registry, source).items()}


def test_the_targets_verdict_is_the_known_rate(registry: Registry, source: str) -> None:
    verdict = registry.validation(registry.latest(source))
    results = next(s["results"] for s in verdict["suites"] if s["name"] == "targets")
    counts = counted(registry, source)
    assert {r["characteristic"] for r in results} == set(counts)
    for result in results:
        states = counts[result["characteristic"]]
        assert result["element_count"] == states["applicable"]
        assert result["unexpected_count"] == states["applicable"] - states["valid"]
        assert result["success"] == (states["valid"] >= result["mostly"] * states["applicable"])


def test_filtered_records_and_counts_agree(registry: Registry, source: str) -> None:
    snapshot = registry.latest(source)
    records = registry.records(source)
    counts = counted(registry, source)
    for name, conditions in state_conditions(snapshot.characteristics).items():
        found: Counter[str] = Counter()
        for condition in conditions:
            found[meta(condition)["state"]] += records.filter(condition.unexpected).select(pl.len()).collect().item()
        assert {state: found[state] for state in STATES[1:-1]} == {s: counts[name][s] for s in STATES[1:-1]}
        outside = records.filter(~conditions[0].domain).select(pl.len()).collect().item()
        assert outside == counts[name]["not_applicable"]


def test_pandas_engine_and_counts_agree(registry: Registry, source: str) -> None:
    snapshot = registry.latest(source)
    profile = load_profile("athena" if source == "athena" else "data.police.uk")
    records = registry.records(source)
    columns = [*snapshot.characteristics, "person_type", "age_band", "sex_group"]
    frame = records.select(columns).collect().to_pandas(use_pyarrow_extension_array=False).astype(object)
    frame = frame.where(frame.notna(), None)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    counts = counted(registry, source)
    failed: Counter[tuple[str, str]] = Counter()
    for name in STATE_SUITES:
        rules = context.suites.add(suite(name, snapshot.characteristics, columns))
        outcome = batch.get_batch(batch_parameters={"dataframe": frame}).validate(
            rules,
            result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
            expectation_parameters=parameters(snapshot.characteristics, profile.crime_reference_pattern),
        )
        for result in outcome.results:
            about = result.expectation_config.meta
            failed[about["characteristic"], about["state"]] += result.result["unexpected_count"]
            assert result.result["element_count"] == counts[about["characteristic"]]["applicable"]
    for name, states in counts.items():
        assert {s: failed[name, s] for s in STATES[1:-1]} == {s: states[s] for s in STATES[1:-1]}


# ---- The real months, by hand ----------------------------------------------------------------------------------


@cache
def rings() -> list[tuple[str, list[list[list[float]]]]]:
    features = json.loads((ROOT / "data/geography/west_mercia_lad.geojson").read_text(encoding="utf-8"))["features"]
    found = []
    for feature in features:
        shape = feature["geometry"]
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        found.append((feature["properties"]["lad_name"], [ring for polygon in parts for ring in polygon]))
    return found


@cache
def district(latitude: str, longitude: str) -> str:
    """Even-odd ray casting, independent of the library that the project uses."""
    if not latitude or not longitude:
        return "No location"
    x, y = float(longitude), float(latitude)
    for name, edges in rings():
        inside = False
        for ring in edges:
            for (x1, y1), (x2, y2) in pairwise(ring):
                if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                    inside = not inside
        if inside:
            return name
    return "Outside the force"


def state_of_label(label: str) -> str:
    if label.strip() == "":
        return "blank"
    return "not_stated" if label.endswith("Not stated") else "valid"


def test_real_months_by_district_and_month_equal_a_loop_over_the_files(registry: Registry) -> None:
    expected: Counter[tuple[str, str, str, str]] = Counter()
    for path in REAL_MONTHS:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                place = district(row["Latitude"], row["Longitude"])
                for name, heading in (
                    ("ethnicity", "Self-defined ethnicity"), ("age", "Age range"), ("sex", "Gender"),
                ):  # fmt: skip
                    nobody = row["Type"] == "Vehicle search"
                    state = "not_applicable" if nobody else state_of_label(row[heading])
                    expected[name, place, row["Date"][:7], state] += 1
    snapshot = registry.latest("stop_and_search")
    frame = slice_counts(registry.counts(snapshot), by=["area", "month"], characteristics=["ethnicity", "age", "sex"])
    got = {
        (row["characteristic"], row["area"], row["month"], state): row[state]
        for row in frame.iter_rows(named=True)
        for state in STATES
        if row[state]
    }
    assert got == dict(expected)
    assert sum(expected.values()) == 3 * 11_744


# ---- The synthetic export, by hand -----------------------------------------------------------------------------


def latest_rows(folder: Path) -> list[dict[str, str]]:
    """Every row of the extracts, a later extract's row in place of an earlier one with the same key."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    roles = {"VICT": "Victim", "SUSP": "Suspect", "WITN": "Witness", "PREP": "Reporting person"}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                role = row["Role"].strip().upper()
                found[row["Crime Ref"], row["Person Ref"], roles.get(role, row["Role"].strip().capitalize())] = row
    return list(found.values())


def born(text: str) -> date | None:
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    return None


def age_state(row: dict[str, str]) -> str:
    text = row["Date of Birth"].strip()
    if text in ("", "NULL", "-", "--", "."):
        return "blank"
    birth = born(text)
    if birth is None:
        return "other"
    if birth in (date(1900, 1, 1), date(1901, 1, 1), date(1899, 12, 30), date(1899, 12, 31)):
        return "unknown"
    on = born(row["Committed From"]) or born(row["Date Reported"]) or born(row["Date Recorded"])
    assert on
    years = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
    return "valid" if 0 <= years <= 115 else "invalid"


def is_person(row: dict[str, str]) -> bool:
    return row["Person Type"].strip().lower() in ("person", "individual", "")


def test_synthetic_ages_equal_a_loop_over_the_files(registry: Registry, sample_store: Path) -> None:
    rows = latest_rows(sample_store / "synthetic")
    expected = Counter(age_state(row) for row in rows if is_person(row))
    records = registry.records("athena").filter(pl.col("person_type") == "person")
    states = measure.with_states(records, ["age"]).select("age_state", "age_raw").collect()
    parsed = [
        "other" if born(raw or "") is None and state not in ("blank",) else state for state, raw in states.iter_rows()
    ]
    # Two-digit years and words are read by the profile, not by this loop: it counts them as "other" on both sides.
    got = Counter(parsed)
    assert got == expected


def test_synthetic_states_equal_a_loop_over_the_records(registry: Registry) -> None:
    """States by a plain loop over codes and code lists, with the applicability written out by hand."""
    snapshot = registry.latest("athena")
    records = registry.records("athena").collect()
    lists = {}
    for name in snapshot.characteristics:
        with (ROOT / "expectations" / "code_lists" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            lists[name] = {row["code"]: row["state"] for row in csv.DictReader(file)}
    expected: Counter[tuple[str, str, str]] = Counter()
    for row in records.iter_rows(named=True):
        for name in snapshot.characteristics:
            state = lists[name].get(row[name], "invalid") if row[name] is not None else "blank"
            expected[name, row["team"], state if applies(name, row) else "not_applicable"] += 1
    frame = slice_counts(registry.counts(snapshot), by=["team"], characteristics=snapshot.characteristics)
    got = {
        (row["characteristic"], row["team"], state): row[state]
        for row in frame.iter_rows(named=True)
        for state in STATES
        if row[state]
    }
    assert got == dict(expected)


def applies(name: str, row: dict) -> bool:
    if row["person_type"] != "person":
        return False
    age = int(row["age"]) if (row["age"] or "").isdigit() and int(row["age"]) <= 115 else None
    if name in ("sexual_orientation", "gender_reassignment", "marriage_civil_partnership"):
        return age is None or age >= 16
    if name == "pregnancy_maternity":
        return row["sex"] != "M" and (age is None or 12 <= age <= 55)
    return True


def test_recoverable_cells_equal_a_loop(registry: Registry) -> None:
    snapshot = registry.latest("athena")
    frame = measure.with_states(registry.records("athena"), snapshot.characteristics).collect()
    for name in snapshot.characteristics:
        known = {p for p, s in frame.select("person_ref", f"{name}_state").iter_rows() if s == "valid" and p}
        expected = sum(
            p in known and s in ("blank", "unknown") for p, s in frame.select("person_ref", f"{name}_state").iter_rows()
        )
        assert counted(registry, "athena")[name]["recoverable_cells"] == expected
    assert sum(row["recoverable_cells"] for row in counted(registry, "athena").values()) > 0
