"""The Exports page in streamlit.testing: its states, its links, and that what an export holds stays text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import loading, shell
from equality.errors import ExportError
from equality.exports.load import load
from equality.exports.profile import available, load_profile, parse_profile
from equality.settings import ROOT, settings
from equality.store.purge import purge
from equality.store.registry import Registry
from equality.uploads import Uploads
from tests.conftest import REAL_MONTHS

QUESTION = "Is the data in, and can I trust it?"
MONTH = REAL_MONTHS[3]
HOSTILE = "<script>alert(1)</script> **x** :red[y]"


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose one snapshot has rejected rows, a note and an odd label."""
    folder = tmp_path_factory.mktemp("damaged")
    lines = REAL_MONTHS[0].read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace("2019-01", "soon")
    lines[2] += ",one,too many"
    lines[3] = lines[3].replace("Male", HOSTILE)
    path = folder / REAL_MONTHS[0].name
    path.write_text("\n".join(lines), encoding="utf-16")
    load([path], load_profile("data.police.uk"), folder / "store")
    return folder / "store"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the store of the page is; there is none yet."""
    monkeypatch.setenv("EQUALITY_STORE", str(tmp_path / "store"))
    settings.cache_clear()
    st.cache_resource.clear()
    yield tmp_path / "store"
    settings.cache_clear()
    st.cache_resource.clear()


def opened(**params: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in params.items():
        test.query_params[name] = value
    test.run()
    test.switch_page("pages/exports.py").run()
    assert not test.exception
    assert test.title[0].value == QUESTION
    return test


def words(test: AppTest) -> str:
    parts = [*test.header, *test.subheader, *test.markdown, *test.caption, *test.info, *test.error, *test.success]
    return " ".join(part.value for part in parts).replace("\\", "")


def frame(test: AppTest, column: str) -> pl.DataFrame:
    """The table with this column."""
    for table in test.dataframe:
        found = pl.from_arrow(pa.ipc.open_stream(table.proto.arrow_data.data).read_all())
        if isinstance(found, pl.DataFrame) and column in found.columns:
            return found
    raise AssertionError(f"no table has {column}")


def button(test: AppTest, label: str):
    return next(button for button in test.button if button.label == label)


def test_an_empty_store_offers_to_load_and_stays_empty(store: Path) -> None:
    test = opened()
    assert "Nothing is in yet" in test.header[0].value
    assert len(test.file_uploader) == 1
    assert not test.multiselect
    assert not store.exists()


def test_the_store_in_lines_and_the_finding_above(
    sample_store: Path, monkeypatch: pytest.MonkeyPatch, store: Path
) -> None:
    monkeypatch.setenv("EQUALITY_STORE", str(sample_store))
    settings.cache_clear()
    test = opened()
    registry = Registry(sample_store)
    rows = sum(s.rows_in for s in registry.snapshots())
    assert f"2 sources in 26 snapshots, and every row is accounted for: 0 of {rows:,} rows" in words(test)
    lines = frame(test, "rows_in")
    assert lines.height == 26
    assert (lines["rows_in"] == lines["accepted"] + lines["rejected"]).all()
    assert dict(lines["data"].value_counts().iter_rows()) == {"Synthetic": 25, "Real": 1}
    assert lines.filter(pl.col("verdict") != "not judged").height == 2
    assert frame(test, "outcome")["outcome"].to_list() == ["Loaded", "Loaded"]
    newest = registry.latest("athena")
    assert newest
    page = opened(snapshot=newest.id)
    assert "Synthetic data" in words(page)
    assert frame(page, "blank")["data"].unique().to_list() == ["Synthetic"]


def test_a_snapshot_shows_all_that_is_known_of_it(damaged: Path, store: Path) -> None:
    shutil.copytree(damaged, store)
    (snapshot,) = Registry(store).snapshots()
    test = opened(snapshot=snapshot.id)
    assert snapshot.rejected == 2
    assert f"{snapshot.rows_in:,} in = {snapshot.accepted:,} accepted + 2 rejected." in words(test)
    assert frame(test, "sha256").rows() == [
        (snapshot.files[0].name, date(2019, 1, 31), snapshot.equation, "the file was converted to UTF-8 from UTF-16",
         snapshot.files[0].sha256)
    ]  # fmt: skip
    assert frame(test, "reason")["rows"].to_list() == [1, 1]
    assert ("Sex", HOSTILE, 1) in frame(test, "label").rows()
    assert dict(frame(test, "heading").rows())["Policing operation"] == "ignored"
    assert frame(test, "suite").columns[-1] == "not_met"
    assert len(test.get("download_button")) == 2
    assert "ynthetic" not in words(test)
    assert HOSTILE not in words(test)


def test_a_purged_snapshot_keeps_its_accounting_and_offers_no_rows(damaged: Path, store: Path) -> None:
    shutil.copytree(damaged, store)
    purge(Registry(store), date(2030, 1, 1), acting=lambda found: nullcontext())
    (snapshot,) = Registry(store).snapshots()
    test = opened(snapshot=snapshot.id)
    assert "purged on" in words(test)
    assert "2 rejected" in words(test)
    assert not test.get("download_button")


def test_who_may_not_see_records_gets_no_rows_and_who_may_not_load_no_form(
    damaged: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(damaged, store)
    monkeypatch.setattr(shell, "may_see_records", lambda: False)
    monkeypatch.setattr(shell, "may_load", lambda: False)
    assert not opened(snapshot=Registry(store).snapshots()[0].id).get("download_button")
    test = opened()
    assert not test.file_uploader
    assert frame(test, "rows_in").height == 1


@pytest.mark.parametrize("name", ["nothing", HOSTILE, "../../etc/passwd", "x" * 5000])
def test_a_snapshot_that_is_not_there_is_said_kindly(store: Path, name: str) -> None:
    test = opened(snapshot=name)
    assert "This store has no snapshot" in test.warning[0].value
    assert len(test.warning[0].value) < 300
    assert "<script>" not in test.warning[0].value
    assert "Nothing is in yet" in test.header[0].value


def test_the_history_tells_every_outcome_and_names_no_private_folder(damaged: Path, store: Path) -> None:
    shutil.copytree(damaged, store)
    registry = Registry(store)
    path = Uploads(store).batch().folder / "1" / "odd.csv"
    registry.note_refusal("athena", [HOSTILE], ExportError(f"{path}: is no table."))
    # A load whose process died: nobody holds the store.
    with registry.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO loads VALUES ('99990101', 'lapd', '2026-01-01 00:00:00', NULL, 'running', '[]', '[]', '')"
        )
    history = frame(opened(), "outcome")
    assert set(history["outcome"]) == {"Interrupted", "Refused", "Loaded"}
    refused = history.row(by_predicate=pl.col("outcome") == "Refused", named=True)
    assert (refused["message"], refused["files"]) == ("odd.csv: is no table.", HOSTILE)


def test_a_load_that_runs_elsewhere_is_said(damaged: Path, store: Path) -> None:
    shutil.copytree(damaged, store)
    with Registry(store).writing("lapd", ["x.csv"], lambda: None, lambda: False):
        test = opened()
        assert "A load of lapd that was started elsewhere" in words(test)
    assert frame(opened(), "outcome")["outcome"].to_list()[0] == "Interrupted"


def test_going_on_without_a_file_says_what_to_do(store: Path) -> None:
    test = opened()
    button(test, "Go on to the mapping").click().run()
    assert "Choose at least one file" in test.error[0].value


def upload(test: AppTest, name: str, content: bytes) -> AppTest:
    test.file_uploader[0].upload(name, content, "text/csv")
    button(test, "Go on to the mapping").click().run()
    assert not test.exception
    return test


def uploaded(store: Path) -> list[Path]:
    return [path for path in (store / ".uploads").rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_a_known_export_is_recognised_and_its_columns_named(store: Path) -> None:
    test = upload(opened(), MONTH.name, MONTH.read_bytes())
    assert "profile data.police.uk" in words(test)
    assert test.selectbox[0].value == "data.police.uk"
    becomes = dict(frame(test, "becomes").select("column", "becomes").rows())
    assert becomes["Self-defined ethnicity"] == "Ethnicity (self-defined)"
    assert becomes["Policing operation"] == "ignored"
    assert button(test, "Load 1 file")
    assert [path.read_bytes() for path in uploaded(store)] == [MONTH.read_bytes()]
    test.selectbox[0].select("athena").run()
    assert "the headings do not fit the profile athena" in words(test)
    assert str(store) not in words(test)
    assert "Load 1 file" not in {b.label for b in test.button}
    button(test, "Choose other files").click().run()
    assert uploaded(store) == []
    again = upload(test, REAL_MONTHS[4].name, REAL_MONTHS[4].read_bytes())
    assert button(again, "Load 1 file")
    assert [path.name for path in uploaded(store)] == [REAL_MONTHS[4].name]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("2020-01-picture-stop-and-search.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "2020-01-picture"),
        ("2020-01-empty-stop-and-search.csv", b"", "the file is empty"),
        (f"2020-01-{HOSTILE[:8]}.csv", b"\x00\x00", "2020-01-<script>.csv"),
    ],
    ids=["a picture", "empty", "markup in its name"],
)
def test_what_is_no_table_is_refused_with_a_word(store: Path, name: str, content: bytes, message: str) -> None:
    test = upload(opened(), name, content)
    assert message in test.error[0].value.replace("\\", "")
    assert str(store) not in words(test)
    assert not test.selectbox


def test_an_unknown_export_can_be_drafted_where_the_editor_is_mounted(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = REAL_MONTHS[0].read_text(encoding="utf-8").replace("Self-defined ethnicity", "Herkunft", 1)
    test = upload(opened(), MONTH.name, text.encode())
    assert "No known profile fits" in words(test)
    assert test.selectbox[0].value is None
    test.selectbox[0].select("").run()
    assert "6 of 15 columns recognised" in words(test)
    known = load_profile("data.police.uk")
    held = known.characteristics["ethnicity"].model_copy(update={"headings": ("Herkunft",)})
    drafted = known.model_copy(update={"name": "mine", "characteristics": known.characteristics | {"ethnicity": held}})
    monkeypatch.setattr(loading, "_draft", lambda current: drafted)
    test.run()
    assert dict(frame(test, "becomes").select("column", "becomes").rows())["Herkunft"] == "Ethnicity (self-defined)"
    assert button(test, "Load 1 file")
    (written,) = [path for path in uploaded(store) if path.suffix == ".yaml"]
    assert load_profile(str(written)) == drafted


@pytest.mark.parametrize("name", available())
def test_a_profile_survives_being_written(store: Path, name: str) -> None:
    profile = load_profile(name)
    current = loading.Flow()
    path = loading._written(current, profile)
    assert parse_profile(path.read_text(encoding="utf-8"), name) == profile


def test_the_inbox_lists_its_files_and_is_left_as_it_is(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copy(MONTH, inbox)
    (inbox / ".hidden").write_text("x")
    monkeypatch.setenv("EQUALITY_INBOX", str(inbox))
    settings.cache_clear()
    test = opened()
    assert test.multiselect[0].options == [MONTH.name]
    test.multiselect[0].select(MONTH.name)
    button(test, "Go on to the mapping").click().run()
    assert "profile data.police.uk" in words(test)
    assert uploaded(store) == []
    button(test, "Choose other files").click().run()
    assert (inbox / MONTH.name).exists()
    monkeypatch.setenv("EQUALITY_INBOX", str(tmp_path / "absent"))
    settings.cache_clear()
    assert "cannot be read" in opened().warning[0].value.replace("\\", "")


def test_the_filters_of_other_pages_pass_through(
    sample_store: Path, monkeypatch: pytest.MonkeyPatch, store: Path
) -> None:
    monkeypatch.setenv("EQUALITY_STORE", str(sample_store))
    settings.cache_clear()
    test = opened(source="athena", area="Worcester", snapshot="nothing")
    links = {link.proto.label: link.proto.query_string for link in test.get("page_link")}
    assert "area=Worcester" in links["Gaps"]
    assert "snapshot" not in links["Gaps"]


def test_tables_that_are_joined_are_checked_together_and_named_if_they_are_missing(store: Path, tmp_path: Path) -> None:
    parts = {
        "o.csv": "CRIME_REF,CREATED_DATE,REPORT_DATE,FIRST_COMMITTED,LPA,REPORT_METHOD,REC_HOOC_CODE,STATUS\n"
        "22DA/1A/14,13/02/2014,13/02/2014,12/02/2014,Worcester,101,8N,FILED\n",
        "n.csv": "NOMINAL_REF,SEX,DATE_OF_BIRTH,ETHNICITY_16,ETHNICITY_6,MARITAL_STATUS\n"
        "N1,F,13/02/1984,W1,IC1,Married\n",
        "r.csv": "CRIME_REF,NOMINAL_REF,ROLE\n22DA/1A/14,N1,VICT\n22DA/1A/14,,VICU\n",
    }
    test = opened()
    for name, text in list(parts.items())[:1]:
        test = upload(test, name, text.encode())
    test.selectbox[0].select("legacy").run()
    assert "Missing: nominals" in words(test)
    assert "roles (a file with the headings ROLE, CRIME_REF, NOMINAL_REF)" in words(test)
    assert not [b for b in test.button if b.label.startswith("Load")]
    button(test, "Choose other files").click().run()
    for name, text in parts.items():
        test.file_uploader[0].upload(name, text.encode(), "text/csv")
    button(test, "Go on to the mapping").click().run()
    test.selectbox[0].select("legacy").run()
    assert not test.exception
    assert "2 rows" in words(test)
    assert "nominals: 1 row, 0 that no record names, 0 rejected" in words(test)
    becomes = dict(frame(test, "becomes").select("column", "becomes").rows())
    assert becomes["ETHNICITY_16"] == "Ethnicity (self-defined)"
    assert becomes["NOMINAL_REF"] == "Person reference"
    assert button(test, "Load 3 files")
