"""Kept records: made once, private, gone with a purge; lists in every order; what may stand beside a reference."""

from __future__ import annotations

import io
import shutil
import stat
from contextlib import nullcontext
from datetime import date
from itertools import combinations
from pathlib import Path
from zipfile import ZipFile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from equality.errors import StoreError
from equality.measures.counts import slice_counts
from equality.measures.dimensions import Selection
from equality.spreadsheet import csv_bytes, xlsx_bytes
from equality.store import kept as kept_files
from equality.store.purge import purge
from equality.store.registry import Registry
from equality.store.snapshot import Snapshot
from equality.worklist import records, shown
from equality.worklist.cells import closed_months, matching, records_with_states
from equality.worklist.download import MARKING, SYNTHETIC, cover, file_rows, listed
from equality.worklist.wanted import KINDS, NOT_KNOWN, RECOVERABLE, Wanted

EVERYBODY = Wanted("athena", Selection(), ("ethnicity",), NOT_KNOWN)


@pytest.fixture
def own(sample_store: Path, tmp_path: Path) -> Registry:
    """A store of the test's own."""
    ignored = shutil.ignore_patterns("synthetic", "kept")
    return Registry(shutil.copytree(sample_store, tmp_path / "store", ignore=ignored))


@pytest.fixture(scope="module")
def athena(sample_store: Path) -> tuple[Registry, Snapshot, pl.LazyFrame]:
    registry = Registry(sample_store)
    snapshot = registry.latest("athena")
    assert snapshot
    return registry, snapshot, records.kept_records(registry, snapshot)


def latest(registry: Registry, source: str = "athena") -> Snapshot:
    found = registry.latest(source)
    assert found
    return found


def files(registry: Registry) -> list[Path]:
    return sorted((registry.store / "kept").rglob("*.parquet"))


@pytest.mark.parametrize("source", ["athena", "stop_and_search"])
def test_what_is_kept_counts_what_the_counts_say(sample_store: Path, source: str) -> None:
    registry = Registry(sample_store)
    snapshot = latest(registry, source)
    frame = records.kept_records(registry, snapshot)
    counts = slice_counts(registry.counts(snapshot), characteristics=snapshot.characteristics)
    for row in counts.iter_rows(named=True):
        for state in KINDS:
            wanted = Wanted(source, Selection(), (row["characteristic"],), (state,))
            assert len(records.rows_of(frame, wanted, None, "newest")) == (row[state] or 0)


def test_records_are_kept_once_for_their_owner_alone(own: Registry) -> None:
    snapshot = latest(own)
    records.kept_records(own, snapshot)
    (path,) = files(own)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir()] == [path.name]  # nothing is left of making it
    made = path.stat().st_ino
    records.kept_records(own, snapshot)
    assert path.stat().st_ino == made


def test_few_files_are_kept(own: Registry) -> None:
    for snapshot in own.snapshots("athena")[: kept_files.KEPT + 2]:
        records.kept_records(own, snapshot)
    assert len(files(own)) == kept_files.KEPT
    assert files(own)[-1].name.startswith(snapshot.id)


def test_a_purge_takes_what_was_kept_and_its_months_are_not_listed(own: Registry) -> None:
    snapshot = latest(own)
    before = records.kept_records(own, snapshot).select(pl.len()).collect().item()
    purge(own, date(2026, 6, 1), "athena", acting=lambda _: nullcontext())
    assert files(own) == []
    snapshot = latest(own)
    closed = closed_months(own, snapshot)
    assert closed
    frame = records.kept_records(own, snapshot)
    assert frame.select(pl.len()).collect().item() < before
    assert not set(frame.select("month").collect()["month"].cast(pl.String)) & set(closed)
    counts = slice_counts(own.counts(snapshot), by=["month"], characteristics=["ethnicity"])
    for row in counts.iter_rows(named=True):
        wanted = Wanted("athena", Selection((row["month"], row["month"])), ("ethnicity",), NOT_KNOWN)
        said = sum(row[state] for state in NOT_KNOWN)
        assert len(records.rows_of(frame, wanted, None, "newest")) == (0 if row["month"] in closed else said)


def test_a_purged_extract_has_no_records(own: Registry) -> None:
    records.kept_records(own, latest(own))
    purge(own, date(2027, 1, 1), "athena", acting=lambda _: nullcontext())
    with pytest.raises(StoreError, match="were purged"):
        records.kept_records(own, latest(own))
    assert files(own) == []


