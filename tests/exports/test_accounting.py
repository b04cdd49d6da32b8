"""What a load says of itself: duplicates, drift, cancelling, queueing and the history."""

from __future__ import annotations

import csv
import threading
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from equality.errors import ExportError, LoadCancelledError, WarningsNotAcceptedError
from equality.exports.extract import DUPLICATE
from equality.exports.load import load
from equality.exports.profile import load_profile
from equality.store.lock import alone
from equality.store.registry import Registry
from equality.synthetic import generate

pytestmark = pytest.mark.usefixtures("without_verdict")
ATHENA = load_profile("athena")
Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return generate(tmp_path_factory.mktemp("extracts"), people=2_000, months=24, until=date(2026, 6, 1))[-3:]


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def distinct(path: Path) -> Rows:
    """The rows of an extract with every crime, person and role once, and no row that is none."""
    return list(
        {(r["Crime Ref"], r["Person Ref"], r["Role"].lower()): r for r in rows_of(path) if r["Person Ref"]}.values()
    )


# ---- Duplicates ------------------------------------------------------------------------------------------------


def test_of_duplicates_the_last_stands_and_the_others_are_set_aside(tmp_path: Path, extracts: list[Path]) -> None:
    rows = distinct(extracts[-1])[:50]
    first, second = rows[3], rows[7]
    rows[7] = {**second, "Sex": "Male"}
    again = [{**second, "Sex": "Female"}, {**first}, {**second, "Sex": "Intersex"}]
    path = write(tmp_path / "twice.csv", [*rows, *again])
    (snapshot,) = load([path], ATHENA, tmp_path / "store").snapshots
    assert (snapshot.rows_in, snapshot.accepted, snapshot.rejected, snapshot.duplicates) == (53, 50, 3, 3)
    assert snapshot.files[0].duplicates == 3
    registry = Registry(tmp_path / "store")
    records = registry.records("athena").collect()
    assert records.select("crime_ref", "person_ref", "role").is_unique().all()
    kept = records.filter(crime_ref=second["Crime Ref"], person_ref=second["Person Ref"])
    assert kept["sex_raw"].to_list() == ["Intersex"]
    rejected = pl.read_parquet(snapshot.folder / "rejected.parquet")
    assert sorted(rejected["source_row"]) == [4, 8, 51]
    assert set(rejected["reason"]) == {DUPLICATE}
    assert sorted(rejected.filter(pl.col("source_row") != 4)["sex_raw"]) == ["Female", "Male"]
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line, raw_text in rejected.select("source_row", "line", "raw_text").rows():
        assert (line, raw_text) == (number + 1, lines[number])
    counts = registry.counts(snapshot).collect()
    assert counts.select(pl.sum_horizontal(pl.col("^sex__(valid|blank|unknown|invalid|declined)$", "^sex__not_[aos].*$")
                                           .exclude("sex__not_understood")).sum()).item() == 50  # fmt: skip


def test_people_who_are_not_named_are_not_duplicates(tmp_path: Path, extracts: list[Path]) -> None:
    nobody = [{**row, "Person Ref": ""} for row in distinct(extracts[-1])[:2]]
    path = write(tmp_path / "unnamed.csv", [*nobody, *nobody])
    (snapshot,) = load([path], ATHENA, tmp_path / "store").snapshots
    assert (snapshot.accepted, snapshot.duplicates) == (4, 0)


# ---- Drift -----------------------------------------------------------------------------------------------------


def less_rows(rows: Rows) -> Rows:
    return rows[: len(rows) // 2]


def without_a_column(rows: Rows) -> Rows:
    return [{k: v for k, v in row.items() if k != "DOB Estimated"} for row in rows]


def with_more(rows: Rows) -> Rows:
    return [{**row, "Shoe Size": "9"} for row in rows]


def without_ethnicity(rows: Rows) -> Rows:
    return [{**row, "Self Defined Ethnicity": ""} for row in rows]


def in_welsh(rows: Rows) -> Rows:
    return [{**row, "Sex": "benyw" if row["Sex"] == "Female" else row["Sex"]} for row in rows]


DRIFTS = [
    (less_rows, r"The extract of 01 June 2026 has \d+ rows, \d\d% fewer than the \d+ of the extract of 01 May 2026"),
    (without_a_column, r"lacks the column DOB Estimated, which the extract of 01 May 2026 has"),
    (with_more, r"has the column Shoe Size, which the extract of 01 May 2026 has not"),
    (without_ethnicity, r"leaves ethnicity blank in 100.0% of records"),
    (in_welsh, r"has labels that the profile does not know in \d\d\.\d% of sex"),
]


@pytest.mark.parametrize(("change", "message"), DRIFTS, ids=[change.__name__ for change, _ in DRIFTS])
def test_drift_asks_before_it_is_accepted(tmp_path: Path, extracts: list[Path], change, message: str) -> None:
    store = tmp_path / "store"
    load(extracts[1:2], ATHENA, store)
    path = write(tmp_path / "changed.csv", change(rows_of(extracts[2])))
    with pytest.raises(WarningsNotAcceptedError, match=message) as caught:
        load([path], ATHENA, store)
    assert len(caught.value.warnings) == 1
    registry = Registry(store)
    assert len(registry.snapshots("athena")) == 1
    assert (registry.loads()[0].outcome, registry.loads()[0].files) == ("unaccepted", ("changed.csv",))
    asked: list[tuple[str, ...]] = []
    loaded = load([path], ATHENA, store, accept_warnings=lambda warnings: not asked.append(warnings))
    assert asked == [caught.value.warnings]
    assert loaded.warnings == loaded.snapshots[0].warnings == caught.value.warnings
    assert registry.latest("athena").warnings == caught.value.warnings


def test_what_is_like_before_does_not_ask(tmp_path: Path, extracts: list[Path]) -> None:
    for path in extracts:
        assert load([path], ATHENA, tmp_path / "store").warnings == ()


def test_a_snapshot_says_which_columns_were_read(tmp_path: Path, extracts: list[Path]) -> None:
    path = write(tmp_path / "more.csv", with_more(distinct(extracts[0])[:20]))
    load([path], ATHENA, tmp_path / "store")
    snapshot = Registry(tmp_path / "store").latest("athena")
    assert snapshot.columns_used["Self Defined Ethnicity"] == "ethnicity"
    assert snapshot.columns_used["Extract Date"] == "extract_date"
    assert "Shoe Size" in snapshot.columns_ignored
    assert {*snapshot.columns_used, *snapshot.columns_ignored} == set(rows_of(path)[0])


# ---- Cancelling, queueing, history -----------------------------------------------------------------------------


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in (folder / "snapshots").rglob("*")}


