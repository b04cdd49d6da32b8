"""The mapping page in streamlit.testing: what is shown of a drafted file, what is settled, what is refused."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from equality.exports.decisions import Meaning
from equality.exports.profile import load_profile
from equality.settings import ROOT, settings

LAPD = ROOT / "data" / "samples" / "lapd" / "lapd_crime_2020_sample.csv"
HOSTILE = "<img src=x onerror=alert(1)> **b** :red[x]"
ODD = "\n".join(
    [
        f"Crime Number,Date Recorded,Gender,Religion,Self-defined ethnicity,Nominal,{HOSTILE}",
        *(f"{n},13/02/2026,Wmn,None,White British,Ann Smith {n},x" for n in range(20)),
        f"21,14/02/2026,{HOSTILE},Jedi,IC3,Bob,y",
        f"22,14/02/2026,{HOSTILE},Jedi,W1,Bob,y",
    ]
)


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("EQUALITY_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("EQUALITY_PROFILES", str(tmp_path / "own"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    settings.cache_clear()
    st.cache_resource.clear()
    yield tmp_path / "own"
    settings.cache_clear()
    st.cache_resource.clear()


def opened(name: str = "", content: bytes = b"") -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    test = test.switch_page("pages/mapping.py").run()
    assert test.title[0].value == "What does each column of this export mean?"
    if name:
        test.file_uploader(key="mapping-file").upload(name, content).run()
    assert not test.exception
    return test


def labelled(test: AppTest, words: str) -> str:
    return next(box.key for box in test.selectbox if words in box.label.replace("\\", ""))


def becomes(test: AppTest, heading: str, field: str) -> AppTest:
    test.selectbox(key="mapping-column").select(heading).run()
    test.selectbox(key="mapping-becomes").select(field).run()
    assert not test.exception
    return test


def table(test: AppTest, number: int = 0) -> list[dict[str, str]]:
    return pa.ipc.open_stream(test.dataframe[number].proto.arrow_data.data).read_all().to_pylist()


def test_the_page_works_with_an_empty_store_and_asks_for_a_file() -> None:
    test = opened()
    assert not test.header
    assert not test.selectbox


def test_a_known_profile_is_recognised_and_can_be_used_as_it_is() -> None:
    test = opened(LAPD.name, LAPD.read_bytes())
    assert "of 28 columns recognised; 1 question is open" in test.header[0].value
    assert any("those of the profile **lapd**" in text.value for text in test.markdown)
    test.button(key="mapping-known").click().run()
    assert "used as it is" in test.success[0].value
    # A decision makes another profile of it.
    test.selectbox(key="mapping-column").select("AREA NAME").run()
    test.selectbox(key="mapping-becomes").select("team").run()
    assert not test.success


def test_labels_are_settled_and_the_profile_is_saved_and_found(own: Path) -> None:
    test = opened("Odd Force 2026.csv", ODD.encode())
    assert test.header[0].value == "5 of 7 columns recognised; 4 questions are open"
    becomes(test, "Religion", "religion")
    test.selectbox(key=labelled(test, "“Wmn” in 20 rows")).select("F").run()
    test.selectbox(key=labelled(test, HOSTILE[:20])).select(Meaning.NOTHING).run()
    test.selectbox(key=labelled(test, "“Jedi” in 2 rows")).select("OTH").run()
    test.selectbox(key=labelled(test, "“IC3” in 1 row")).select(Meaning.UNRECOGNISED).run()
    assert next(box.label for box in test.checkbox).startswith("No column says who a person is")
    test.checkbox(key="mapping-question-0").check().run()
    assert not test.exception
    assert test.header[0].value == "5 of 7 columns recognised; nothing is open"
    test.button(key="mapping-save").click().run()
    assert "Saved as odd\\-force\\-2026" in test.success[0].value
    profile = load_profile("odd-force-2026")
    assert profile.characteristics["sex"].values == {"Wmn": "F"}
    assert profile.characteristics["religion"].values == {"Jedi": "OTH"}
    assert profile.blank == (HOSTILE,)
    # Changed again, it is no longer the saved one; and it replaces that only if a person says so.
    test.selectbox(key=labelled(test, "“Jedi” in 2 rows")).select("CHR").run()
    assert not test.success
    test.button(key="mapping-save").click().run()
    assert not test.success
    assert load_profile("odd-force-2026").characteristics["religion"].values == {"Jedi": "OTH"}
    test.checkbox(key="mapping-replace").check().run()
    test.button(key="mapping-save").click().run()
    assert test.success
    assert load_profile("odd-force-2026").characteristics["religion"].values == {"Jedi": "CHR"}
    assert [path.name for path in own.iterdir()] == ["odd-force-2026.yaml"]


def test_month_first_is_one_choice() -> None:
    rows = "Crime Number,Date Recorded,Sex\n" + "".join(f"{n},03/02/2026,F\n" for n in range(9))
    test = opened("odd.csv", rows.encode())
    assert any("day and month cannot be told apart" in box.label for box in test.checkbox)
    test.selectbox(key="mapping-dates").select("%m/%d/%Y").run()
    assert not any("day and month" in box.label for box in test.checkbox)
    assert {row["month"] for row in table(test, 1)} == {"Mar 2026"}


def test_an_officers_code_cannot_become_an_own_answer() -> None:
    test = opened("odd.csv", ODD.encode())
    options = test.selectbox(key=labelled(test, "“IC3”")).options
    assert options == ["Leave as it is: unrecognised, counts as invalid"]


def test_a_decision_that_cannot_stand_is_refused_where_it_was_made() -> None:
    test = opened("odd.csv", ODD.replace("Wmn", "None").encode())
    key = labelled(test, "“None” in 20 rows")
    test.selectbox(key=key).select(Meaning.NOTHING).run()
    assert "No religion" in test.error[0].value
    assert test.selectbox(key=key).value is None
    test.text_input(key="mapping-name").set_value("athena").run()
    test.button(key="mapping-save").click().run()
    assert "comes with the project" in test.error[0].value
    test.text_input(key="mapping-name").set_value("../x").run()
    assert "a to z" in test.error[0].value.replace("\\", "")


def test_names_are_not_shown_and_values_are_no_markup() -> None:
    test = opened("odd.csv", ODD.encode())
    cells = {row["heading"]: row["cells"] for row in table(test)}
    assert cells["Nominal"] == "text, 21 different values"
    assert "Smith" not in str(table(test)) + str(table(test, 1))
    shown = [element.label for element in [*test.selectbox, *test.checkbox]] + [text.value for text in test.markdown]
    assert any("img" in text for text in shown)
    assert not [text for text in shown if re.search(r"(?<!\\)(<img|\*\*b|:red)", text)]


def test_a_file_that_is_no_table_says_so() -> None:
    test = opened("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert test.error
    assert not test.header


def test_an_uploaded_file_is_private_and_removed(tmp_path: Path) -> None:
    def uploads() -> list[Path]:
        return [path for path in (tmp_path / "store" / ".uploads").rglob("*.csv") if path.is_file()]

    test = opened("../../odd.csv", ODD.encode())
    (path,) = uploads()
    assert path.name == "odd.csv"
    for folder in (path, *path.parents):
        if folder == tmp_path / "store":
            break
        assert folder.stat().st_mode & 0o077 == 0
    test.file_uploader(key="mapping-file").set_value(None).run()
    assert "mapping-upload" not in test.session_state
    gc.collect()
    assert not uploads()


def test_messages_about_an_upload_do_not_name_its_folder() -> None:
    test = opened("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(100))
    (message,) = [error.value for error in test.error]
    assert message.startswith("picture")
    assert "uploads" not in message