def test_a_purge_meanwhile_leaves_nothing_behind(own: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    made = kept_files._make

    def purged_meanwhile(*arguments) -> None:
        made(*arguments)
        purge(own, date(2027, 1, 1), "athena", acting=lambda _: nullcontext())

    monkeypatch.setattr(kept_files, "_make", purged_meanwhile)
    with pytest.raises(StoreError, match="changed just now"):
        records.kept_records(own, latest(own))
    assert files(own) == []


def test_a_store_that_cannot_be_written_says_so(own: Registry) -> None:
    (own.store / "kept").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        records.kept_records(own, latest(own))


@pytest.mark.parametrize("order", records.ORDERS)
def test_pages_together_are_the_list_in_its_order(athena: tuple, order: str) -> None:
    _, _, frame = athena
    rows = records.rows_of(frame, EVERYBODY, None, order)
    whole = matching(frame, EVERYBODY, None).collect()
    assert sorted(rows) == sorted(whole["row"])
    pages = [records.picked(frame, rows.slice(start, 1000)) for start in range(0, len(rows), 1000)]
    got = pl.concat(pages)
    assert got["row"].to_list() == rows.to_list()
    columns = {"newest": "recorded_on", "oldest": "recorded_on", "most": "not_known", "reference": "crime_ref"}
    column = columns.get(order, order)
    by_hand = [str(value) if isinstance(value, str) else value for value in got[column].to_list()]
    backwards = order in ("newest", "most")
    # Python's own sort of the same values, the dateless at the end.
    known = [value for value in by_hand if value is not None]
    assert known == sorted(known, reverse=backwards)


def test_how_many_are_not_known_is_counted_by_hand(athena: tuple) -> None:
    _, snapshot, frame = athena
    for row in frame.head(2000).collect().iter_rows(named=True):
        assert row["not_known"] == sum(row[f"{c}_state"] in NOT_KNOWN for c in snapshot.characteristics)


def test_recoverable_lists_the_newest_other_record_that_knows_the_person(athena: tuple) -> None:
    registry, snapshot, frame = athena
    wanted = Wanted("athena", Selection(), ("ethnicity",), (RECOVERABLE,))
    rows = records.picked(frame, records.rows_of(frame, wanted, None, "newest"))
    said = slice_counts(registry.counts(snapshot), characteristics=["ethnicity"])["recoverable_cells"][0]
    assert rows.height == said > 0
    table = listed(rows, frame, wanted, snapshot)
    everyone: dict[str, list[tuple[date, str, str]]] = {}
    for row in frame.collect().iter_rows(named=True):
        if row["ethnicity_state"] == "valid" and row["person_ref"]:
            known = (row["recorded_on"], row["crime_ref"], row["ethnicity_raw"])
            everyone.setdefault(row["person_ref"], []).append(known)
    for row in table.iter_rows(named=True):
        known = everyone[row["person_ref"]]
        newest = [entry for entry in known if entry[0] == max(k[0] for k in known)]
        assert row["known_at"] in {f"Ethnicity: {raw} on {ref} ({on:%d/%m/%Y})" for on, ref, raw in newest}
        assert "Ethnicity: blank" in row["not_known"] or "Ethnicity: unknown" in row["not_known"]


def test_values_of_gender_reassignment_and_sexual_orientation_are_not_even_kept(athena: tuple) -> None:
    _, snapshot, frame = athena
    columns = frame.collect_schema().names()
    for name in ("gender_reassignment", "sexual_orientation"):
        assert name in snapshot.characteristics
        assert f"{name}_raw" not in columns
        assert name not in columns


@hypothesis_settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["ethnicity", "gender_reassignment", "religion"]), min_size=1, unique=True),
    st.lists(st.sampled_from(KINDS), min_size=1, unique=True),
)
def test_of_gender_reassignment_no_list_says_more_than_that_it_is_open(names: list[str], states: list[str]) -> None:
    found = shown.permitted(Wanted("athena", Selection(), tuple(names), tuple(states)))
    if found is None:
        assert names == ["gender_reassignment"]
        assert not set(states) & set(shown.OPEN)
    elif "gender_reassignment" in found.characteristics:
        assert set(found.states) <= {"blank", "invalid", "unknown", "not_stated", "not_obtained"}
    else:
        assert found.characteristics == tuple(n for n in names if n != "gender_reassignment")
        assert found.states == tuple(states)