def test_a_cancelled_load_leaves_nothing_wherever_it_is_cancelled(tmp_path: Path, extracts: list[Path]) -> None:
    store = tmp_path / "store"
    load(extracts[:1], ATHENA, store)
    before = everything(store)
    asked = 0
    for allowed in range(100):
        calls = iter(range(allowed + 1))
        try:
            load(extracts[1:], ATHENA, store, cancelled=lambda left=calls: next(left, None) is None)
        except LoadCancelledError:
            asked += 1
            assert everything(store) == before
        else:
            break
    assert asked >= 7  # two files, two steps for each extract, the verdict
    registry = Registry(store)
    assert len(registry.snapshots("athena")) == 3
    assert [entry.outcome for entry in registry.loads()][:3] == ["loaded", "cancelled", "cancelled"]


def test_progress_only_grows_and_ends(tmp_path: Path, extracts: list[Path]) -> None:
    seen: list[tuple[int, int, str]] = []
    load(extracts, ATHENA, tmp_path / "store", lambda *step: seen.append(step))
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert all(done <= steps for done, steps, _ in seen)
    assert seen[-1] == (seen[-1][1], seen[-1][1], "done")


def test_the_history_says_what_was_refused_and_quotes_no_record(tmp_path: Path, extracts: list[Path]) -> None:
    store = tmp_path / "store"
    load(extracts[:1], ATHENA, store)
    registry = Registry(store)
    with pytest.raises(ExportError):
        load(extracts[:1], ATHENA, store)
    broken = write(tmp_path / "broken.csv", [{"Crime Ref": "22/1/26", "Surname": "Quillfeather"}])
    with pytest.raises(ExportError):
        load([broken], ATHENA, store)
    undated = write(
        tmp_path / "undated.csv", [{**row, "Date Recorded": "Quillfeather"} for row in rows_of(extracts[1])]
    )
    with pytest.raises(ExportError, match="217 of 217 rows have no date recorded"):
        load([undated], ATHENA, store)
    history = registry.loads()
    assert [entry.outcome for entry in history] == ["refused", "refused", "refused", "loaded"]
    assert [entry.files for entry in history[:3]] == [("undated.csv",), ("broken.csv",), (extracts[0].name,)]
    assert "was loaded on" in history[2].message
    assert not [entry for entry in history if "Quillfeather" in entry.message]
    assert history[3].snapshots == (registry.latest("athena").id,)
    assert all(entry.ended_at and entry.started_at <= entry.ended_at for entry in history)


def test_loads_queue_and_the_second_sees_what_the_first_did(tmp_path: Path, extracts: list[Path]) -> None:
    store = tmp_path / "store"
    load(extracts[:1], ATHENA, store)
    registry = Registry(store)
    waited = threading.Event()
    outcome: list[object] = []

    def second() -> None:
        def progress(done: int, steps: int, what: str) -> None:
            if what.startswith("waiting"):
                waited.set()

        try:
            outcome.append(load(extracts[1:2], ATHENA, store, progress))
        except ExportError as error:
            outcome.append(error)

    thread = threading.Thread(target=second)
    with alone(store, registry.database, lambda: None, lambda: False):
        thread.start()
        assert waited.wait(30)
        assert len(registry.snapshots("athena")) == 1
        with pytest.raises(LoadCancelledError, match="while waiting"):
            load(extracts[2:], ATHENA, store, cancelled=waited_for_a_moment())
    thread.join(60)
    assert len(outcome) == 1
    assert len(registry.snapshots("athena")) == 2


def waited_for_a_moment():
    """Says yes once the load has come to the lock: after one file and a first attempt."""
    calls = iter(range(1))
    return lambda: next(calls, None) is None


def test_the_same_file_loaded_by_two_at_once_goes_in_once(tmp_path: Path, extracts: list[Path]) -> None:
    outcomes: list[str] = []

    def one() -> None:
        try:
            load(extracts[:1], ATHENA, tmp_path / "store")
            outcomes.append("loaded")
        except ExportError:
            outcomes.append("refused")

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["loaded", "refused", "refused"]
