"""The tables beside the counts by state, against plain loops over the records of the samples."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equality.measures import answers, births, together
from equality.measures.codes import code_list
from equality.measures.evidence import EVIDENCE
from equality.measures.extracted import Extracted
from equality.measures.measure import with_states
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot

SOURCES = ("athena", "stop_and_search")
DIMENSIONS = {
    "patterns": ("month", "role", "lpa", "area"),
    "answers": ("month", "role", "lpa", "area", "team"),
    "both_ethnicities": ("month", "role", "lpa", "area"),
    "old_codes": ("month", "role", "lpa", "area", "team"),
    "birth_days": ("month", "role"),
    "years_of_age": ("month", "role"),
}


@pytest.fixture(scope="module", params=SOURCES)
def sample(request: pytest.FixtureRequest, registry: Registry) -> tuple[Registry, Snapshot, list[dict[str, Any]]]:
    """A source with its records and states as plain Python."""
    snapshot = registry.latest(request.param)
    assert snapshot
    records = with_states(registry.records(request.param), snapshot.characteristics)
    wanted = records.drop("source_file", "source_row", "offence_code", strict=False).collect()
    return registry, snapshot, wanted.to_dicts()


def table(sample: tuple[Registry, Snapshot, Any], name: str) -> pl.DataFrame:
    stored = sample[0].table(sample[1], name)
    assert stored is not None
    return stored.collect()


def held(sample: tuple[Registry, Snapshot, Any], name: str) -> list[str]:
    return [d for d in DIMENSIONS[name] if d in sample[1].dimensions]


def counted(frame: pl.DataFrame, keys: list[str]) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for *key, n in frame.select(*keys, "records").iter_rows():
        found[tuple(key)] += n
    return found


def test_every_table_has_months_and_no_reference(sample: tuple[Registry, Snapshot, Any]) -> None:
    for evidence in EVIDENCE:
        stored = table(sample, evidence.name)
        assert "month" in stored.columns, evidence.name
        assert not {"crime_ref", "person_ref", "source_file", "source_row"} & set(stored.columns)


def test_patterns_are_the_sets_of_cells_that_are_not_known(sample: tuple[Registry, Snapshot, Any]) -> None:
    _, snapshot, records = sample
    keys = held(sample, "patterns")
    expected: Counter[tuple[Any, ...]] = Counter()
    for record in records:
        states = {c: record[f"{c}_state"] for c in snapshot.characteristics}
        asked = sum(together.bits()[c] for c, state in states.items() if state != "not_applicable")
        missing = sum(together.bits()[c] for c, s in states.items() if s not in ("not_applicable", "valid"))
        if asked:
            expected[(*(record[k] for k in keys), missing, asked)] += 1
    assert counted(table(sample, "patterns"), [*keys, "missing", "asked"]) == expected


def test_what_is_known_by_outcome_age_and_sex(sample: tuple[Registry, Snapshot, Any]) -> None:
    _, snapshot, records = sample
    stored = table(sample, "dependence")
    for factor in ("age_band", "sex_group"):
        expected: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for record in records:
            expected[record[factor]][0] += record["ethnicity_state"] != "not_applicable"
            expected[record[factor]][1] += record["ethnicity_state"] == "valid"
        rows = stored.filter(pl.col("factor") == factor).group_by("level")
        sums = rows.agg(pl.col("ethnicity__asked").sum(), pl.col("ethnicity__known").sum())
        assert {level: [a, k] for level, a, k in sums.iter_rows()} == expected
    outcomes = stored.filter(pl.col("factor") == "outcome")
    people = sum(record["ethnicity_state"] != "not_applicable" for record in records)
    assert outcomes["ethnicity__asked"].sum() == people
    if snapshot.source == "athena":
        assert set(outcomes["level"]) == set(together.outcomes().values())


def test_answers_are_the_valid_codes(sample: tuple[Registry, Snapshot, Any]) -> None:
    _, snapshot, records = sample
    keys = held(sample, "answers")
    stored = table(sample, "answers")
    assert not [c for c in stored.columns if c.startswith(answers.NEVER_BROKEN_DOWN)]
    for name in answers.COUNTED:
        if name not in snapshot.characteristics:
            assert answers.answer_column(name, "asked") not in stored.columns
            continue
        expected: Counter[tuple[Any, ...]] = Counter()
        for record in records:
            if record[f"{name}_state"] == "valid":
                expected[(*(record[k] for k in keys), record[name])] += 1
        columns = [answers.answer_column(name, code) for code in answers.valid_codes(name)]
        long = stored.unpivot(columns, index=keys, variable_name="code", value_name="records")
        long = long.with_columns(pl.col("code").str.split("__").list.last()).filter(pl.col("records") > 0)
        assert counted(long, [*keys, "code"]) == expected
        asked = sum(record[f"{name}_state"] != "not_applicable" for record in records)
        assert stored[answers.answer_column(name, "asked")].sum() == asked


def test_both_ethnicities_side_by_side(sample: tuple[Registry, Snapshot, Any]) -> None:
    _, _, records = sample
    keys = held(sample, "both_ethnicities")
    groups = {name: {c.code: c.group for c in code_list(name).values()} for name in ("ethnicity", "ethnicity_observed")}

    def group(record: dict[str, Any], name: str) -> str:
        state = record[f"{name}_state"]
        return groups[name][record[name]] if state == "valid" else str(state)

    expected: Counter[tuple[Any, ...]] = Counter()
    for record in records:
        if record["ethnicity_state"] != "not_applicable":
            place = tuple(record[k] for k in keys)
            expected[(*place, group(record, "ethnicity"), group(record, "ethnicity_observed"))] += 1
    assert counted(table(sample, "both_ethnicities"), [*keys, "self_defined", "observed"]) == expected


def test_old_and_new_code_lists(sample: tuple[Registry, Snapshot, Any]) -> None:
    _, snapshot, records = sample
    expected: Counter[tuple[str, ...]] = Counter()
    for record in records:
        if record["ethnicity_state"] != "valid" or record["ethnicity"] not in ("A4", "O2", "W3"):
            continue
        label = record["ethnicity_raw"].upper()
        if record["ethnicity"] != "A4" or "A4" in label or "ASIAN" in label:
            expected["18+1",] += 1
        elif "O1" in label or "OTHER" in label:
            expected["16+1",] += 1
        else:
            expected["either list",] += 1
    assert counted(table(sample, "old_codes"), ["list"]) == expected
    assert (expected["16+1",] > 0) == (snapshot.source == "athena")


def test_birthdays_and_ages(sample: tuple[Registry, Snapshot, Any]) -> None:
    _, snapshot, records = sample
    days: Counter[tuple[Any, ...]] = Counter()
    years: Counter[tuple[Any, ...]] = Counter()
    for record in records:
        if record["age_state"] != "valid":
            continue
        born: date | None = record.get("born_on")
        if born:
            first = born.year if (born.month, born.day) == (1, 1) else 0
            days[record["month"], record["role"], 100 * born.month + born.day, first] += 1
        if record["age"].isdigit():
            years[record["month"], record["role"], int(record["age"])] += 1
    assert counted(table(sample, "birth_days"), ["month", "role", "month_day", "year"]) == days
    assert counted(table(sample, "years_of_age"), ["month", "role", "age"]) == years
    assert bool(days) == (snapshot.source == "athena")


def test_persons_with_different_answers(sample: tuple[Registry, Snapshot, Any]) -> None:
    _, snapshot, records = sample
    stored = table(sample, "persons")
    people: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        if record["person_ref"]:
            people[record["person_ref"]].append(record)
    for name in births.LASTING:
        if name not in ("born_on", *snapshot.characteristics) or f"{name}__twice" not in stored.columns:
            continue
        state = "age_state" if name == "born_on" else f"{name}_state"
        twice: Counter[str] = Counter()
        different: Counter[str] = Counter()
        for known in people.values():
            values = [r[name] for r in known if r[state] == "valid" and r[name] is not None]
            month = max(r["recorded_on"] for r in known).strftime("%Y-%m")
            twice[month] += len(values) > 1
            different[month] += len(set(values)) > 1
        for month, a, b in stored.select("month", f"{name}__twice", f"{name}__different").iter_rows():
            assert (a, b) == (twice[month], different[month])
        assert stored[f"{name}__twice"].sum() == sum(twice.values())
    assert bool(people) == (snapshot.source == "athena") == bool(stored.height)


OUTCOMES: list[tuple[str | None, str]] = [
    ("18 - Investigation complete, no suspect identified", "No suspect identified"),
    (" 18 ", "No suspect identified"),
    ("1 - Charge/Summons", "Charged or summonsed"),
    ("1a", "Charged or summonsed"),
    ("C3 - Cancelled: transferred to another force", "Cancelled or transferred"),
    ("Under investigation", "No outcome yet"),
    (None, "No outcome yet"),
    ("", "No outcome yet"),
    ("A no further action disposal", "A no further action disposal"),
    ("18th birthday", "18th birthday"),
]


@pytest.mark.parametrize(("label", "group"), OUTCOMES)
def test_outcomes_are_grouped_by_the_code_they_begin_with(label: str | None, group: str) -> None:
    frame = pl.DataFrame({"label": [label]}, schema={"label": pl.String})
    assert frame.select(together.outcome_group(pl.col("label"))).item() == group


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["valid", "blank", "not_applicable"]), min_size=3, max_size=3), max_size=30))
def test_patterns_of_any_records_add_up(rows: list[list[str]]) -> None:
    names = ("ethnicity", "sex", "age")
    frame = pl.LazyFrame(
        [("2026-01", *row) for row in rows],
        schema={"month": pl.String} | {f"{n}_state": pl.String for n in names},
        orient="row",
    )
    found = together.patterns(frame, Extracted(names, ("month",), date(2026, 2, 1))).collect()
    assert found["records"].sum() == sum(any(s != "not_applicable" for s in row) for row in rows)
    for i, name in enumerate(names):
        bit = together.bits()[name]
        lost = found.filter((pl.col("missing") & bit) != 0)["records"].sum()
        assert lost == sum(row[i] == "blank" for row in rows)
    assert found.filter((pl.col("missing") & ~pl.col("asked")) != 0).is_empty()