def test_a_refusal_to_say_ones_gender_looks_like_an_answer(athena: tuple) -> None:
    _, snapshot, frame = athena
    answered = frame.filter(pl.col("gender_reassignment_state").is_in(["valid", "declined"])).collect()
    assert set(answered["gender_reassignment_state"]) == {"valid", "declined"}
    for row in listed(answered, frame, EVERYBODY, snapshot)["not_known"]:
        assert not [mark for mark in row if mark.startswith("Gender")]
    opened = frame.filter(pl.col("gender_reassignment_state").is_in(shown.OPEN)).head(500).collect()
    for row in listed(opened, frame, EVERYBODY, snapshot)["not_known"]:
        assert [mark for mark in row if mark.startswith("Gender")] == ["Gender identity: open"]


def test_values_are_shown_only_of_what_is_not_known_or_asked_for(athena: tuple) -> None:
    _, snapshot, frame = athena
    page = frame.head(3000).collect()
    for wanted in (EVERYBODY, Wanted("athena", Selection(), ("religion",), ("valid",))):
        table = listed(page, frame, wanted, snapshot)
        for row, raw in zip(page.iter_rows(named=True), table["raw"], strict=True):
            assert "Sexual orientation" not in raw
            assert "Gender" not in raw
            for name in ("ethnicity", "religion"):
                state, value = row[f"{name}_state"], (row[f"{name}_raw"] or "").strip()
                asked_for = name in wanted.characteristics and state in wanted.states
                expected = bool(value) and (state in NOT_KNOWN or asked_for)
                assert (f"{name.capitalize()}: " in raw) == expected


def test_the_age_of_a_record_is_counted_to_the_extract(athena: tuple) -> None:
    _, snapshot, frame = athena
    for row in listed(frame.head(100).collect(), frame, EVERYBODY, snapshot).iter_rows(named=True):
        assert row["days"] == (snapshot.extract_date - row["recorded_on"]).days >= 0


def test_a_file_is_marked_and_numbered_in_every_row_and_holds_no_formula(athena: tuple) -> None:
    _, snapshot, frame = athena
    evil = '=HYPERLINK("http://127.0.0.1")'
    rows = (
        frame.head(20)
        .collect()
        .with_columns(
            crime_ref=pl.lit(evil),
            team=pl.lit("@SUM(A1)"),
            ethnicity_raw=pl.lit("+44"),
            ethnicity_state=pl.lit("invalid", dtype=frame.collect_schema()["ethnicity_state"]),
        )
    )
    table = file_rows(rows, frame, EVERYBODY, snapshot, 57)
    assert set(table["marking"]) == {MARKING}
    assert set(table["download_number"]) == {57}
    assert set(table["data_status"]) == {SYNTHETIC}
    read = pl.read_csv(io.BytesIO(csv_bytes(table)), infer_schema=False)
    assert set(read["crime_reference"]) == {f"'{evil}"}
    assert set(read["ethnicity_as_recorded"]) == {"'+44"}
    content = xlsx_bytes(table, "Records", cover(EVERYBODY, snapshot, 20, 57, "=me"), MARKING)
    about = dict(pl.read_excel(content, sheet_name="About", has_header=False, drop_empty_rows=True).rows()[1:])
    assert about["Download number"].startswith("57 ")
    assert about["Made by"] == "'=me"
    written = pl.read_excel(content, sheet_name="Records")
    assert set(written["crime_reference"]) == {f"'{evil}"}
    assert set(written["team"]) == {"'@SUM(A1)"}
    with ZipFile(io.BytesIO(content)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 2
    assert all("<f>" not in sheet and MARKING in sheet for sheet in sheets)


def test_every_two_characteristics_list_a_record_once(athena: tuple) -> None:
    _, snapshot, frame = athena
    for pair in list(combinations(snapshot.characteristics, 2))[:6]:
        rows = records.rows_of(frame, Wanted("athena", Selection(), pair, ("blank",)), None, "newest")
        assert rows.n_unique() == len(rows)


def test_records_loaded_later_are_not_known_earlier(own: Registry) -> None:
    first, second = own.snapshots("athena")[:2]
    early = records_with_states(own, first).select(pl.len()).collect().item()
    assert early < records_with_states(own, second).select(pl.len()).collect().item()
